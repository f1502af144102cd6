import { accessHeaders } from "./client.ts";

/** One sample of the server's metrics. */
interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

type Samples = Readonly<Record<string, readonly Sample[]>>;

/** The server's counters at one moment. */
export interface Reading {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly samples: Samples;
}

/** The gateway was not told where the server's metrics are: no error, they are just not known. */
export class MetricsUnknown extends Error {}

/** Reads the server's counters through the gateway. */
export async function readTelemetry(signal: AbortSignal): Promise<Reading> {
  const response = await fetch("/api/server-metrics", { signal, headers: accessHeaders() });
  if (response.status === 404) throw new MetricsUnknown("no metrics");
  if (!response.ok)
    throw new Error(`The server's metrics cannot be read (HTTP ${response.status}).`);
  return { at: Date.now(), samples: ((await response.json()) as { samples: Samples }).samples };
}

/** The value of a metric, summed over its series. */
export function total(
  reading: Reading,
  name: string,
  where: (labels: Sample["labels"]) => boolean = () => true,
): number | undefined {
  const samples = reading.samples[name];
  if (!samples) return undefined;
  return samples.filter((s) => where(s.labels)).reduce((sum, s) => sum + s.value, 0);
}

/** What went on between two readings. */
export interface Interval {
  readonly at: number;
  /** Calls a second that the server answered. */
  readonly searches: number;
  readonly writes: number;
  readonly others: number;
  readonly errors: number;
  /** Time to answer searches, in milliseconds; undefined when there were none. */
  readonly p50: number | undefined;
  readonly p99: number | undefined;
}

const searchMethods = new Set(["Search", "BatchSearch", "RangeSearch"]);
const writeMethods = new Set(["UpsertPoints", "StreamUpsertPoints", "DeletePoints"]);

/** Rates and latencies between two readings; undefined when the server was started anew in between. */
export function between(before: Reading, after: Reading): Interval | undefined {
  const started = "process_start_time_seconds";
  if (total(before, started) !== total(after, started)) return undefined;
  const seconds = (after.at - before.at) / 1000;
  const rate = (where: (labels: Sample["labels"]) => boolean) => {
    const name = "grpc_server_handled_total";
    return ((total(after, name, where) ?? 0) - (total(before, name, where) ?? 0)) / seconds;
  };
  const isSearch = (l: Sample["labels"]) => searchMethods.has(l.grpc_method ?? "");
  const isWrite = (l: Sample["labels"]) => writeMethods.has(l.grpc_method ?? "");
  const buckets = bucketDeltas(before, after, isSearch);
  return {
    at: after.at,
    searches: rate(isSearch),
    writes: rate(isWrite),
    others: rate((l) => !isSearch(l) && !isWrite(l)),
    errors: rate((l) => l.grpc_code !== "OK"),
    p50: quantile(buckets, 0.5),
    p99: quantile(buckets, 0.99),
  };
}

/** Upper bounds in seconds, and how many calls were at most that slow. */
export type Buckets = readonly (readonly [bound: number, count: number])[];

function bucketDeltas(
  before: Reading,
  after: Reading,
  where: (labels: Sample["labels"]) => boolean,
): Buckets {
  const name = "grpc_server_handling_seconds_bucket";
  const counts = new Map<number, number>();
  const add = (reading: Reading, sign: number) => {
    for (const { labels, value } of reading.samples[name] ?? []) {
      if (!where(labels)) continue;
      const bound = labels.le === "+Inf" ? Number.POSITIVE_INFINITY : Number(labels.le);
      counts.set(bound, (counts.get(bound) ?? 0) + sign * value);
    }
  };
  add(after, 1);
  add(before, -1);
  return [...counts].sort(([a], [b]) => a - b);
}

/** A quantile in milliseconds, interpolated within its bucket as Prometheus does. */
export function quantile(buckets: Buckets, q: number): number | undefined {
  const all = buckets.at(-1)?.[1] ?? 0;
  if (all <= 0) return undefined;
  const rank = q * all;
  let below = 0;
  let lower = 0;
  for (const [bound, count] of buckets) {
    if (count >= rank) {
      if (!Number.isFinite(bound)) return lower * 1000;
      const share = count === below ? 1 : (rank - below) / (count - below);
      return (lower + (bound - lower) * share) * 1000;
    }
    below = count;
    lower = bound;
  }
  return undefined;
}
