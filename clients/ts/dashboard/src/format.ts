// Numbers as people read them: grouped digits, a unit that fits, no more
// digits than mean something.

const grouped = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

/** A value and its unit, to be shown apart. */
export interface Quantity {
  readonly value: string;
  readonly unit: string;
}

export function count(n: number | bigint): string {
  return grouped.format(n);
}

export function compactCount(n: number | bigint): string {
  return Number(n) < 100_000 ? grouped.format(n) : compact.format(n);
}

/** Bytes in powers of 1,024. */
export function bytes(n: number | bigint): Quantity {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let value = Number(n);
  let i = 0;
  while (value >= 1024 && i < units.length - 1) {
    value /= 1024;
    i++;
  }
  return { value: i === 0 ? String(value) : digits(value), unit: units[i] ?? "" };
}

/** Milliseconds as us, ms or s. */
export function duration(ms: number): Quantity {
  if (ms < 1) return { value: digits(ms * 1000), unit: "µs" };
  if (ms < 1000) return { value: digits(ms), unit: "ms" };
  return { value: digits(ms / 1000), unit: "s" };
}

export function rate(perSecond: number): string {
  return perSecond >= 100 ? grouped.format(perSecond) : digits(perSecond);
}

/** A round number of an axis. */
export function tick(value: number): string {
  return value.toLocaleString("en", { maximumSignificantDigits: 3 });
}

/** A round number of milliseconds on an axis that ends at `top`: one unit for the whole axis. */
export function durationTick(ms: number, top: number): string {
  if (ms === 0) return "0";
  if (top < 1) return `${tick(ms * 1000)} µs`;
  return top < 1000 ? `${tick(ms)} ms` : `${tick(ms / 1000)} s`;
}

export function text({ value, unit }: Quantity): string {
  return `${value} ${unit}`;
}

/** Three significant digits; none after the point from 100 on. */
function digits(value: number): string {
  if (value === 0) return "0";
  if (value >= 100) return grouped.format(value);
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** "3 minutes ago", or when longer ago than a day, the date. */
export function ago(ms: number, now = Date.now()): string {
  const seconds = Math.max(0, Math.round((now - ms) / 1000));
  if (seconds < 5) return "just now";
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return dateTime(new Date(ms));
}

export function dateTime(date: Date): string {
  return date.toISOString().slice(0, 16).replace("T", " ");
}

/** "2 d 3 h", the two largest units. */
export function span(seconds: number): string {
  const units: [string, number][] = [
    ["d", 86_400],
    ["h", 3600],
    ["min", 60],
    ["s", 1],
  ];
  const parts: string[] = [];
  let rest = Math.round(seconds);
  for (const [unit, size] of units) {
    const n = Math.floor(rest / size);
    if (n > 0 && parts.length < 2) parts.push(`${n} ${unit}`);
    rest -= n * size;
  }
  return parts.join(" ") || "0 s";
}
