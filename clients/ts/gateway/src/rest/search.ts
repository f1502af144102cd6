import type { Transport } from "@connectrpc/connect";
import {
  GeoPoint,
  MarketingIntelligence,
  MarketingIntelligenceError,
  type PayloadValue,
  type QueryInput,
  type SearchOptions,
  type SimilarPoint,
} from "@marketing-intelligence/sdk";
import { type SearchPlan, SearchStrategy } from "@marketing-intelligence/sdk/api";
import { BadRequest } from "./bad_request.js";
import { isObject, toFilter } from "./filter.js";

/** An answer: HTTP status and JSON. */
export interface RestAnswer {
  readonly status: number;
  readonly body: unknown;
}

const known = new Set([
  "collection",
  "vector",
  "id",
  "k",
  "filter",
  "fields",
  "with_vector",
  "exact",
  "score_threshold",
  "ef_search",
]);

/**
 * `POST /api/search`, for people who come from a REST design:
 *
 *     {"id": "cmp-000042", "k": 5, "filter": {"platform": "meta"}, "fields": ["name"]}
 *
 * `vector` instead of `id` searches for a vector; `collection` is "campaigns" and `k` is 10 unless given.
 * The answer has `points` (id, score, payload) and `plan`. Errors have the status of their code, and an
 * `error` that says code, message and fields at fault.
 */
export class RestSearch {
  private readonly client: MarketingIntelligence;

  constructor(transport: Transport) {
    this.client = new MarketingIntelligence({ transport });
  }

  async answer(text: string, signal: AbortSignal): Promise<RestAnswer> {
    try {
      const body = parse(text);
      const collection = textOr(body, "collection", "campaigns");
      const k = numberOf(body, "k") ?? 10;
      const options = { ...optionsOf(body), signal };
      const { points, plan } = await this.client.points.search(
        collection,
        queryOf(body),
        k,
        options,
      );
      return { status: 200, body: { points: points.map(toJson), plan: plan && planJson(plan) } };
    } catch (error) {
      return failure(error);
    }
  }
}

function parse(text: string): Record<string, unknown> {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (error) {
    throw new BadRequest("body", `is not JSON: ${error instanceof Error ? error.message : error}`);
  }
  if (!isObject(body)) throw new BadRequest("body", "is not an object");
  for (const name of Object.keys(body)) {
    if (!known.has(name)) throw new BadRequest(name, `is none of ${[...known].join(", ")}`);
  }
  return body;
}

function queryOf(body: Record<string, unknown>): QueryInput {
  const { id, vector } = body;
  if ((id === undefined) === (vector === undefined)) {
    throw new BadRequest("id", "exactly one of id and vector must be given");
  }
  if (typeof id === "string") return { id };
  if (!Array.isArray(vector) || !vector.every((x) => typeof x === "number")) {
    throw new BadRequest(
      id === undefined ? "vector" : "id",
      "is not a list of numbers, or not a text",
    );
  }
  return Float32Array.from(vector as number[]);
}

function optionsOf(body: Record<string, unknown>): SearchOptions {
  const fields = body.fields;
  if (
    fields !== undefined &&
    !(Array.isArray(fields) && fields.every((f) => typeof f === "string"))
  ) {
    throw new BadRequest("fields", "is not a list of texts");
  }
  const efSearch = numberOf(body, "ef_search");
  const scoreThreshold = numberOf(body, "score_threshold");
  return {
    ...(body.filter !== undefined && { filter: toFilter(body.filter) }),
    ...(fields !== undefined && { payloadFields: fields as string[] }),
    ...(efSearch !== undefined && { efSearch }),
    ...(scoreThreshold !== undefined && { scoreThreshold }),
    withEmbedding: flag(body, "with_vector"),
    exact: flag(body, "exact"),
  };
}

function textOr(body: Record<string, unknown>, name: string, otherwise: string): string {
  const value = body[name] ?? otherwise;
  if (typeof value !== "string") throw new BadRequest(name, "is not a text");
  return value;
}

function numberOf(body: Record<string, unknown>, name: string): number | undefined {
  const value = body[name];
  if (value === undefined || typeof value === "number") return value;
  throw new BadRequest(name, "is not a number");
}

function flag(body: Record<string, unknown>, name: string): boolean {
  const value = body[name] ?? false;
  if (typeof value !== "boolean") throw new BadRequest(name, "is neither true nor false");
  return value;
}

function toJson(point: SimilarPoint) {
  return {
    id: point.id,
    score: point.score,
    version: String(point.version),
    payload: plain(point.payload),
    ...(point.embedding.length > 0 && { vector: Array.from(point.embedding) }),
  };
}

/** A payload as JSON: integers beyond 2^53 as text, datetimes in RFC 3339. */
function plain(value: PayloadValue): unknown {
  if (typeof value === "bigint") return String(value);
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof GeoPoint) return { latitude: value.latitude, longitude: value.longitude };
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plain(member)]));
}

function planJson(plan: SearchPlan) {
  return {
    engine_micros: Number(plan.engineMicros),
    estimated_matches: Number(plan.estimatedMatches),
    codes_scanned: Number(plan.codesScanned),
    vectors_scanned: Number(plan.vectorsScanned),
    sequence: String(plan.sequence),
    segments: plan.segments.map((segment) => ({
      strategy: SearchStrategy[segment.strategy].toLowerCase(),
      points: Number(segment.points),
    })),
  };
}

const httpStatus: Partial<Record<MarketingIntelligenceError["code"], number>> = {
  INVALID_ARGUMENT: 400,
  OUT_OF_RANGE: 400,
  FAILED_PRECONDITION: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  ALREADY_EXISTS: 409,
  ABORTED: 409,
  RESOURCE_EXHAUSTED: 429,
  CANCELLED: 499,
  UNIMPLEMENTED: 501,
  UNAVAILABLE: 503,
  DEADLINE_EXCEEDED: 504,
};

/** Any failure, as an answer. */
export function failure(error: unknown): RestAnswer {
  if (error instanceof BadRequest) {
    const fields = [{ field: error.field, description: error.description }];
    return errorAnswer(400, "INVALID_ARGUMENT", error.message, fields);
  }
  if (error instanceof MarketingIntelligenceError) {
    const fields = error.fieldViolations.map(({ field, description }) => ({ field, description }));
    return errorAnswer(httpStatus[error.code] ?? 500, error.code, error.message, fields);
  }
  return errorAnswer(500, "INTERNAL", "the gateway failed", []);
}

function errorAnswer(status: number, code: string, message: string, fields: object[]): RestAnswer {
  return { status, body: { error: { code, message, fields } } };
}
