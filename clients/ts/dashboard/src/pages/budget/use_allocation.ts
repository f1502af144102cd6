import type { Allocation } from "@marketing-intelligence/sdk";
import { useEffect, useState } from "react";
import { getClient } from "../../data/client.ts";
import { type Plan, toInput } from "./plan.ts";

/** The split of a plan, asked anew on every change. */
export interface Allocated {
  /** The newest answer; stays while the next is on its way, or fails. */
  readonly allocation: Allocation | undefined;
  /** From the question to the answer. */
  readonly ms: number;
  readonly error: unknown;
}

export function useAllocation(plan: Plan): Allocated {
  const [state, setState] = useState<Allocated>({
    allocation: undefined,
    ms: 0,
    error: undefined,
  });
  useEffect(() => {
    const left = new AbortController();
    const begin = performance.now();
    getClient()
      .optimizeBudgetAllocation(toInput(plan), { signal: left.signal })
      .then((allocation) => {
        setState({ allocation, ms: performance.now() - begin, error: undefined });
      })
      .catch((error: unknown) => {
        if (!left.signal.aborted) setState((before) => ({ ...before, error }));
      });
    return () => left.abort();
  }, [plan]);
  return state;
}
