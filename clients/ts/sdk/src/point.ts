import { create } from "@bufbuild/protobuf";
import {
  type PointWrite,
  PointWriteSchema,
  type ReturnFields,
  ReturnFieldsSchema,
  type ScoredPoint,
  type SearchPlan,
  type StoredPoint,
} from "./gen/marketing/intelligence/v1/search_service_pb.js";
import { fromFields, type Payload, type PayloadInput, toFields } from "./value.js";
import { toComponents, type VectorInput } from "./vector.js";

/** A point to write: a campaign, a creative, an audience. */
export interface PointInput {
  /** 1 to 256 bytes; unique in its collection. */
  readonly id: string;
  /** As many finite components as the collection's dimension; not all zero under cosine. */
  readonly embedding: VectorInput;
  /** Any fields; at most 1 MiB encoded. */
  readonly payload?: { readonly [key: string]: PayloadInput | undefined };
  /** Refuses the batch unless the stored point has this version; 0n: it must not exist. */
  readonly expectedVersion?: bigint;
}

/** A stored point. */
export interface Point {
  readonly id: string;
  /** Journal sequence of its last write. */
  readonly version: bigint;
  /** Empty unless asked for with `withEmbedding`. */
  readonly embedding: Float32Array;
  /** Empty unless asked for with `withPayload` or `payloadFields`. */
  readonly payload: Payload;
}

/** A point that a search found. */
export interface SimilarPoint extends Point {
  /** Similarity (higher is nearer) or distance (lower is nearer), as the collection's metric says. */
  readonly score: number;
}

/** What a search found, and how. */
export interface SearchResult {
  /** Nearest first. */
  readonly points: SimilarPoint[];
  /** Which plan ran in each part of the collection, and what it scanned. */
  readonly plan: SearchPlan | undefined;
}

/** What of a point comes back. */
export interface ReturnOptions {
  /** Default: false. */
  readonly withEmbedding?: boolean;
  /** Default: true for searches, `get` and `list`. */
  readonly withPayload?: boolean;
  /** Only these top-level fields, at most 64. Default: all. */
  readonly payloadFields?: readonly string[];
}

export function toPointWrite(point: PointInput, field: string): PointWrite {
  return create(PointWriteSchema, {
    point: {
      id: point.id,
      vector: toComponents(point.embedding),
      payload: point.payload ? toFields(point.payload, `${field}.payload`) : {},
    },
    ...(point.expectedVersion !== undefined && { expectedVersion: point.expectedVersion }),
  });
}

export function toReturnFields(options: ReturnOptions): ReturnFields {
  return create(ReturnFieldsSchema, {
    withVector: options.withEmbedding ?? false,
    withPayload: options.withPayload ?? true,
    payloadFields: options.payloadFields ? [...options.payloadFields] : [],
  });
}

export function fromStored(stored: Pick<StoredPoint, "point" | "version">): Point {
  return {
    id: stored.point?.id ?? "",
    version: stored.version,
    embedding: Float32Array.from(stored.point?.vector ?? []),
    payload: fromFields(stored.point?.payload ?? {}),
  };
}

export function fromScored(scored: ScoredPoint): SimilarPoint {
  return { ...fromStored(scored), score: scored.score };
}
