// Between plain values and messages. Loaded with the first call that needs it.

import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Caller, CallOptions } from "../call.js";
import { invalidArgument } from "../errors.js";
import {
  type AllocateBudgetRequestSchema,
  type AllocateBudgetResponse,
  type BudgetCampaignSchema,
  BudgetService,
  type CampaignAllocation as CampaignMessage,
  type ResponseCurvePoint,
} from "../gen/marketing/intelligence/v1/budget_service_pb.js";
import type { ResponseCurveSchema } from "../gen/marketing/intelligence/v1/response_curve_pb.js";
import { required } from "../services/required.js";
import type {
  Allocation,
  AllocationInput,
  BudgetCampaignInput,
  CampaignAllocation,
  CurvePoint,
  LimitName,
  Money,
  ObjectiveName,
  ResponseCurveInput,
  UnspentReasonName,
} from "./problem.js";

// Names by the number of the enum in the API.
const objectives: readonly ObjectiveName[] = [
  "mostResponse",
  "mostValue",
  "mostProfit",
  "lowestCost",
  "targetRoas",
  "targetMarginalRoas",
  "targetCpa",
];
const limits: readonly LimitName[] = ["none", "minimum", "maximum", "fixed"];
const reasons: readonly UnspentReasonName[] = [
  "none",
  "maximaReached",
  "notWorthwhile",
  "targetReached",
  "targetAtLimit",
  "belowOneStep",
];

/** The best split of `input`. */
export async function allocate(
  caller: Caller,
  input: AllocationInput,
  options: CallOptions,
): Promise<Allocation> {
  const answer = await caller.unary(BudgetService.method.allocateBudget, toRequest(input), options);
  return fromAnswer(answer);
}

/** A table of a curve. */
export async function responseCurve(
  caller: Caller,
  curve: ResponseCurveInput,
  maxSpend: Money,
  options: CallOptions & { readonly points?: number },
): Promise<{ readonly points: readonly CurvePoint[]; readonly inflexion: number | undefined }> {
  const answer = await caller.unary(
    BudgetService.method.getResponseCurve,
    {
      curve: toCurve(curve, "curve"),
      maxSpendMicros: micros(maxSpend, "maxSpend") ?? 0n,
      pointCount: options.points ?? 0,
    },
    options,
  );
  return {
    points: answer.points.map(fromPoint),
    inflexion: answer.inflexionMicros === undefined ? undefined : units(answer.inflexionMicros),
  };
}

function toRequest(input: AllocationInput): MessageInitShape<typeof AllocateBudgetRequestSchema> {
  return {
    campaigns: input.campaigns.map(toCampaign),
    groups: (input.groups ?? []).map((group, i) => ({
      id: group.id,
      parentId: group.parent ?? "",
      minSpendMicros: micros(group.minSpend, `groups[${i}].minSpend`) ?? 0n,
      maxSpendMicros: micros(group.maxSpend, `groups[${i}].maxSpend`),
    })),
    budgetMicros: micros(input.budget, "budget"),
    stepMicros: micros(input.step, "step") ?? 0n,
    objective: toObjective(input.objective ?? "mostResponse"),
    target: input.target ?? 0,
    relativeGap: input.relativeGap,
    maxBranches: input.maxBranches ?? 0,
    intervalMass: input.intervalMass,
    chartPoints: input.chartPoints ?? 0,
  };
}

/** An amount in micros. */
export function micros(money: Money | undefined, field: string): bigint | undefined {
  if (money === undefined || typeof money === "bigint") return money;
  const rounded = Math.round(money * 1e6);
  if (!Number.isFinite(rounded)) throw invalidArgument(field, `${money} is not an amount of money`);
  return BigInt(rounded);
}

function units(amount: bigint): number {
  return Number(amount) / 1e6;
}

function toObjective(name: ObjectiveName): number {
  const found = objectives.indexOf(name);
  if (found < 0) throw invalidArgument("objective", `is not one of ${objectives.join(", ")}`);
  return found + 1;
}

function toCampaign(
  campaign: BudgetCampaignInput,
  i: number,
): MessageInitShape<typeof BudgetCampaignSchema> {
  const place = `campaigns[${i}]`;
  return {
    id: campaign.id,
    groupId: campaign.group ?? "",
    curve: toCurve(campaign.curve, `${place}.curve`),
    valuePerResponse: campaign.valuePerResponse,
    currentSpendMicros: micros(campaign.currentSpend, `${place}.currentSpend`) ?? 0n,
    minSpendMicros: micros(campaign.minSpend, `${place}.minSpend`) ?? 0n,
    maxSpendMicros: micros(campaign.maxSpend, `${place}.maxSpend`),
    minFactor: campaign.minFactor,
    maxFactor: campaign.maxFactor,
    fixed: campaign.fixed ?? false,
    maxObservedSpendMicros: micros(campaign.maxObservedSpend, `${place}.maxObservedSpend`) ?? 0n,
    draws: (campaign.draws ?? []).map((draw, d) => toCurve(draw, `${place}.draws[${d}]`)),
  };
}

function toCurve(
  curve: ResponseCurveInput,
  field: string,
): MessageInitShape<typeof ResponseCurveSchema> {
  if ("hill" in curve) return { kind: { case: "hill", value: curve.hill } };
  if ("michaelisMenten" in curve) {
    return { kind: { case: "michaelisMenten", value: curve.michaelisMenten } };
  }
  if ("logistic" in curve) return { kind: { case: "logistic", value: curve.logistic } };
  if ("exponential" in curve) return { kind: { case: "exponential", value: curve.exponential } };
  if ("power" in curve) return { kind: { case: "power", value: curve.power } };
  if ("points" in curve) {
    return { kind: { case: "points", value: { points: [...curve.points] } } };
  }
  throw invalidArgument(field, "has no kind that is known");
}

function fromAnswer(answer: AllocateBudgetResponse): Allocation {
  const totals = required(answer.totals, "totals");
  return {
    campaigns: answer.campaigns.map(fromCampaign),
    groups: answer.groups.map((group) => ({
      id: group.groupId,
      spend: units(group.spendMicros),
      spendMicros: group.spendMicros,
      limit: limits[group.limit] ?? "none",
      shadowPrice: group.shadowPrice,
    })),
    spend: units(totals.spendMicros),
    spendMicros: totals.spendMicros,
    unspent: units(totals.unspentMicros),
    unspentMicros: totals.unspentMicros,
    unspentReason: reasons[totals.unspentReason] ?? "none",
    responseBefore: totals.responseBefore,
    responseAfter: totals.responseAfter,
    valueBefore: totals.valueBefore,
    valueAfter: totals.valueAfter,
    roiBefore: totals.roiBefore,
    roi: totals.roi,
    shadowPrice: totals.shadowPrice,
    responseInterval: totals.responseInterval,
    liftInterval: totals.liftInterval,
    certificate: required(answer.certificate, "certificate"),
  };
}

function fromCampaign(campaign: CampaignMessage): CampaignAllocation {
  const { campaignId, spendMicros, changeMicros, limit, priceGroupId, warnings, chart } = campaign;
  return {
    id: campaignId,
    spend: units(spendMicros),
    spendMicros,
    change: units(changeMicros),
    responseBefore: campaign.responseBefore,
    responseAfter: campaign.responseAfter,
    valueBefore: campaign.valueBefore,
    valueAfter: campaign.valueAfter,
    roiBefore: campaign.roiBefore,
    roi: campaign.roi,
    marginalRoiBefore: campaign.marginalRoiBefore,
    marginalRoi: campaign.marginalRoi,
    limit: limits[limit] ?? "none",
    priceGroup: priceGroupId,
    warnings: warnings.map((warning) => (warning === 1 ? "extrapolation" : "flatCurve")),
    responseInterval: campaign.responseInterval,
    chart: chart.map(fromPoint),
  };
}

function fromPoint(point: ResponseCurvePoint): CurvePoint {
  return {
    spend: units(point.spendMicros),
    response: point.response,
    marginalRoi: point.marginalRoi,
  };
}
