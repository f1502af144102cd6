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
}
