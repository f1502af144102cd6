import type { Caller, WriteOptions } from "./call.js";
import { newKey } from "./call.js";
import { invalidArgument, MarketingIntelligenceError } from "./errors.js";
import {
  type PointWrite,
  SearchService,
} from "./gen/marketing/intelligence/v1/search_service_pb.js";
import { type PointInput, toPointWrite } from "./point.js";
import type { PayloadInput } from "./value.js";
import { Float, GeoPoint } from "./value.js";
import { checkVector, type VectorRules } from "./vector.js";

/** How far a large upsert is. */
export interface UpsertProgress {
  /** Points that are durable and visible. */
  readonly written: number;
  /** Points in all; undefined while the input is an iterable that has not ended. */
  readonly total: number | undefined;
  readonly batches: number;
}

/** Options of an upsert. */
export interface UpsertOptions extends Omit<WriteOptions, "idempotencyKey"> {
  /**
   * Starts every batch's idempotency key, at most 48 characters, so that a program which was ended and
   * begins again with the same points does not write them twice. Default: random.
   */
  readonly idempotencyPrefix?: string;
  /** Points of a batch, 1 to 1,000. A batch is atomic: it is written whole or not at all. Default: 500. */
  readonly batchSize?: number;
  /** Batches on their way at once, 1 to 16. Default: 4. */
  readonly inFlight?: number;
  /** Called after each batch, in the order in which they were answered. */
  readonly onProgress?: (progress: UpsertProgress) => void;
}

/** What an upsert did. */
export interface UpsertResult {
  readonly inserted: number;
  readonly replaced: number;
  readonly batches: number;
  /** Where the last batch stands in the journal; undefined when there was nothing to write. */
  readonly commitToken: string | undefined;
}

/** What the server accepts in one call. */
export interface BatchLimits {
  readonly points: number;
  readonly bytes: number;
}

/**
 * Writes any number of points in batches, several at a time. Ids must be unique over all of them:
 * batches may be written in another order than they came.
 *
 * Stops at the first batch that fails, waits for those on their way, and throws; the error's metadata
 * then hold `written_points`. Points of batches that were answered stay written.
 */
export async function upsertInBatches(
  caller: Caller,
  collection: string,
  points: Iterable<PointInput> | AsyncIterable<PointInput>,
  rules: VectorRules,
  limits: BatchLimits,
  options: UpsertOptions,
): Promise<UpsertResult> {
  const size = Math.min(checkRange("batchSize", options.batchSize ?? 500, 1_000), limits.points);
  const lanes = checkRange("inFlight", options.inFlight ?? 4, 16);
  const run = new UpsertRun(caller, collection, options, countOf(points));
  for await (const batch of batches(points, rules, size, limits.bytes)) {
    if (run.failed) break;
    run.send(batch);
    if (run.inFlight >= lanes) await run.oneAnswer();
  }
  return run.finish();
}

function countOf(points: object): number | undefined {
  return Array.isArray(points) ? points.length : undefined;
}

function checkRange(name: string, value: number, most: number): number {
  if (!Number.isInteger(value) || value < 1 || value > most) {
    throw invalidArgument(name, `is ${value}, not a whole number from 1 to ${most}`);
  }
  return value;
}

/** The batches of one upsert that are on their way, and what came of the others. */
class UpsertRun {
  private readonly pending = new Set<Promise<void>>();
  private readonly prefix: string;
  private failure: unknown;
  private sent = 0;
  private written = 0;
  private inserted = 0;
  private replaced = 0;
  private answered = 0;
  private commitToken: string | undefined;

  constructor(
    private readonly caller: Caller,
    private readonly collection: string,
    private readonly options: UpsertOptions,
    private readonly total: number | undefined,
  ) {
    this.prefix = options.idempotencyPrefix ?? newKey();
  }

  get inFlight(): number {
    return this.pending.size;
  }

  get failed(): boolean {
    return this.failure !== undefined;
  }

  send(points: PointWrite[]): void {
    const idempotencyKey = `${this.prefix}-${String(this.sent++).padStart(15, "0")}`;
    const call = this.write(points, idempotencyKey).catch((error: unknown) => {
      this.failure ??= error;
    });
    this.pending.add(call);
    call.finally(() => this.pending.delete(call));
  }

  async oneAnswer(): Promise<void> {
    await Promise.race(this.pending);
  }

  async finish(): Promise<UpsertResult> {
    await Promise.all(this.pending);
    if (this.failure !== undefined) throw this.withProgress(this.failure);
    return {
      inserted: this.inserted,
      replaced: this.replaced,
      batches: this.answered,
      commitToken: this.commitToken,
    };
  }

  private async write(points: PointWrite[], idempotencyKey: string): Promise<void> {
    const answer = await this.caller.unary(
      SearchService.method.upsertPoints,
      { collection: this.collection, points, idempotencyKey },
      this.options,
    );
    this.written += points.length;
    this.inserted += answer.insertedCount;
    this.replaced += answer.replacedCount;
    this.answered++;
    this.commitToken = later(this.commitToken, answer.commitToken);
    this.options.onProgress?.({
      written: this.written,
      total: this.total,
      batches: this.answered,
    });
  }

  private withProgress(failure: unknown): unknown {
    if (!(failure instanceof MarketingIntelligenceError)) return failure;
    return new MarketingIntelligenceError({
      ...failure,
      detail: `${failure.detail} (${this.written} points are written)`,
      metadata: { ...failure.metadata, written_points: String(this.written) },
      cause: failure,
    });
  }
}

/** The later of two "epoch:sequence" tokens; answers may overtake each other. */
function later(before: string | undefined, token: string): string {
  const sequence = (text: string) => BigInt(text.slice(text.lastIndexOf(":") + 1) || "0");
  return before !== undefined && sequence(before) > sequence(token) ? before : token;
}

/** Groups checked points so that no batch is larger than the server accepts. */
async function* batches(
  points: Iterable<PointInput> | AsyncIterable<PointInput>,
  rules: VectorRules,
  size: number,
  maxBytes: number,
): AsyncGenerator<PointWrite[]> {
  const places = new Map<string, number>();
  let batch: PointWrite[] = [];
  let bytes = 0;
  let i = 0;
  for await (const point of points) {
    const field = `points[${i}]`;
    checkPoint(point, rules, field, places.get(point.id));
    places.set(point.id, i++);
    const pointBytes = sizeOf(point);
    if (batch.length === size || (batch.length > 0 && bytes + pointBytes > maxBytes)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(toPointWrite(point, field));
    bytes += pointBytes;
  }
  if (batch.length > 0) yield batch;
}

function checkPoint(
  point: PointInput,
  rules: VectorRules,
  field: string,
  before: number | undefined,
): void {
  if (point.id === "") throw invalidArgument(`${field}.id`, "is empty");
  if (before !== undefined) {
    throw invalidArgument(`${field}.id`, `'${point.id}' is also the id of points[${before}]`);
  }
  checkVector(point.embedding, rules, `${field}.embedding`);
}

/** An upper bound of a point's bytes on the wire: strings count three bytes a character. */
function sizeOf(point: PointInput): number {
  return 64 + 3 * point.id.length + 4 * point.embedding.length + payloadSize(point.payload ?? {});
}

function payloadSize(value: PayloadInput | undefined): number {
  if (typeof value === "string") return 16 + 3 * value.length;
  if (typeof value !== "object" || value === null) return 24;
  if (value instanceof Date || value instanceof GeoPoint || value instanceof Float) return 32;
  let bytes = 16;
  for (const [key, member] of Object.entries(value)) {
    bytes += 16 + 3 * key.length + payloadSize(member);
  }
  return bytes;
}
