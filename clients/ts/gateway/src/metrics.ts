import { Code, ConnectError, type Interceptor } from "@connectrpc/connect";

const bucketBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

interface Series {
  count: number;
  seconds: number;
  readonly buckets: number[];
}

/** What the gateway counts, in the text format of Prometheus. */
export class Metrics {
  private readonly calls = new Map<string, Series>();
  private readonly refused = new Map<string, number>();
  inflight = 0;

  /** Times every call that is forwarded. */
  readonly interceptor: Interceptor = (next) => async (request) => {
    const start = performance.now();
    const method = `${request.service.name}/${request.method.name}`;
    const done = (code: string) => this.count(method, code, (performance.now() - start) / 1000);
    try {
      const response = await next(request);
      if (!response.stream) {
        done("OK");
        return response;
      }
      return { ...response, message: timed(response.message, done) };
    } catch (error) {
      done(Code[ConnectError.from(error).code]);
      throw error;
    }
  };

  /** Counts a request that was turned away before it was a call. */
  countRefused(reason: string): void {
    this.refused.set(reason, (this.refused.get(reason) ?? 0) + 1);
  }

  text(): string {
    const lines = [
      "# HELP mi_gateway_inflight Requests that are not answered yet.",
      "# TYPE mi_gateway_inflight gauge",
      `mi_gateway_inflight ${this.inflight}`,
      "# HELP mi_gateway_refused_total Requests that were turned away, by reason.",
      "# TYPE mi_gateway_refused_total counter",
      ...[...this.refused].map(
        ([reason, n]) => `mi_gateway_refused_total{reason="${reason}"} ${n}`,
      ),
      "# HELP mi_gateway_calls_seconds Time from the start of a call to its end, by method and code.",
      "# TYPE mi_gateway_calls_seconds histogram",
    ];
    for (const [labels, series] of this.calls) {
      let sum = 0;
      for (const [i, bound] of bucketBounds.entries()) {
        sum += series.buckets[i] ?? 0;
        lines.push(`mi_gateway_calls_seconds_bucket{${labels},le="${bound}"} ${sum}`);
      }
      lines.push(
        `mi_gateway_calls_seconds_bucket{${labels},le="+Inf"} ${series.count}`,
        `mi_gateway_calls_seconds_sum{${labels}} ${series.seconds}`,
        `mi_gateway_calls_seconds_count{${labels}} ${series.count}`,
      );
    }
    lines.push(
      "# HELP process_resident_memory_bytes Memory resident.",
      "# TYPE process_resident_memory_bytes gauge",
      `process_resident_memory_bytes ${process.memoryUsage.rss()}`,
      "# HELP process_cpu_seconds_total Processor time used, user and system.",
      "# TYPE process_cpu_seconds_total counter",
      `process_cpu_seconds_total ${cpuSeconds()}`,
    );
    return `${lines.join("\n")}\n`;
  }

  private count(method: string, code: string, seconds: number): void {
    const labels = `method="${method}",code="${code}"`;
    let series = this.calls.get(labels);
    if (!series) {
      series = { count: 0, seconds: 0, buckets: bucketBounds.map(() => 0) };
      this.calls.set(labels, series);
    }
    series.count++;
    series.seconds += seconds;
    const bucket = bucketBounds.findIndex((bound) => seconds <= bound);
    if (bucket >= 0) series.buckets[bucket] = (series.buckets[bucket] ?? 0) + 1;
  }
}

async function* timed<T>(messages: AsyncIterable<T>, done: (code: string) => void) {
  let code = "Canceled";
  try {
    yield* messages;
    code = "OK";
  } catch (error) {
    code = Code[ConnectError.from(error).code];
    throw error;
  } finally {
    done(code);
  }
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
