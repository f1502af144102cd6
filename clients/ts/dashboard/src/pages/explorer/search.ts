import type { Point, SimilarPoint } from "@marketing-intelligence/sdk";
import { type Collection, Metric, type SearchPlan } from "@marketing-intelligence/sdk/api";
import { useEffect, useState } from "react";
import { getClient } from "../../data/client.ts";
import { toFilter } from "./filter.ts";
import { type Place, project } from "./projection.ts";
import type { ExplorerQuery } from "./query.ts";

// As many neighbours are drawn; the table has them all.
const mostDrawn = 200;

/** A point, where it is drawn. */
export interface Drawn {
  readonly id: string;
  readonly place: Place;
}

/** What a search found. */
export interface Found {
  readonly query: ExplorerQuery;
  readonly points: readonly SimilarPoint[];
  readonly plan: SearchPlan | undefined;
  /** From asking to having everything, in milliseconds. */
  readonly elapsedMs: number;
  /** Live points of the collection. */
  readonly total: bigint;
  readonly metric: Metric;
  /** The origin of the search, where it is a stored point. */
  readonly origin: Point | undefined;
  readonly originPlace: Place | undefined;
  readonly drawn: readonly Drawn[];
}

export type SearchState =
  | { readonly status: "idle" }
  | { readonly status: "loading"; readonly before: Found | undefined }
  | { readonly status: "found"; readonly found: Found }
  | { readonly status: "failed"; readonly error: unknown };

/** Searches whenever the query changes. */
export function useSearch(
  query: ExplorerQuery,
  vector: Float32Array | undefined,
  collection: Collection | undefined,
): SearchState {
  const [state, setState] = useState<SearchState>({ status: "idle" });
  const [round, setRound] = useState(0);
  const ready =
    collection !== undefined && (query.by === "id" ? query.id !== "" : vector !== undefined);
  const name = collection?.name;

  // biome-ignore lint/correctness/useExhaustiveDependencies: `collection` is the same for a name.
  useEffect(() => {
    if (!ready || !collection) {
      setState({ status: "idle" });
      return;
    }
    const left = new AbortController();
    setState((before) => ({
      status: "loading",
      before: before.status === "found" ? before.found : undefined,
    }));
    search(query, vector, collection, left.signal).then(
      (found) => setState({ status: "found", found }),
      (error) => {
        if (left.signal.aborted) return;
        setState({ status: "failed", error });
        // What failed because nobody answered is asked for again.
        if (error?.retryable)
          setTimeout(() => !left.signal.aborted && setRound((n) => n + 1), 3_000);
      },
    );
    return () => left.abort();
  }, [query, vector, name, ready, round]);
  return state;
}

async function search(
  query: ExplorerQuery,
  vector: Float32Array | undefined,
  collection: Collection,
  signal: AbortSignal,
): Promise<Found> {
  const client = getClient();
  const { name, config } = collection;
  const types = new Map(config?.payloadFields.map((f) => [f.path, f.type]));
  const filter = toFilter(query.conditions, types);
  const started = performance.now();
  const asked = query.by === "id" ? { id: query.id } : (vector ?? new Float32Array());
  const [{ points, plan }, total] = await Promise.all([
    client.points.search(name, asked, query.k, { filter, exact: query.exact, signal }),
    client.points.count(name, undefined, { signal }),
  ]);
  const elapsedMs = performance.now() - started;
  const shown = points.slice(0, mostDrawn).map((p) => p.id);
  const wanted = query.by === "id" ? [query.id, ...shown] : shown;
  const vectors =
    wanted.length === 0
      ? []
      : await client.points.get(name, [...new Set(wanted)], { withEmbedding: true, signal });
  const origin = query.by === "id" ? vectors.find((p) => p.id === query.id) : undefined;
  const { originPlace, drawn } = draw(origin?.embedding ?? vector, vectors, shown);
  const metric = config?.metric ?? Metric.UNSPECIFIED;
  return { query, points, plan, elapsedMs, total, metric, origin, originPlace, drawn };
}

function draw(
  origin: Float32Array | undefined,
  vectors: readonly Point[],
  shown: readonly string[],
) {
  const byId = new Map(vectors.map((p) => [p.id, p]));
  const neighbours = shown.flatMap((id) => byId.get(id) ?? []);
  const places = project([...(origin ? [origin] : []), ...neighbours.map((p) => p.embedding)]);
  const originPlace = origin && places.shift();
  const nowhere: Place = { x: 0, y: 0 };
  return {
    originPlace,
    drawn: neighbours.map(({ id }, i) => ({ id, place: places[i] ?? nowhere })),
  };
}
