// What every transport must do alike with budgets. Imports nothing of Node or
// of a browser.

import type {
  AllocationInput,
  ObjectiveName,
  ResponseCurveInput,
} from "@marketing-intelligence/sdk";
import { check, equal, failure } from "./check.ts";
import type { Case } from "./suite.ts";

const curve: ResponseCurveInput = { michaelisMenten: { saturation: 100, scale: 50 } };

// Equal curves: 50 each, but for the limit of a group.
const problem: AllocationInput = {
  budget: 100,
  groups: [{ id: "search", maxSpend: 30 }, { id: "social" }],
  campaigns: [
    { id: "a", group: "search", curve, currentSpend: 20, maxObservedSpend: 10n },
    { id: "b", group: "social", curve },
  ],
};

const near = (actual: number, expected: number, tolerance = 1e-6) =>
  check(Math.abs(actual - expected) <= tolerance, `is ${actual}, not ${expected}`);

export const budgetCases: readonly Case[] = [
  {
    name: "a budget is split, and the split explained",
    async run({ client }) {
      const split = await client.optimizeBudgetAllocation({ ...problem, chartPoints: 3 });
      const [a, b] = split.campaigns;
      equal([a?.spendMicros, b?.spend, a?.change], [30_000_000n, 70, 10]);
      equal([a?.priceGroup, b?.priceGroup, a?.limit], ["search", "", "none"]);
      equal([a?.warnings, b?.warnings], [["extrapolation"], []]);
      near(a?.responseAfter ?? 0, 3000 / 80);
      near(b?.marginalRoi ?? 0, 5000 / 120 ** 2);
      equal([split.groups[0]?.limit, split.groups[1]?.limit], ["maximum", "none"]);
      near(split.groups[0]?.shadowPrice ?? 0, 5000 / 80 ** 2 - 5000 / 120 ** 2);
      equal([split.spend, split.unspentMicros, split.unspentReason], [100, 0n, "none"]);
      equal(split.certificate.proven, true);
      equal(a?.chart.length, 3);
    },
  },
  {
    name: "every objective and every kind of curve is understood",
    async run({ client }) {
      const objectives: ObjectiveName[] = [
        "mostResponse",
        "mostValue",
        "mostProfit",
        "lowestCost",
        "targetRoas",
        "targetMarginalRoas",
        "targetCpa",
      ];
      const curves: ResponseCurveInput[] = [
        { hill: { saturation: 90, scale: 50, shape: 2 } },
        curve,
        { logistic: { saturation: 90, rate: 0.1, midpoint: 40 } },
        { exponential: { saturation: 90, scale: 50 } },
        { power: { coefficient: 10, exponent: 0.5 } },
        {
          points: [
            { spend: 50, response: 50 },
            { spend: 100, response: 70 },
          ],
        },
      ];
      const campaigns = curves.map((one, i) => ({ id: `${i}`, curve: one, draws: [one, one] }));
      for (const objective of objectives) {
        const split = await client.budgets.allocate({
          objective,
          campaigns,
          budget: 300,
          target: 1.2,
        });
        check(split.spend > 0 && split.spend <= 300, `${objective} spends ${split.spend}`);
        near(split.responseInterval?.mean ?? 0, split.responseAfter);
      }
    },
  },
  {
    name: "a curve is tabulated",
    async run({ client }) {
      const hill = { hill: { saturation: 9, scale: 4, shape: 2 } };
      const { points, inflexion } = await client.budgets.responseCurve(hill, 8, { points: 3 });
      equal(
        points.map(({ spend }) => spend),
        [0, 4, 8],
      );
      near(points[1]?.response ?? 0, 4.5);
      near(points[1]?.marginalRoi ?? 0, 9 / 8);
      near(inflexion ?? 0, 4 / Math.sqrt(3));
    },
  },
  {
    name: "networks are asked for flows and cuts",
    async run({ client }) {
      const arcs = [
        { source: "account", target: "search", capacity: 7, cost: 1 },
        { source: "account", target: "social", capacity: 9n, cost: 2 },
        { source: "search", target: "done", capacity: 5 },
        { source: "social", target: "done" },
      ];
      const most = await client.budgets.maxFlow(arcs, "account", "done");
      equal([most.value, most.flows], [14n, [5n, 9n, 5n, 9n]]);
      equal(most.cut, await client.budgets.minCut(arcs, "account", "done"));
      equal(
        [most.cut.arcs, most.cut.firstSide],
        [
          [1, 2],
          ["account", "search"],
        ],
      );
      const cheap = await client.budgets.minCostFlow(arcs, "account", "done", { amount: 6 });
      equal([cheap.value, cheap.cost], [6n, 7n]);
      const apart = await client.budgets.globalMinCut(arcs);
      equal([apart.value, apart.secondSide], [12n, ["search"]]);
      const open = await failure(client.budgets.maxFlow(arcs.slice(3), "social", "done"));
      equal([open.code, open.reason], ["FAILED_PRECONDITION", "FLOW_UNBOUNDED"]);
      const half = [{ source: "a", target: "b", capacity: 0.5 }];
      equal((await failure(client.budgets.maxFlow(half, "a", "b"))).origin, "client");
    },
  },
  {
    name: "curves are fitted to series, or refused with the reason",
    async run({ client }) {
      const spend = Array.from({ length: 90 }, (_, t) =>
        t % 7 === 0 ? 0 : Math.round(1000 * (1 + Math.sin(t / 3))),
      );
      let adstock = 0;
      const responses = spend.map((s) => {
        adstock = 0.5 * adstock + 0.5 * s;
        return 30 + (400 * adstock) / (900 + adstock);
      });
      const [fit, few] = await client.fitResponseCurves({
        campaigns: [
          { id: "search", spend, responses },
          { id: "new", spend: [1, 2n], responses: [1, 2], model: { adstock: "none" } },
        ],
        model: {
          saturation: "michaelisMenten",
          maxLag: 30,
          retention: { low: 0.1, high: 0.9, prior: { median: 0.5, spread: 2 } },
        },
        draws: 5,
      });
      equal([fit?.id, fit?.refusal, fit?.draws.length], ["search", undefined, 5]);
      near(fit?.saturation?.value ?? 0, 400, 8);
      near(fit?.adstock?.weights[0] ?? 0, 0.5, 0.02);
      check((fit?.diagnostics?.rSquared ?? 0) > 0.99, "fits badly");
      equal([few?.curve, few?.refusal?.reason], [undefined, "tooFewPeriods"]);
      check(fit?.curve, "no curve");
      const split = await client.budgets.allocate({
        budget: 500,
        campaigns: [{ id: "search", curve: fit.curve, draws: fit.draws }],
      });
      check(split.liftInterval !== undefined, "no interval");
    },
  },
  {
    name: "campaigns are selected with what they need",
    async run({ client }) {
      const input = {
        campaigns: [
          { id: "feed ads", profit: 6, setups: ["feed"] },
          { id: "shopping", profit: 5, setups: ["feed"] },
          { id: "video", profit: 4, setups: ["film"] },
        ],
        setups: [
          { id: "feed", cost: 10 },
          { id: "film", cost: 7n * 1_000_000n },
        ],
      };
      const alone = await client.budgets.selectCampaigns(input);
      equal([alone.campaigns, alone.setups], [["feed ads", "shopping"], ["feed"]]);
      equal([alone.profit, alone.exact], [1, true]);
      const synergies = [{ first: "video", second: "shopping", value: 5 }];
      const together = await client.budgets.selectCampaigns({ ...input, synergies });
      equal([together.campaigns.length, together.profitMicros], [3, 3_000_000n]);
    },
  },
  {
    name: "a problem that has no answer says why",
    async run({ client }) {
      const negative = await failure(
        client.budgets.allocate({ ...problem, groups: [{ id: "search", minSpend: -1 }] }),
      );
      equal(negative.code, "INVALID_ARGUMENT");
      equal(
        negative.fieldViolations.map(({ field }) => field),
        ["groups[0].min_spend_micros", "campaigns[1].group_id"],
      );
      const short = await failure(
        client.budgets.allocate({
          ...problem,
          groups: [{ id: "search", minSpend: 130 }, { id: "social" }],
        }),
      );
      equal([short.code, short.reason], ["FAILED_PRECONDITION", "BUDGET_INFEASIBLE"]);
      const nan = await failure(client.budgets.allocate({ ...problem, budget: Number.NaN }));
      equal([nan.code, nan.origin], ["INVALID_ARGUMENT", "client"]);
    },
  },
];
