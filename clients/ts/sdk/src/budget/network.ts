import type { Money } from "./problem.js";

/** A whole number of anything that flows: micros, impressions. */
export type Amount = number | bigint;

/** An arc of a network; nodes are those that arcs name. */
export interface FlowArcInput {
  readonly source: string;
  readonly target: string;
  /** What can flow; any amount when left out. */
  readonly capacity?: Amount;
  /** Of a unit of flow, for `minCostFlow`. Default: 0. */
  readonly cost?: Amount;
}

/** A way to part the nodes of a network in two. */
export interface NetworkCut {
  /** The capacity of what is cut. */
  readonly value: bigint;
  /** Between a source and a target: the source's side. Ascending. */
  readonly firstSide: readonly string[];
  readonly secondSide: readonly string[];
  /** The arcs that are cut, by their place in the request. */
  readonly arcs: readonly number[];
}

export interface MaxFlow {
  readonly value: bigint;
  /** By arc of the request. */
  readonly flows: readonly bigint[];
  /** What binds: only more capacity there lets more flow. */
  readonly cut: NetworkCut;
}

export interface MinCostFlow {
  readonly value: bigint;
  readonly cost: bigint;
  /** By arc of the request. */
  readonly flows: readonly bigint[];
}

/** Campaigns that need setups, and help or hinder each other. */
export interface SelectionInput {
  readonly campaigns: readonly {
    readonly id: string;
    /** What it earns less what it costs, setups and synergies aside. */
    readonly profit: Money;
    readonly setups?: readonly string[];
  }[];
  /** Paid once, however many campaigns need them. */
  readonly setups?: readonly { readonly id: string; readonly cost: Money }[];
  /** What two earn beyond their profits when both run; below 0 when they take from each other. */
  readonly synergies?: readonly {
    readonly first: string;
    readonly second: string;
    readonly value: Money;
  }[];
}

/** The set of campaigns that earns most. */
export interface CampaignSelection {
  readonly campaigns: readonly string[];
  readonly setups: readonly string[];
  readonly profit: number;
  readonly profitMicros: bigint;
  /** No set earns more. */
  readonly boundMicros: bigint;
  /** Whether profit and bound are the same. */
  readonly exact: boolean;
}
