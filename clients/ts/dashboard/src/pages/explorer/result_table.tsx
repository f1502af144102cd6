import { Metric } from "@marketing-intelligence/sdk/api";
import { useMemo, useState } from "react";
import { Card } from "../../components/card.tsx";
import { ExplorerIcon } from "../../components/icons.tsx";
import { count, duration, text } from "../../format.ts";
import { compare, pathsOf, show, valueAt } from "./payload.ts";
import type { Found } from "./search.ts";

const rowsOfPage = 50;
const columnsAtFirst = 6;

interface Sorting {
  readonly path: string;
  readonly descending: boolean;
}

/** What was found, nearest first or in any other order. */
export function ResultTable(props: {
  found: Found;
  active: string | undefined;
  chosen: string | undefined;
  setHovered: (id: string | undefined) => void;
  choose: (id: string) => void;
  searchFrom: (id: string) => void;
}) {
  const { found, active } = props;
  const [sorting, setSorting] = useState<Sorting>();
  const [page, setPage] = useState(0);
  const paths = useMemo(() => pathsOf(found.points), [found]);
  const [columns, setColumns] = useState<readonly string[]>();
  const shown = columns ?? paths.slice(0, columnsAtFirst);
  const rows = useMemo(() => {
    const ranked = found.points.map((point, i) => ({ point, rank: i + 1 }));
    if (!sorting) return ranked;
    const sign = sorting.descending ? -1 : 1;
    return ranked.sort(
      (a, b) =>
        sign *
        compare(valueAt(a.point.payload, sorting.path), valueAt(b.point.payload, sorting.path)),
    );
  }, [found, sorting]);
  const numeric = useMemo(() => numericPaths(found, paths), [found, paths]);
  const pages = Math.ceil(rows.length / rowsOfPage);
  const first = Math.min(page, pages - 1) * rowsOfPage;
  const distances = found.metric === Metric.EUCLIDEAN || found.metric === Metric.MANHATTAN;
  const largest = Math.max(...found.points.map((p) => Math.abs(p.score)), 1e-12);

  const sortBy = (path: string) => {
    setPage(0);
    setSorting(
      sorting?.path !== path
        ? { path, descending: false }
        : sorting.descending
          ? undefined
          : { path, descending: true },
    );
  };

  return (
    <Card
      title={`${count(found.points.length)} nearest`}
      note={`of ${count(found.total)}, in ${text(duration(found.elapsedMs))} from this browser`}
      flush
      actions={<ColumnChoice paths={paths} shown={shown} change={setColumns} />}
    >
      <section
        className="table-scroll"
        aria-label="Results"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: so that the keyboard can scroll it.
        tabIndex={0}
      >
        <table>
          <thead>
            <tr>
              <th className="end">#</th>
              <th>Id</th>
              <th>{distances ? "Distance" : "Similarity"}</th>
              {shown.map((path) => (
                <th
                  key={path}
                  className={numeric.has(path) ? "end" : undefined}
                  aria-sort={ariaSort(sorting, path)}
                >
                  <button type="button" onClick={() => sortBy(path)}>
                    {path}
                    <span aria-hidden="true">{arrow(sorting, path)}</span>
                  </button>
                </th>
              ))}
              <th className="row-actions">
                <span className="visually-hidden">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.slice(first, first + rowsOfPage).map(({ point, rank }) => (
              <tr
                key={point.id}
                className={point.id === active ? "is-active" : undefined}
                onPointerEnter={() => props.setHovered(point.id)}
                onPointerLeave={() => props.setHovered(undefined)}
                onClick={() => props.choose(point.id)}
              >
                <td className="end number muted">{rank}</td>
                <td>
                  <button
                    type="button"
                    className="point-id"
                    aria-pressed={point.id === props.chosen}
                    title={point.id}
                    onFocus={() => props.setHovered(point.id)}
                    onBlur={() => props.setHovered(undefined)}
                    onClick={() => props.choose(point.id)}
                  >
                    <span className="clip">{point.id}</span>
                  </button>
                </td>
                <td className="number">
                  <span className="score">
                    <i
                      aria-hidden="true"
                      style={{
                        backgroundSize: `${(100 * Math.max(0, distances ? largest - point.score : point.score)) / largest}% 100%`,
                      }}
                    />
                    {point.score.toFixed(4)}
                  </span>
                </td>
                {shown.map((path) => (
                  <Cell key={path} value={valueAt(point.payload, path)} />
                ))}
                <td className="row-actions">
                  <button
                    type="button"
                    className="button small quiet icon-button"
                    aria-label={`Search from ${point.id}`}
                    title="Search from this one"
                    onClick={(event) => {
                      event.stopPropagation();
                      props.searchFrom(point.id);
                    }}
                  >
                    <ExplorerIcon />
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {pages > 1 && (
        <div className="pager">
          <span className="number">
            {count(first + 1)} to {count(Math.min(first + rowsOfPage, rows.length))} of{" "}
            {count(rows.length)}
          </span>
          <div>
            <button
              type="button"
              className="button small"
              disabled={first === 0}
              onClick={() => setPage(page - 1)}
            >
              Previous
            </button>
            <button
              type="button"
              className="button small"
              disabled={first + rowsOfPage >= rows.length}
              onClick={() => setPage(page + 1)}
            >
              Next
            </button>
          </div>
        </div>
      )}
    </Card>
  );
}

function numericPaths(found: Found, paths: readonly string[]): ReadonlySet<string> {
  const isNumeric = (path: string) => {
    const values = found.points.slice(0, rowsOfPage).map((p) => valueAt(p.payload, path));
    return values.some((v) => typeof v === "number" || typeof v === "bigint");
  };
  return new Set(paths.filter(isNumeric));
}

function Cell({ value }: { value: Parameters<typeof show>[0] }) {
  const shown = show(value);
  if (typeof value === "number" || typeof value === "bigint") {
    return <td className="end number">{shown}</td>;
  }
  // A long text would be laid out in full just to be cut off.
  return (
    <td>
      <span className="clip" dir="auto" title={shown.slice(0, 400)}>
        {shown.slice(0, 200)}
      </span>
    </td>
  );
}

function ColumnChoice(props: {
  paths: readonly string[];
  shown: readonly string[];
  change: (columns: readonly string[]) => void;
}) {
  const { paths, shown, change } = props;
  if (paths.length === 0) return null;
  return (
    <details className="menu">
      <summary className="button small">Columns</summary>
      <div className="menu-body">
        {paths.slice(0, 60).map((path) => (
          <label key={path} className="check">
            <input
              type="checkbox"
              checked={shown.includes(path)}
              onChange={(event) =>
                change(event.target.checked ? [...shown, path] : shown.filter((p) => p !== path))
              }
            />
            <span className="clip">{path}</span>
          </label>
        ))}
      </div>
    </details>
  );
}

function ariaSort(sorting: Sorting | undefined, path: string) {
  if (sorting?.path !== path) return "none";
  return sorting.descending ? "descending" : "ascending";
}

function arrow(sorting: Sorting | undefined, path: string): string {
  if (sorting?.path !== path) return "";
  return sorting.descending ? "↓" : "↑";
}
