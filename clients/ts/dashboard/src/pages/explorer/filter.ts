import { and, type Filter, type FilterValue, field, not } from "@marketing-intelligence/sdk";
import { PayloadFieldType } from "@marketing-intelligence/sdk/api";
import type { Condition } from "./query.ts";

/** What the collection indexes its fields as. */
export type FieldTypes = ReadonlyMap<string, PayloadFieldType>;

/** What is wrong with a condition, in words. */
export class ConditionFault extends Error {
  constructor(
    readonly index: number,
    message: string,
  ) {
    super(message);
  }
}

/** The filter that the conditions make together; undefined when there are none. */
export function toFilter(conditions: readonly Condition[], types: FieldTypes): Filter | undefined {
  const filters = conditions.map((condition, i) => {
    try {
      return one(condition, types.get(condition.path));
    } catch (error) {
      throw new ConditionFault(i, error instanceof Error ? error.message : String(error));
    }
  });
  return filters.length === 0 ? undefined : and(...filters);
}

function one({ path, operator, value }: Condition, type: PayloadFieldType | undefined): Filter {
  if (path.trim() === "") throw new Error("Choose a field.");
  const at = field(path.trim());
  switch (operator) {
    case "is":
      return at.equals(scalar(value, type));
    case "isNot":
      return at.notEquals(scalar(value, type));
    case "oneOf":
      return at.in(value.split(",").map((part) => scalar(part, type)));
    case "words":
      if (value.trim() === "") throw new Error("Enter a word.");
      return at.matchesText(value);
    case "over":
      return at.greaterThan(bound(value, type));
    case "atLeast":
      return at.greaterThanOrEqual(bound(value, type));
    case "under":
      return at.lessThan(bound(value, type));
    case "atMost":
      return at.lessThanOrEqual(bound(value, type));
    case "exists":
      return at.exists();
    case "missing":
      return not(at.exists());
  }
}

function scalar(text: string, type: PayloadFieldType | undefined): FilterValue {
  const trimmed = text.trim();
  switch (type) {
    case PayloadFieldType.KEYWORD:
    case PayloadFieldType.TEXT:
      return trimmed;
    case PayloadFieldType.BOOL:
      if (trimmed !== "true" && trimmed !== "false") throw new Error("Enter true or false.");
      return trimmed === "true";
    case PayloadFieldType.INTEGER:
    case PayloadFieldType.FLOAT:
      return number(trimmed);
    case PayloadFieldType.DATETIME:
      return date(trimmed);
    default:
      // A field that the collection does not index: read it as it looks.
      if (trimmed === "true" || trimmed === "false") return trimmed === "true";
      return trimmed !== "" && Number.isFinite(Number(trimmed)) ? Number(trimmed) : trimmed;
  }
}

function bound(text: string, type: PayloadFieldType | undefined): number | string | Date {
  if (type === undefined && /^\d{4}-\d\d-\d\d/.test(text.trim())) return date(text.trim());
  const value = scalar(text, type);
  if (typeof value === "number" || typeof value === "string" || value instanceof Date) return value;
  throw new Error("Enter a number, a date or a text.");
}

function number(text: string): number {
  const value = Number(text.replaceAll(",", ""));
  if (text === "" || !Number.isFinite(value)) throw new Error(`“${text}” is not a number.`);
  return value;
}

function date(text: string): Date {
  const value = new Date(text);
  if (Number.isNaN(value.getTime())) throw new Error(`“${text}” is not a date such as 2026-01-31.`);
  return value;
}
