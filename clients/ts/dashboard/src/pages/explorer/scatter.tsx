import type { SimilarPoint } from "@marketing-intelligence/sdk";
import { useMemo, useState } from "react";
import { Card } from "../../components/card.tsx";
import { useWidth } from "../../components/time_chart.tsx";
import { count } from "../../format.ts";
import { pathsOf, show, valueAt } from "./payload.ts";
import type { Place } from "./projection.ts";
import type { Found } from "./search.ts";

// Colour and shape together: neither alone tells groups apart for everybody.
const groups = [
  { color: "var(--data-1)", shape: "circle" },
  { color: "var(--data-2)", shape: "square" },
  { color: "var(--data-3)", shape: "triangle" },
  { color: "var(--data-4)", shape: "diamond" },
  { color: "var(--data-5)", shape: "circle" },
  { color: "var(--data-6)", shape: "square" },
] as const;
const otherGroup = { color: "var(--data-other)", shape: "circle" } as const;

const height = 270;
const padding = 18;

/** The neighbours in the plane, around what was searched for. */
export function ScatterCard(props: {
  found: Found;
  active: string | undefined;
  setHovered: (id: string | undefined) => void;
  choose: (id: string) => void;
}) {
  const { found } = props;
  const paths = useMemo(() => categories(found.points), [found]);
  const [chosen, setChosen] = useState<string>();
  const path = chosen !== undefined && paths.includes(chosen) ? chosen : paths[0];
  const grouping = useMemo(() => group(found.points, path), [found, path]);
  const [frame, width] = useWidth();
  const scale = useMemo(() => fit(found, width), [found, width]);
  return (
    <Card
      title="Neighbourhood"
      note="The two directions in which these differ most"
      actions={
        paths.length > 0 && (
          <select
            className="input compact-select"
            aria-label="Colour by"
            value={path}
            onChange={(event) => setChosen(event.target.value)}
          >
            {paths.map((p) => (
              <option key={p}>{p}</option>
            ))}
          </select>
        )
      }
    >
      <div ref={frame} className="chart scatter">
        <svg
          className="plot"
          height={height}
          role="img"
          aria-label={`${count(found.drawn.length)} neighbours drawn${path ? ` by ${path}: ${grouping.names.join(", ")}` : ""}. The table lists them.`}
        >
          {found.drawn.map(({ id, place }) => {
            const { color, shape } = grouping.of(id);
            const { x, y } = scale(place);
            const isActive = id === props.active;
            return (
              // biome-ignore lint/a11y/noStaticElementInteractions: the table does the same by keyboard.
              <path
                key={id}
                className={isActive ? "is-active" : undefined}
                d={outline(shape, x, y, isActive ? 6.5 : 4.5)}
                fill={color}
                fillOpacity={isActive ? 1 : 0.85}
                onPointerEnter={() => props.setHovered(id)}
                onPointerLeave={() => props.setHovered(undefined)}
                onClick={() => props.choose(id)}
              />
            );
          })}
          {found.originPlace && <Origin {...scale(found.originPlace)} />}
        </svg>
        <div className="legend">
          {found.originPlace && (
            <span>
              <svg width="14" height="14" aria-hidden="true">
                <Origin x={7} y={7} />
              </svg>
              searched for
            </span>
          )}
          {grouping.names.map((name, i) => {
            const { color, shape } = groups[i] ?? otherGroup;
            return (
              <span key={name}>
                <svg width="12" height="12" aria-hidden="true">
                  <path d={outline(shape, 6, 6, 4.5)} fill={color} />
                </svg>
                <span className="clip" style={{ maxWidth: "9rem" }}>
                  {name}
                </span>
              </span>
            );
          })}
        </div>
        {found.drawn.length < found.points.length && (
          <p className="tile-note">The nearest {count(found.drawn.length)} are drawn.</p>
        )}
      </div>
    </Card>
  );
}

function Origin({ x, y }: Place) {
  return (
    <g>
      <circle cx={x} cy={y} r={6} fill="none" style={{ stroke: "var(--text)", strokeWidth: 2 }} />
      <circle cx={x} cy={y} r={1.8} fill="var(--text)" />
    </g>
  );
}

// A few groups tell more than many; these are what marketers group by.
const usual = ["platform", "objective", "format", "audience", "brand", "theme", "market"];

/** Paths whose values fall into a few groups, the most telling ones first. */
function categories(points: readonly SimilarPoint[]): string[] {
  const drawn = points.slice(0, 200);
  const sized = pathsOf(points).flatMap((path) => {
    const values = drawn.map((p) => valueAt(p.payload, path));
    const isGroup = values.every(
      (v) => v === undefined || typeof v === "string" || typeof v === "boolean",
    );
    const groups = new Set(values.map(show)).size;
    return isGroup && groups >= 2 && groups <= drawn.length / 3 ? [{ path, groups }] : [];
  });
  const rank = (path: string) => (usual.includes(path) ? usual.indexOf(path) : usual.length);
  return sized
    .sort((a, b) => rank(a.path) - rank(b.path) || a.groups - b.groups)
    .map(({ path }) => path);
}

/** The six largest groups by the value at a path, and the rest. */
function group(points: readonly SimilarPoint[], path: string | undefined) {
  const byId = new Map<string, string>();
  const sizes = new Map<string, number>();
  for (const point of path === undefined ? [] : points) {
    const name = show(valueAt(point.payload, path ?? "")) || "none";
    byId.set(point.id, name);
    sizes.set(name, (sizes.get(name) ?? 0) + 1);
  }
  const largest = [...sizes]
    .sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
    .slice(0, groups.length)
    .map(([name]) => name);
  const names = sizes.size > largest.length ? [...largest, "other"] : largest;
  return {
    names,
    of: (id: string) => {
      if (path === undefined) return groups[0];
      return groups[largest.indexOf(byId.get(id) ?? "")] ?? otherGroup;
    },
  };
}

/** From the projection's coordinates to those of the drawing; the same scale both ways. */
function fit(found: Found, width: number): (place: Place) => Place {
  const places = found.drawn.map((d) => d.place).concat(found.originPlace ?? []);
  const xs = places.map((p) => p.x);
  const ys = places.map((p) => p.y);
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const [bottom, top] = [Math.min(...ys), Math.max(...ys)];
  const stretch = Math.min(
    (width - 2 * padding) / Math.max(right - left, 1e-9),
    (height - 2 * padding) / Math.max(top - bottom, 1e-9),
  );
  return ({ x, y }) => ({
    x: width / 2 + (x - (left + right) / 2) * stretch,
    y: height / 2 - (y - (bottom + top) / 2) * stretch,
  });
}

function outline(shape: string, x: number, y: number, r: number): string {
  switch (shape) {
    case "square":
      return `M${x - r * 0.85} ${y - r * 0.85}h${1.7 * r}v${1.7 * r}h${-1.7 * r}Z`;
    case "triangle":
      return `M${x} ${y - 1.15 * r}L${x + 1.1 * r} ${y + 0.8 * r}H${x - 1.1 * r}Z`;
    case "diamond":
      return `M${x} ${y - 1.25 * r}L${x + 1.25 * r} ${y}L${x} ${y + 1.25 * r}L${x - 1.25 * r} ${y}Z`;
    default:
      return `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`;
  }
}
