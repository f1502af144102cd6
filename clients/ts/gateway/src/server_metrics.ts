/** One sample of the server's metrics: labels and value. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Samples by the name of their metric. */
export type Samples = Readonly<Record<string, Sample[]>>;

// What the dashboard shows. The rest, above all one series for each method
// and code that never happened, stays where it is.
const shown = new Set([
  "grpc_server_handled_total",
  "grpc_server_handling_seconds_bucket",
  "grpc_server_handling_seconds_count",
  "mi_build_info",
  "mi_grpc_inflight",
  "mi_index_bytes",
  "mi_index_deleted_ratio",
  "mi_index_vectors",
  "mi_journal_append_seconds_bucket",
  "mi_journal_append_seconds_count",
  "mi_journal_bytes_total",
  "mi_journal_disk_bytes",
  "mi_memory_limit_bytes",
  "mi_queue_depth",
  "mi_rejected_total",
  "mi_snapshot_last_success_timestamp_seconds",
  "process_cpu_seconds_total",
  "process_resident_memory_bytes",
  "process_start_time_seconds",
]);

/** Reads the server's metrics, the ones that the dashboard shows. Throws when there is no answer. */
export async function readServerMetrics(url: string, signal: AbortSignal): Promise<Samples> {
  const response = await fetch(url, {
    signal: AbortSignal.any([signal, AbortSignal.timeout(5_000)]),
  });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return parseMetrics(await response.text());
}

/** Reads the text format of Prometheus; zeros of series that were never counted are left out. */
export function parseMetrics(text: string): Samples {
  const samples: Record<string, Sample[]> = {};
  for (const line of text.split("\n")) {
    const match = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/.exec(line);
    if (!match?.[1] || !shown.has(match[1])) continue;
    const value = match[3] === "+Inf" ? Number.POSITIVE_INFINITY : Number(match[3]);
    if (value === 0 && match[1].startsWith("grpc_server_")) continue;
    samples[match[1]] ??= [];
    samples[match[1]]?.push({ labels: parseLabels(match[2] ?? ""), value });
  }
  return samples;
}

function parseLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const [, name = "", value = ""] of text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)) {
    labels[name] = value.replace(/\\(.)/g, (_, c: string) => (c === "n" ? "\n" : c));
  }
  return labels;
}
