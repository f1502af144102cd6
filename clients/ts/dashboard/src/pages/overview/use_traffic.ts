import { useRef } from "react";
import {
  between,
  type Interval,
  MetricsUnknown,
  type Reading,
  readTelemetry,
} from "../../data/telemetry.ts";
import { useLive } from "../../data/use_live.ts";

// How long back the charts go.
const spanMs = 5 * 60_000;

const everyMs = 2_000;

/** What the server's counters say. */
export interface Traffic {
  readonly intervals: readonly Interval[];
  readonly newest: Interval | undefined;
  readonly reading: Reading | undefined;
  /** The gateway was not told where the metrics are. */
  readonly unknown: boolean;
  readonly error: unknown;
}

// Kept while the tab is open, so that coming back to the page shows the last
// minutes and not an empty chart.
let intervals: Interval[] = [];
let last: Reading | undefined;

/** Reads the counters every two seconds, and keeps the last five minutes. */
export function useTraffic(): Traffic {
  const known = useRef(intervals);
  const live = useLive(
    "traffic",
    async (signal) => {
      const reading = await readTelemetry(signal);
      const interval = last && between(last, reading);
      last = reading;
      if (interval) {
        intervals = [...intervals, interval].filter((i) => i.at > reading.at - spanMs - everyMs);
        known.current = intervals;
      }
      return reading;
    },
    everyMs,
  );
  const unknown = live.error instanceof MetricsUnknown;
  return {
    intervals: known.current,
    newest: known.current.at(-1),
    reading: live.data,
    unknown,
    error: unknown ? undefined : live.error,
  };
}
