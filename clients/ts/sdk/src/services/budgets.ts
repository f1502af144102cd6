import type {
  Amount,
  CampaignSelection,
  FlowArcInput,
  MaxFlow,
  MinCostFlow,
  NetworkCut,
  SelectionInput,
} from "../budget/network.js";
import type {
  Allocation,
  AllocationInput,
  CurvePoint,
  Money,
  ResponseCurveInput,
} from "../budget/problem.js";
import type { FitInput, FittedCurve } from "../budget/series.js";
import type { CallOptions } from "../call.js";
import type { ServiceContext } from "./context.js";

// Parts of a page's code that most pages do not need.
const splits = () => import("../budget/wire.js");
const networks = () => import("../budget/network_wire.js");
const fits = () => import("../budget/fit_wire.js");

/** Splits of budgets over campaigns: `client.budgets`. Nothing is stored. */
export class BudgetsService {
  constructor(private readonly context: ServiceContext) {}

  /**
   * The best split of a budget within all limits, with what binds and what another unit would earn.
   *
   * @example
   * const split = await client.budgets.allocate({
   *   budget: 10_000,
   *   campaigns: [
   *     { id: "search", curve: { hill: { saturation: 900, scale: 4_000, shape: 0.8 } } },
   *     { id: "video", curve: { michaelisMenten: { saturation: 500, scale: 3_000 } }, maxSpend: 5_000 },
   *   ],
   * });
   * for (const { id, spend, marginalRoi } of split.campaigns) console.log(id, spend, marginalRoi);
   */
  async allocate(input: AllocationInput, options: CallOptions = {}): Promise<Allocation> {
    return (await splits()).allocate(this.context.caller, input, options);
  }

  /** Points of a curve from 0 to `maxSpend`, with its slopes as `marginalRoi`. */
  async responseCurve(
    curve: ResponseCurveInput,
    maxSpend: Money,
    options: CallOptions & { readonly points?: number } = {},
  ): Promise<{ readonly points: readonly CurvePoint[]; readonly inflexion: number | undefined }> {
    return (await splits()).responseCurve(this.context.caller, curve, maxSpend, options);
  }

  /** Response curves from what was spent and what came of it; says why where the data cannot tell. */
  async fitResponseCurves(input: FitInput, options: CallOptions = {}): Promise<FittedCurve[]> {
    return (await fits()).fitResponseCurves(this.context.caller, input, options);
  }

  /** The set of campaigns that earns most, setups paid once; exact where none takes from another. */
  async selectCampaigns(
    input: SelectionInput,
    options: CallOptions = {},
  ): Promise<CampaignSelection> {
    return (await networks()).selectCampaigns(this.context.caller, input, options);
  }

  /** The most that can flow from one node to another, and the cut that bounds it. */
  async maxFlow(
    arcs: readonly FlowArcInput[],
    source: string,
    target: string,
    options: CallOptions = {},
  ): Promise<MaxFlow> {
    return (await networks()).maxFlow(this.context.caller, arcs, source, target, options);
  }

  /** The cut that bounds what can flow from one node to another. */
  async minCut(
    arcs: readonly FlowArcInput[],
    source: string,
    target: string,
    options: CallOptions = {},
  ): Promise<NetworkCut> {
    return (await networks()).minCut(this.context.caller, arcs, source, target, options);
  }

  /** The cheapest flow of an amount; of the most that can flow when none is given. */
  async minCostFlow(
    arcs: readonly FlowArcInput[],
    source: string,
    target: string,
    options: CallOptions & { readonly amount?: Amount } = {},
  ): Promise<MinCostFlow> {
    return (await networks()).minCostFlow(this.context.caller, arcs, source, target, options);
  }

  /** Where a network falls apart most easily, directions of arcs aside. */
  async globalMinCut(
    arcs: readonly FlowArcInput[],
    options: CallOptions = {},
  ): Promise<NetworkCut> {
    return (await networks()).globalMinCut(this.context.caller, arcs, options);
  }
}
