import {
  GeoPoint,
  type Payload,
  type PayloadValue,
  type SimilarPoint,
} from "@marketing-intelligence/sdk";
import { count, dateTime } from "../../format.ts";

/** What a path such as `budget.daily` reaches. */
export function valueAt(payload: Payload, path: string): PayloadValue | undefined {
  let value: PayloadValue | undefined = payload;
  for (const key of path.split(".")) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
    if (value instanceof Date || value instanceof GeoPoint) return undefined;
    value = (value as Payload)[key];
  }
  return value;
}

/** A value as a person reads it; markup in it stays text. */
export function show(value: PayloadValue | undefined): string {
  if (value === undefined) return "";
  if (value === null) return "null";
  if (typeof value === "number") {
    if (Number.isInteger(value)) return count(value);
    const digits = Math.abs(value) < 10 ? 3 : 2;
    return value.toLocaleString("en", {
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    });
  }
  if (typeof value === "bigint") return count(value);
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (value instanceof Date) return dateTime(value).replace(" 00:00", "");
  if (value instanceof GeoPoint)
    return `${value.latitude.toFixed(3)}, ${value.longitude.toFixed(3)}`;
  if (Array.isArray(value)) return value.map(show).join(", ");
  if (typeof value === "object") {
    return Object.entries(value)
      .map(([key, member]) => `${key} ${show(member)}`)
      .join(", ");
  }
  return value;
}

/** Paths of all single values in the payloads, the most telling ones first. */
export function pathsOf(points: readonly SimilarPoint[]): string[] {
  const paths = new Set<string>();
  const walk = (value: PayloadValue, prefix: string, depth: number) => {
    const nested = typeof value === "object" && value !== null && !Array.isArray(value);
    if (!nested || value instanceof Date || value instanceof GeoPoint || depth === 3) {
      if (prefix) paths.add(prefix);
      return;
    }
    for (const [key, member] of Object.entries(value)) {
      walk(member, prefix ? `${prefix}.${key}` : key, depth + 1);
    }
  };
  for (const point of points.slice(0, 50)) walk(point.payload, "", 0);
  return [...paths].sort((a, b) => importance(a) - importance(b) || (a < b ? -1 : 1));
}

const telling = [
  "name",
  "headline",
  "title",
  "platform",
  "market",
  "budget.daily",
  "spend",
  "roas",
];

function importance(path: string): number {
  const place = telling.indexOf(path);
  return place < 0 ? telling.length : place;
}

/** Orders values of any type: numbers and dates by size, the rest as text; absent ones last. */
export function compare(a: PayloadValue | undefined, b: PayloadValue | undefined): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? 1 : -1;
  const [x, y] = [size(a), size(b)];
  if (x !== undefined && y !== undefined) return x - y;
  return show(a).localeCompare(show(b));
}

function size(value: PayloadValue): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value === "bigint" || typeof value === "boolean") return Number(value);
  return value instanceof Date ? value.getTime() : undefined;
}
