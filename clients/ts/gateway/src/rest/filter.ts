import { fromJson, type JsonValue } from "@bufbuild/protobuf";
import { and, type Filter, type FilterValue, field, not } from "@marketing-intelligence/sdk";
import { FilterSchema } from "@marketing-intelligence/sdk/api";
import { BadRequest } from "./bad_request.js";

type Test = (path: string, value: unknown) => Filter;

// The tests that a field's object may hold. All of them must pass.
const tests: Readonly<Record<string, Test>> = {
  eq: (path, value) => field(path).equals(scalar(path, value)),
  ne: (path, value) => field(path).notEquals(scalar(path, value)),
  gt: (path, value) => field(path).greaterThan(bound(path, value)),
  gte: (path, value) => field(path).greaterThanOrEqual(bound(path, value)),
  lt: (path, value) => field(path).lessThan(bound(path, value)),
  lte: (path, value) => field(path).lessThanOrEqual(bound(path, value)),
  in: (path, value) => field(path).in(list(path, value)),
  nin: (path, value) => field(path).notIn(list(path, value)),
  text: (path, value) => field(path).matchesText(String(scalar(path, value))),
  exists: (path, value) => (value === false ? not(field(path).exists()) : field(path).exists()),
};

/**
 * A filter as people write it in JSON:
 *
 *     {"platform": "meta", "market": ["DE", "AT"], "budget.daily": {"gt": 100}}
 *
 * All fields must match; a list means one of its values. `{"proto": {...}}` takes the API's Filter in its
 * JSON form instead, for everything that this form cannot say. Texts like "2026-01-31T00:00:00Z" are
 * compared as datetimes by gt, gte, lt and lte.
 */
export function toFilter(input: unknown): Filter {
  if (!isObject(input)) throw new BadRequest("filter", "is not an object");
  if ("proto" in input) return fromProto(input.proto);
  return and(...Object.entries(input).flatMap(([path, value]) => conditions(path, value)));
}

function conditions(path: string, value: unknown): Filter[] {
  if (Array.isArray(value)) return [field(path).in(list(path, value))];
  if (!isObject(value)) return [field(path).equals(scalar(path, value))];
  return Object.entries(value).map(([name, operand]) => {
    const test = Object.hasOwn(tests, name) ? tests[name] : undefined;
    if (!test) {
      throw new BadRequest(
        `filter["${path}"]`,
        `'${name}' is none of ${Object.keys(tests).join(", ")}`,
      );
    }
    return test(path, operand);
  });
}

function fromProto(json: unknown): Filter {
  try {
    return fromJson(FilterSchema, json as JsonValue);
  } catch (error) {
    throw new BadRequest("filter.proto", error instanceof Error ? error.message : String(error));
  }
}

function scalar(path: string, value: unknown): FilterValue {
  if (value === null) return null;
  if (typeof value === "string" || typeof value === "boolean" || typeof value === "number") {
    return value;
  }
  throw new BadRequest(`filter["${path}"]`, "is neither text, number, true, false nor null");
}

function list(path: string, value: unknown): FilterValue[] {
  if (!Array.isArray(value)) throw new BadRequest(`filter["${path}"]`, "is not a list");
  return value.map((member) => scalar(path, member));
}

function bound(path: string, value: unknown): number | string | Date {
  const operand = scalar(path, value);
  if (typeof operand === "number") return operand;
  if (typeof operand !== "string") throw new BadRequest(`filter["${path}"]`, "is no bound");
  return /^\d{4}-\d\d-\d\dT.*Z$/.test(operand) ? new Date(operand) : operand;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
