import type {
  OptimalityCertificate,
  ResponseInterval,
} from "../gen/marketing/intelligence/v1/budget_service_pb.js";
import type {
  ExponentialCurve,
  HillCurve,
  LogisticCurve,
  MichaelisMentenCurve,
  PowerCurve,
} from "../gen/marketing/intelligence/v1/response_curve_pb.js";

/** A message without what the generated code adds. */
export type Plain<T> = Omit<T, "$typeName" | "$unknown">;

/** How a campaign answers spend, in units of currency: one of these. */
export type ResponseCurveInput =
  | { readonly hill: Plain<HillCurve> }
  | { readonly michaelisMenten: Plain<MichaelisMentenCurve> }
  | { readonly logistic: Plain<LogisticCurve> }
  | { readonly exponential: Plain<ExponentialCurve> }
  | { readonly power: Plain<PowerCurve> }
  | { readonly points: readonly { readonly spend: number; readonly response: number }[] };

/** A number is in units of currency, rounded to the micro; a bigint is in micros. */
export type Money = number | bigint;

/** A campaign, ad set, channel or market. */
export interface BudgetCampaignInput {
  readonly id: string;
  /** The group that it lies in directly. */
  readonly group?: string;
  readonly curve: ResponseCurveInput;
  /** What one response is worth, in units of currency. Default: 1. */
  readonly valuePerResponse?: number;
  readonly currentSpend?: Money;
  readonly minSpend?: Money;
  readonly maxSpend?: Money;
  /** Limits in multiples of the current spend; of two limits the tighter holds. */
  readonly minFactor?: number;
  readonly maxFactor?: number;
  /** It stays at its current spend. */
  readonly fixed?: boolean;
  /** The largest spend that the curve was learnt from. */
  readonly maxObservedSpend?: Money;
  /** Samples of the curve, for intervals: as many for each campaign. */
  readonly draws?: readonly ResponseCurveInput[];
}

/** A platform, account or market: campaigns that share limits. */
export interface BudgetGroupInput {
  readonly id: string;
  readonly parent?: string;
  readonly minSpend?: Money;
  readonly maxSpend?: Money;
}

/** What the split is to be best at. The last four need a `target`. */
export type ObjectiveName =
  | "mostResponse"
  | "mostValue"
  | "mostProfit"
  | "lowestCost"
  | "targetRoas"
  | "targetMarginalRoas"
  | "targetCpa";

export interface AllocationInput {
  readonly campaigns: readonly BudgetCampaignInput[];
  readonly groups?: readonly BudgetGroupInput[];
  /** Required for `mostResponse` and `mostValue`. */
  readonly budget?: Money;
  /** Spends are multiples of it. Default: one micro. */
  readonly step?: Money;
  /** Default: `mostResponse`. */
  readonly objective?: ObjectiveName;
  readonly target?: number;
  /** How near to its bound the answer has to be where curves are S-shaped. Default: 1e-7. */
  readonly relativeGap?: number;
  readonly maxBranches?: number;
  /** Mass of the intervals that are computed from draws. Default: 0.9. */
  readonly intervalMass?: number;
  /** Points of every campaign's curve in the answer: 0, or 2 to 1,000. */
  readonly chartPoints?: number;
}

export interface CurvePoint {
  readonly spend: number;
  readonly response: number;
  /** The value of the next unit of currency. */
  readonly marginalRoi: number;
}

export type LimitName = "none" | "minimum" | "maximum" | "fixed";

export type UnspentReasonName =
  | "none"
  | "maximaReached"
  | "notWorthwhile"
  | "targetReached"
  | "targetAtLimit"
  | "belowOneStep";

export interface CampaignAllocation {
  readonly id: string;
  /** In units of currency. */
  readonly spend: number;
  readonly spendMicros: bigint;
  /** From the current spend. */
  readonly change: number;
  readonly responseBefore: number;
  readonly responseAfter: number;
  readonly valueBefore: number;
  readonly valueAfter: number;
  readonly roiBefore: number;
  readonly roi: number;
  readonly marginalRoiBefore: number;
  readonly marginalRoi: number;
  /** Which of its own limits holds it. */
  readonly limit: LimitName;
  /** The nearest group whose limit sets its price; "" is the total. */
  readonly priceGroup: string;
  readonly warnings: readonly ("extrapolation" | "flatCurve")[];
  readonly responseInterval: Plain<ResponseInterval> | undefined;
  readonly chart: readonly CurvePoint[];
}

export interface GroupAllocation {
  readonly id: string;
  readonly spend: number;
  readonly spendMicros: bigint;
  readonly limit: LimitName;
  /** What one more unit of currency in its maximum would earn, or in its minimum cost (below 0). */
  readonly shadowPrice: number;
}

/** The split, and what explains it. */
export interface Allocation {
  readonly campaigns: readonly CampaignAllocation[];
  readonly groups: readonly GroupAllocation[];
  readonly spend: number;
  readonly spendMicros: bigint;
  readonly unspent: number;
  readonly unspentMicros: bigint;
  readonly unspentReason: UnspentReasonName;
  readonly responseBefore: number;
  readonly responseAfter: number;
  readonly valueBefore: number;
  readonly valueAfter: number;
  readonly roiBefore: number;
  readonly roi: number;
  /** What one more unit of budget would earn beyond its cost. */
  readonly shadowPrice: number;
  readonly responseInterval: Plain<ResponseInterval> | undefined;
  readonly liftInterval: Plain<ResponseInterval> | undefined;
  /** How near to the best the split is proven to be. */
  readonly certificate: Plain<OptimalityCertificate>;
}
