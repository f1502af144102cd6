import type { DescMethod } from "@bufbuild/protobuf";
import { Code, type ConnectError } from "@connectrpc/connect";
import { RetryInfoSchema } from "./gen/google/rpc/error_details_pb.js";

/** How often, and after which pauses, a failed call is sent again. */
export interface RetryPolicy {
  /** Times that a call is sent at most, 1 to 10. Default: 4. 1 switches retries off. */
  readonly maxAttempts?: number;
  /** Longest pause before the second attempt, in milliseconds; it doubles from there. Default: 100. */
  readonly initialBackoffMs?: number;
  /** Longest pause of all, in milliseconds, unless the server asks for more. Default: 2,000. */
  readonly maxBackoffMs?: number;
}

export const defaultRetryPolicy: Required<RetryPolicy> = {
  maxAttempts: 4,
  initialBackoffMs: 100,
  maxBackoffMs: 2_000,
};

/**
 * When a call may be repeated without harm: `always`; `with_key`, because an idempotency key tells the
 * server that it is the same call; or `never`.
 */
export type RetrySafety = "always" | "with_key" | "never";

// Calls whose comment in the API says "Safe to retry." A test compares this
// list with the comments.
const safeToRetry: ReadonlySet<string> = new Set([
  "CollectionService.GetCollection",
  "CollectionService.ListCollections",
  "CollectionService.GetCollectionStats",
  "CollectionService.ListAliases",
  "SearchService.GetPoints",
  "SearchService.ListPoints",
  "SearchService.CountPoints",
  "SearchService.Search",
  "SearchService.BatchSearch",
  "SearchService.RangeSearch",
  "GraphService.GetGraph",
  "GraphService.ListGraphs",
  "GraphService.GetGraphStats",
  "GraphService.GetNodes",
  "GraphService.GetEdges",
  "GraphService.GetHyperedges",
  "GraphService.ListNodes",
  "GraphService.ListEdges",
  "GraphService.ListHyperedges",
  "GraphService.ListNeighbors",
  "GraphService.ExpandNodes",
  "GraphService.FindShortestPaths",
  "GraphService.FindHyperedges",
  "GraphService.FindCoMembers",
  "GraphService.GetSubgraph",
  "GraphService.FindSimilarNodes",
  "BudgetService.AllocateBudget",
  "BudgetService.GetResponseCurve",
  "BudgetService.FitResponseCurves",
  "BudgetService.SelectCampaigns",
  "BudgetService.MaxFlow",
  "BudgetService.MinCut",
  "BudgetService.MinCostFlow",
  "BudgetService.GlobalMinCut",
  "OperationsService.GetServerInfo",
  "OperationsService.GetSnapshot",
  "OperationsService.ListSnapshots",
  "OperationsService.GetJob",
  "OperationsService.ListJobs",
  "OperationsService.CancelJob",
]);

export function retrySafety(method: DescMethod): RetrySafety {
  if (safeToRetry.has(nameOf(method))) return "always";
  return "idempotencyKey" in method.input.field ? "with_key" : "never";
}

/** `SearchService.Search`: what a person calls it. */
export function nameOf(method: DescMethod): string {
  return `${method.parent.name}.${method.name}`;
}

/**
 * How long to wait before sending a call again, in milliseconds; undefined when it failed for good.
 * The pause is random between 0 and a bound that doubles, so that clients which failed together do
 * not come back together; the delay that the server asks for is added to it.
 */
export function pauseBeforeRetry(
  error: ConnectError,
  attempt: number,
  policy: Required<RetryPolicy>,
): number | undefined {
  const asked = error.findDetails(RetryInfoSchema)[0]?.retryDelay;
  const transient =
    error.code === Code.Unavailable ||
    (error.code === Code.ResourceExhausted && asked !== undefined);
  if (!transient || attempt >= policy.maxAttempts) return undefined;
  const bound = Math.min(policy.initialBackoffMs * 2 ** (attempt - 1), policy.maxBackoffMs);
  const askedMs = asked ? Number(asked.seconds) * 1000 + asked.nanos / 1e6 : 0;
  return askedMs + Math.random() * bound;
}

/** Resolves after `ms`; rejects at once when `signal` fires. */
export function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    }, ms);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}
