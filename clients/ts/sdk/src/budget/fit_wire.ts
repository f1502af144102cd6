// Series and fits between plain values and messages. Loaded with the first call
// that needs it.

import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Caller, CallOptions } from "../call.js";
import { invalidArgument } from "../errors.js";
import { BudgetService } from "../gen/marketing/intelligence/v1/budget_service_pb.js";
import type {
  CurveFit,
  CurveFitModelSchema,
  ParameterRangeSchema,
} from "../gen/marketing/intelligence/v1/curve_fit_pb.js";
import type { ResponseCurve } from "../gen/marketing/intelligence/v1/response_curve_pb.js";
import { toAmount } from "./network_wire.js";
import type { ResponseCurveInput } from "./problem.js";
import type {
  AdstockName,
  CurveFitModelInput,
  FitInput,
  FitRefusalName,
  FittedCurve,
  ParameterRangeInput,
} from "./series.js";
import { micros } from "./wire.js";

// Names by the number of the enum in the API, less one.
const saturations = ["hill", "michaelisMenten", "logistic", "exponential"] as const;
const adstocks: readonly AdstockName[] = ["none", "geometric", "delayed", "weibull"];
const refusals: readonly FitRefusalName[] = [
  "tooFewPeriods",
  "spendVariesTooLittle",
  "responseConstant",
  "notIdentified",
  "noBetterThanMean",
];

/** Fits the curves of `input`. */
export async function fitResponseCurves(
  caller: Caller,
  input: FitInput,
  options: CallOptions,
): Promise<FittedCurve[]> {
  const answer = await caller.unary(
    BudgetService.method.fitResponseCurves,
    {
      campaigns: input.campaigns.map(({ id, spend, responses, weights, model }, i) => ({
        campaignId: id,
        spendMicros: spend.map((s, t) => micros(s, `campaigns[${i}].spend[${t}]`) ?? 0n),
        responses: [...responses],
        weights: [...(weights ?? [])],
        ...(model && { model: toModel(model, `campaigns[${i}].model`) }),
      })),
      ...(input.model && { model: toModel(input.model, "model") }),
      heldOutShare: input.heldOutShare,
      drawCount: input.draws ?? 0,
      intervalMass: input.intervalMass,
      seed: toAmount(input.seed ?? 0, "seed"),
    },
    options,
  );
  return answer.fits.map(fromFit);
}

function toModel(
  model: CurveFitModelInput,
  field: string,
): MessageInitShape<typeof CurveFitModelSchema> {
  return {
    saturation: numberOf(saturations, model.saturation ?? "hill", `${field}.saturation`),
    adstock: numberOf(adstocks, model.adstock ?? "geometric", `${field}.adstock`),
    maxLag: model.maxLag,
    intercept: model.intercept,
    scale: toRange(model.scale),
    shape: toRange(model.shape),
    retention: toRange(model.retention),
  };
}

function numberOf<T>(names: readonly T[], name: T, field: string): number {
  const found = names.indexOf(name);
  if (found < 0) throw invalidArgument(field, `is not one of ${names.join(", ")}`);
  return found + 1;
}

function toRange(
  range: ParameterRangeInput | undefined,
): MessageInitShape<typeof ParameterRangeSchema> | undefined {
  if (!range) return undefined;
  return {
    low: range.low,
    high: range.high,
    priorMedian: range.prior?.median ?? 0,
    priorSpread: range.prior?.spread ?? 0,
  };
}

function fromFit(fit: CurveFit): FittedCurve {
  const reason = refusals[fit.refusal - 1];
  return {
    id: fit.campaignId,
    curve: fit.curve && fromCurve(fit.curve),
    refusal: reason && { reason, text: fit.refusalText },
    adstock: fit.adstock && {
      kind: adstocks[fit.adstock.kind - 1] ?? "none",
      weights: fit.adstock.weights,
    },
    saturation: fit.saturation,
    scale: fit.scale,
    shape: fit.shape,
    retention: fit.retention,
    intercept: fit.intercept,
    maxObservedSpend: Number(fit.maxObservedSpendMicros) / 1e6,
    atBound: fit.atBound,
    diagnostics: fit.diagnostics,
    draws: fit.draws.flatMap((draw) => fromCurve(draw) ?? []),
  };
}

function fromCurve({ kind }: ResponseCurve): ResponseCurveInput | undefined {
  switch (kind.case) {
    case "hill":
      return { hill: kind.value };
    case "michaelisMenten":
      return { michaelisMenten: kind.value };
    case "logistic":
      return { logistic: kind.value };
    case "exponential":
      return { exponential: kind.value };
    case "power":
      return { power: kind.value };
    case "points":
      return { points: kind.value.points };
    default:
      return undefined;
  }
}
