import { useEffect, useId, useRef, useState } from "react";

/** One line of a chart. */
export interface Series {
  readonly name: string;
  /** A CSS colour. */
  readonly color: string;
  /** Values by time; undefined where nothing was measured. */
  readonly values: readonly (number | undefined)[];
}

const margin = { top: 10, right: 12, bottom: 22, left: 52 };

/**
 * Lines over the last minutes. Hovering, or the arrow keys, read the values at a moment; the table that
 * screen readers get has the newest ones.
 */
export function TimeChart(props: {
  title: string;
  times: readonly number[];
  series: readonly Series[];
  height?: number;
  /** A value with its unit. */
  format: (value: number) => string;
  /** A tick of the axis that ends at `top`. */
  formatTick: (value: number, top: number) => string;
}) {
  const { times, series, format, height = 200 } = props;
  const spanMs = spanOf(times);
  const [frame, width] = useWidth();
  const [cursor, setCursor] = useState<number>();
  const id = useId();
  const inner = {
    width: Math.max(width - margin.left - margin.right, 1),
    height: height - margin.top - margin.bottom,
  };
  const now = times.at(-1) ?? Date.now();
  const highest = Math.max(0, ...series.flatMap((s) => s.values.filter((v) => v !== undefined)));
  const ticks = niceTicks(highest);
  const top = ticks.at(-1) ?? 1;
  const x = (time: number) => margin.left + (1 - (now - time) / spanMs) * inner.width;
  const y = (value: number) => margin.top + (1 - value / top) * inner.height;
  const at = cursor === undefined ? times.length - 1 : Math.min(cursor, times.length - 1);

  const toCursor = (clientX: number, box: DOMRect) => {
    const time = now - (1 - (clientX - box.left - margin.left) / inner.width) * spanMs;
    let best = 0;
    for (const [i, t] of times.entries()) {
      if (Math.abs(t - time) < Math.abs((times[best] ?? 0) - time)) best = i;
    }
    setCursor(best);
  };
  const onKey = (event: React.KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    setCursor(Math.max(0, Math.min(times.length - 1, at + step)));
  };

  return (
    <figure className="chart" aria-labelledby={id}>
      <figcaption id={id} className="visually-hidden">
        {props.title}
      </figcaption>
      <div className="legend number" aria-live="off">
        {series.map((s) => {
          const value = s.values[at];
          return (
            <span key={s.name}>
              <svg width="12" height="8" aria-hidden="true">
                <path d="M0 4h12" stroke={s.color} strokeWidth="2.500" />
              </svg>
              {s.name} <b>{value === undefined ? "–" : format(value)}</b>
            </span>
          );
        })}
        <span>{cursor === undefined ? "now" : clock(times[at] ?? now)}</span>
      </div>
      <div ref={frame}>
        <svg
          className="plot"
          height={height}
          role="img"
          aria-label={`${props.title}. ${summary(series, format)}`}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys move the cursor.
          tabIndex={0}
          onPointerMove={(event) =>
            toCursor(event.clientX, event.currentTarget.getBoundingClientRect())
          }
          onPointerLeave={() => setCursor(undefined)}
          onBlur={() => setCursor(undefined)}
          onKeyDown={onKey}
        >
          {ticks.map((tick) => (
            <g key={tick}>
              <line
                className="gridline"
                x1={margin.left}
                x2={margin.left + inner.width}
                y1={y(tick)}
                y2={y(tick)}
              />
              <text x={margin.left - 8} y={y(tick)} textAnchor="end" dominantBaseline="central">
                {props.formatTick(tick, top)}
              </text>
            </g>
          ))}
          {timeMarks(spanMs, width).map(({ label, ms }) => (
            <text
              key={label}
              x={x(now - ms)}
              y={height - 4}
              textAnchor={ms === 0 ? "end" : "middle"}
            >
              {label}
            </text>
          ))}
          {cursor !== undefined && times[at] !== undefined && (
            <line
              className="cursor"
              x1={x(times[at])}
              x2={x(times[at])}
              y1={margin.top}
              y2={margin.top + inner.height}
            />
          )}
          {series.map((s) => (
            <path
              key={s.name}
              d={line(times, s.values, x, y, now - spanMs)}
              fill="none"
              stroke={s.color}
              strokeWidth="1.800"
              strokeLinejoin="round"
            />
          ))}
        </svg>
      </div>
    </figure>
  );
}

/** The width that an element has now. */
export function useWidth(): [React.RefObject<HTMLDivElement | null>, number] {
  const ref = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(600);
  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry) setWidth(entry.contentRect.width);
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, width];
}

/** Zero, a round number above `highest`, and what lies evenly between: three or four steps. */
export function niceTicks(highest: number): number[] {
  if (!(highest > 0)) return [0, 1];
  const rough = highest / 3;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((n) => n * magnitude).find((s) => s >= rough) ?? rough;
  const steps = Math.ceil(highest / step - 1e-9);
  return Array.from({ length: steps + 1 }, (_, i) => Number((i * step).toPrecision(12)));
}

function line(
  times: readonly number[],
  values: Series["values"],
  x: (time: number) => number,
  y: (value: number) => number,
  earliest: number,
): string {
  let path = "";
  let pen = false;
  for (const [i, time] of times.entries()) {
    const value = values[i];
    if (value === undefined || time < earliest) {
      pen = false;
      continue;
    }
    // A single value between gaps shows as a dot.
    const alone = !pen && values[i + 1] === undefined;
    const place = `${x(time).toFixed(1)} ${y(value).toFixed(1)}`;
    path += `${pen ? "L" : "M"}${place}${alone ? "h0.010" : ""}`;
    pen = true;
  }
  return path;
}

/** One, two or five minutes: the shortest that shows everything. */
function spanOf(times: readonly number[]): number {
  const elapsed = (times.at(-1) ?? 0) - (times[0] ?? 0);
  return [60_000, 120_000].find((span) => elapsed <= span) ?? 300_000;
}

function timeMarks(spanMs: number, width: number) {
  const minutes = spanMs >= 300_000;
  const all = minutes ? 5 : 4;
  const step = width < 440 ? 2 : 1;
  const marks: { label: string; ms: number }[] = [];
  for (let i = 0; i <= all; i += step) {
    const ms = (i * spanMs) / all;
    const label = minutes ? `−${ms / 60_000} min` : `−${ms / 1000} s`;
    marks.push({ label: i === 0 ? "now" : label, ms });
  }
  return marks;
}

function summary(series: readonly Series[], format: (value: number) => string): string {
  return series
    .map((s) => {
      const newest = s.values.findLast((v) => v !== undefined);
      return `${s.name}: ${newest === undefined ? "nothing measured" : format(newest)}`;
    })
    .join(", ");
}

function clock(time: number): string {
  return new Date(time).toTimeString().slice(0, 8);
}
