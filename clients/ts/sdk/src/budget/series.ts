import type {
  CurveFitDiagnostics,
  FittedParameter,
} from "../gen/marketing/intelligence/v1/curve_fit_pb.js";
import type { Amount } from "./network.js";
import type { Money, Plain, ResponseCurveInput } from "./problem.js";

/** Where a parameter may lie, and where it is expected. */
export interface ParameterRangeInput {
  readonly low: number;
  readonly high: number;
  /** Its median, and the standard deviation of its logarithm (of a retention: of its logit). */
  readonly prior?: { readonly median: number; readonly spread: number };
}

/** What is fitted: `response = intercept + curve(adstock)`. */
export interface CurveFitModelInput {
  /** Default: `hill`. */
  readonly saturation?: "hill" | "michaelisMenten" | "logistic" | "exponential";
  /** How spend works on in later periods. Default: `geometric`. */
  readonly adstock?: AdstockName;
  /** In periods. Default: 13. */
  readonly maxLag?: number;
  /** Whether some response comes without any spend. Default: true. */
  readonly intercept?: boolean;
  readonly scale?: ParameterRangeInput;
  readonly shape?: ParameterRangeInput;
  readonly retention?: ParameterRangeInput;
}

export type AdstockName = "none" | "geometric" | "delayed" | "weibull";

/** One campaign's history, period by period. */
export interface CampaignSeriesInput {
  readonly id: string;
  readonly spend: readonly Money[];
  readonly responses: readonly number[];
  /** How much each period counts. Default: all alike. */
  readonly weights?: readonly number[];
  /** Instead of the request's. */
  readonly model?: CurveFitModelInput;
}

export interface FitInput {
  readonly campaigns: readonly CampaignSeriesInput[];
  readonly model?: CurveFitModelInput;
  /** The share of the last periods that is held out. Default: 0.2. */
  readonly heldOutShare?: number;
  /** Samples of each curve, for intervals of allocations. Default: 0. */
  readonly draws?: number;
  /** Default: 0.9. */
  readonly intervalMass?: number;
  readonly seed?: Amount;
}

export type FitRefusalName =
  | "tooFewPeriods"
  | "spendVariesTooLittle"
  | "responseConstant"
  | "notIdentified"
  | "noBetterThanMean";

/** A campaign's curve, ready for `allocate`, and how far it can be trusted. */
export interface FittedCurve {
  readonly id: string;
  /** Undefined where data were missing. */
  readonly curve: ResponseCurveInput | undefined;
  /** Why nobody should use the curve, in a word and in a sentence with figures. */
  readonly refusal: { readonly reason: FitRefusalName; readonly text: string } | undefined;
  readonly adstock: { readonly kind: AdstockName; readonly weights: readonly number[] } | undefined;
  readonly saturation: Plain<FittedParameter> | undefined;
  readonly scale: Plain<FittedParameter> | undefined;
  readonly shape: Plain<FittedParameter> | undefined;
  readonly retention: Plain<FittedParameter> | undefined;
  readonly intercept: Plain<FittedParameter> | undefined;
  readonly maxObservedSpend: number;
  /** A parameter ended at one of its bounds. */
  readonly atBound: boolean;
  readonly diagnostics: Plain<CurveFitDiagnostics> | undefined;
  readonly draws: readonly ResponseCurveInput[];
}
