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
import type { CallOptions } from "../call.js";
import type { ServiceContext } from "./context.js";

// A part of a page's code that most pages do not need.
const load = () => import("../budget/wire.js");
const loadNetworks = () => import("../budget/network_wire.js");

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
    const wire = await load();
    const request = wire.toRequest(input);
    return wire.fromAnswer(
      await this.context.caller.unary(wire.method.allocateBudget, request, options),
    );
  }

  /** Points of a curve from 0 to `maxSpend`, with its slopes as `marginalRoi`. */
  async responseCurve(
    curve: ResponseCurveInput,
    maxSpend: Money,
    options: CallOptions & { readonly points?: number } = {},
  ): Promise<{ readonly points: readonly CurvePoint[]; readonly inflexion: number | undefined }> {
    const wire = await load();
    const request = {
      curve: wire.toCurve(curve, "curve"),
      maxSpendMicros: wire.micros(maxSpend, "maxSpend") ?? 0n,
      pointCount: options.points ?? 0,
    };
    return wire.fromTable(
      await this.context.caller.unary(wire.method.getResponseCurve, request, options),
    );
  }

  /** The set of campaigns that earns most, setups paid once; exact where none takes from another. */
  async selectCampaigns(
    input: SelectionInput,
    options: CallOptions = {},
  ): Promise<CampaignSelection> {
    const [{ method }, wire] = await Promise.all([load(), loadNetworks()]);
    return wire.fromSelection(
      await this.context.caller.unary(method.selectCampaigns, wire.toSelection(input), options),
    );
  }

  /** The most that can flow from one node to another, and the cut that bounds it. */
  async maxFlow(
    arcs: readonly FlowArcInput[],
    source: string,
    target: string,
    options: CallOptions = {},
  ): Promise<MaxFlow> {
    const [{ method }, wire] = await Promise.all([load(), loadNetworks()]);
    const answer = await this.context.caller.unary(
      method.maxFlow,
      { network: wire.toNetwork(arcs), sourceId: source, targetId: target },
      options,
    );
    return { value: answer.value, flows: answer.flows, cut: wire.fromCut(answer.cut) };
  }

  /** The cut that bounds what can flow from one node to another. */
  async minCut(
    arcs: readonly FlowArcInput[],
    source: string,
    target: string,
    options: CallOptions = {},
  ): Promise<NetworkCut> {
    const [{ method }, wire] = await Promise.all([load(), loadNetworks()]);
    const answer = await this.context.caller.unary(
      method.minCut,
      { network: wire.toNetwork(arcs), sourceId: source, targetId: target },
      options,
    );
    return wire.fromCut(answer.cut);
  }

  /** The cheapest flow of an amount; of the most that can flow when none is given. */
  async minCostFlow(
    arcs: readonly FlowArcInput[],
    source: string,
    target: string,
    options: CallOptions & { readonly amount?: Amount } = {},
  ): Promise<MinCostFlow> {
    const [{ method }, wire] = await Promise.all([load(), loadNetworks()]);
    const { amount } = options;
    const { value, cost, flows } = await this.context.caller.unary(
      method.minCostFlow,
      {
        network: wire.toNetwork(arcs),
        sourceId: source,
        targetId: target,
        ...(amount !== undefined && { amount: wire.toAmount(amount, "amount") }),
      },
      options,
    );
    return { value, cost, flows };
  }

  /** Where a network falls apart most easily, directions of arcs aside. */
  async globalMinCut(
    arcs: readonly FlowArcInput[],
    options: CallOptions = {},
  ): Promise<NetworkCut> {
    const [{ method }, wire] = await Promise.all([load(), loadNetworks()]);
    const answer = await this.context.caller.unary(
      method.globalMinCut,
      { network: wire.toNetwork(arcs) },
      options,
    );
    return wire.fromCut(answer.cut);
  }
}
