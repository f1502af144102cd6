import { useMemo } from "react";
import { navigate, useAddress } from "../../router.ts";

/** One condition of the form, as typed. */
export interface Condition {
  readonly path: string;
  readonly operator: Operator;
  readonly value: string;
}

export const operators = {
  is: "is",
  isNot: "is not",
  oneOf: "is one of",
  words: "has the words",
  over: "is over",
  atLeast: "is at least",
  under: "is under",
  atMost: "is at most",
  exists: "is there",
  missing: "is missing",
} as const;

export type Operator = keyof typeof operators;

/** What the page was asked for; the address holds all of it but the vector. */
export interface ExplorerQuery {
  readonly collection: string;
  readonly by: "id" | "vector";
  readonly id: string;
  /** How many, 1 to 10,000. */
  readonly k: number;
  readonly exact: boolean;
  readonly conditions: readonly Condition[];
}

/** The query that the address holds, and a way to go to another one. */
export function useQuery(): [ExplorerQuery, (query: ExplorerQuery) => void] {
  const { search } = useAddress();
  const query = useMemo(() => fromSearch(new URLSearchParams(search)), [search]);
  return [query, (next) => navigate(`/explorer?${toSearch(next)}`)];
}

export function fromSearch(params: URLSearchParams): ExplorerQuery {
  const k = Number(params.get("k") ?? 20);
  return {
    collection: params.get("collection") ?? "",
    by: params.get("by") === "vector" ? "vector" : "id",
    id: params.get("id") ?? "",
    k: Number.isInteger(k) && k >= 1 && k <= 10_000 ? k : 20,
    exact: params.get("exact") === "1",
    conditions: params.getAll("where").flatMap(toCondition),
  };
}

export function toSearch(query: ExplorerQuery): string {
  const params = new URLSearchParams();
  if (query.collection) params.set("collection", query.collection);
  if (query.by === "vector") params.set("by", "vector");
  else if (query.id) params.set("id", query.id);
  params.set("k", String(query.k));
  if (query.exact) params.set("exact", "1");
  for (const { path, operator, value } of query.conditions) {
    params.append("where", JSON.stringify([path, operator, value]));
  }
  return params.toString();
}

// The address may be typed by anybody: what is no condition is left out.
function toCondition(text: string): Condition[] {
  try {
    const [path, operator, value] = JSON.parse(text) as unknown[];
    if (typeof path !== "string" || typeof value !== "string") return [];
    if (typeof operator !== "string" || !Object.hasOwn(operators, operator)) return [];
    return [{ path, operator: operator as Operator, value }];
  } catch {
    return [];
  }
}
