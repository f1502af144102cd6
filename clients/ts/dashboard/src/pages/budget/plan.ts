// What the planner was given: all of it is in the address, so that a link shows
// the same plan.

import type { AllocationInput, ObjectiveName } from "@marketing-intelligence/sdk";
import { useMemo } from "react";
import { replaceAddress, useAddress } from "../../router.ts";

/** A campaign with a Hill curve; money in units of currency. */
export interface PlannedCampaign {
  readonly id: string;
  readonly group: string;
  readonly spend: number;
  readonly min: number;
  /** Undefined: no limit. */
  readonly max: number | undefined;
  readonly saturation: number;
  readonly scale: number;
  readonly shape: number;
}

export interface PlannedGroup {
  readonly id: string;
  readonly max: number | undefined;
}

export interface Plan {
  readonly budget: number;
  readonly objective: ObjectiveName;
  readonly target: number;
  readonly groups: readonly PlannedGroup[];
  readonly campaigns: readonly PlannedCampaign[];
}

export const objectives: Readonly<
  Record<ObjectiveName, { readonly name: string; readonly target?: string }>
> = {
  mostResponse: { name: "Most response" },
  mostProfit: { name: "Most profit" },
  mostValue: { name: "Most value" },
  lowestCost: { name: "Lowest cost", target: "Responses wanted" },
  targetRoas: { name: "Target ROAS", target: "ROAS, at least" },
  targetMarginalRoas: { name: "Target marginal ROAS", target: "Marginal ROAS, at least" },
  targetCpa: { name: "Target CPA", target: "Cost of a response, at most" },
};

// An S-curve among concave ones, a group that binds, and a campaign that is
// overfunded: what the page is there to show.
const example: Plan = {
  budget: 20_000,
  objective: "mostResponse",
  target: 1.5,
  groups: [
    { id: "google", max: undefined },
    { id: "meta", max: 5_000 },
    { id: "other", max: undefined },
  ],
  campaigns: [
    campaign("brand search", "google", 6_000, 1.0, 4_800, 2_500),
    campaign("generic search", "google", 3_000, 0.9, 9_000, 6_000),
    campaign("feed", "meta", 5_000, 0.8, 7_500, 4_000),
    campaign("stories", "meta", 2_000, 1.0, 5_200, 2_200),
    campaign("video", "other", 3_000, 2.2, 11_000, 3_600),
    campaign("newsletter ads", "other", 1_000, 0.7, 1_500, 900),
  ],
};

function campaign(
  id: string,
  group: string,
  spend: number,
  shape: number,
  saturation: number,
  scale: number,
): PlannedCampaign {
  return { id, group, spend, min: 0, max: undefined, saturation, scale, shape };
}

/** The plan that the address holds, or an example, and a way to change it. */
export function usePlan(): [Plan, (plan: Plan) => void] {
  const { search } = useAddress();
  const plan = useMemo(() => fromSearch(new URLSearchParams(search)), [search]);
  return [
    plan,
    (next) => replaceAddress(`/budget?plan=${encodeURIComponent(JSON.stringify(next))}`),
  ];
}

/** What to ask the server. */
export function toInput(plan: Plan): AllocationInput {
  return {
    budget: plan.budget,
    // Cents: what can be paid.
    step: 0.01,
    objective: plan.objective,
    target: plan.target,
    chartPoints: 60,
    groups: plan.groups.map(({ id, max }) => ({
      id,
      ...(max !== undefined && { maxSpend: max }),
    })),
    campaigns: plan.campaigns.map((c) => ({
      id: c.id,
      group: c.group,
      curve: { hill: { saturation: c.saturation, scale: c.scale, shape: c.shape } },
      currentSpend: c.spend,
      minSpend: c.min,
      ...(c.max !== undefined && { maxSpend: c.max }),
    })),
  };
}

/** The plan with one campaign changed. */
export function withCampaign(plan: Plan, i: number, change: Partial<PlannedCampaign>): Plan {
  return {
    ...plan,
    campaigns: plan.campaigns.map((c, at) => (at === i ? { ...c, ...change } : c)),
  };
}

// The address may be typed by anybody: what is no plan shows the example.
function fromSearch(params: URLSearchParams): Plan {
  try {
    const plan: unknown = JSON.parse(params.get("plan") ?? "");
    return isPlan(plan) ? plan : example;
  } catch {
    return example;
  }
}

function isPlan(value: unknown): value is Plan {
  const plan = value as Partial<Plan> | null;
  return (
    typeof plan?.budget === "number" &&
    typeof plan.target === "number" &&
    typeof plan.objective === "string" &&
    Object.hasOwn(objectives, plan.objective) &&
    Array.isArray(plan.groups) &&
    plan.groups.every((g: Partial<PlannedGroup>) => typeof g.id === "string") &&
    Array.isArray(plan.campaigns) &&
    plan.campaigns.length > 0 &&
    plan.campaigns.every(
      (c: Partial<PlannedCampaign>) =>
        typeof c.id === "string" &&
        typeof c.group === "string" &&
        [c.spend, c.min, c.saturation, c.scale, c.shape].every((n) => typeof n === "number"),
    )
  );
}
