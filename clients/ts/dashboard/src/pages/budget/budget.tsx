import type { Allocation, UnspentReasonName } from "@marketing-intelligence/sdk";
import { useState } from "react";
import "../../styles/budget.css";
import { Tile } from "../../components/card.tsx";
import { Failure, Skeleton } from "../../components/states.tsx";
import { duration, text } from "../../format.ts";
import { CampaignTable } from "./campaign_table.tsx";
import { ControlsCard } from "./controls_card.tsx";
import { CurvesCard } from "./curves_card.tsx";
import { change, money, ratio } from "./money.ts";
import { type Plan, usePlan } from "./plan.ts";
import { useAllocation } from "./use_allocation.ts";

const unspent: Record<UnspentReasonName, string> = {
  none: "all is spent",
  maximaReached: "campaigns take no more",
  notWorthwhile: "the next unit would not pay",
  targetReached: "the target needs no more",
  targetAtLimit: "more would miss the target",
  belowOneStep: "less than a step is left",
};

/** Splits a budget, and says why so: anew on every change. */
export default function BudgetPlanner() {
  const [plan, setPlan] = usePlan();
  const [active, setActive] = useState<number>();
  const { allocation, ms, error } = useAllocation(plan);
  return (
    <>
      <div className="page-head">
        <div>
          <h1>Budget planner</h1>
          <p>The best split within all limits, and what another unit would earn.</p>
        </div>
      </div>
      {error !== undefined && <Failure error={error} />}
      <ControlsCard plan={plan} setPlan={setPlan} />
      {!allocation && error === undefined && <Skeleton height="24rem" />}
      {allocation && (
        <>
          <Totals plan={plan} allocation={allocation} ms={ms} />
          <CampaignTable
            plan={plan}
            allocation={allocation}
            setPlan={setPlan}
            active={active}
            setActive={setActive}
          />
          <CurvesCard plan={plan} allocation={allocation} active={active} setActive={setActive} />
        </>
      )}
    </>
  );
}

function Totals(props: { plan: Plan; allocation: Allocation; ms: number }) {
  const { plan, allocation: a, ms } = props;
  const binding = a.groups.filter((g) => g.limit !== "none");
  const gap = a.certificate.relativeGap;
  return (
    <dl className="grid-tiles">
      <Tile
        name="Response"
        value={money(a.responseAfter)}
        note={`${change(a.responseAfter - a.responseBefore)} from now`}
      />
      <Tile
        name="Planned spend"
        value={money(a.spend)}
        share={plan.budget > 0 ? a.spend / plan.budget : undefined}
        note={
          a.unspent > 0 ? `${money(a.unspent)} left: ${unspent[a.unspentReason]}` : unspent.none
        }
      />
      <Tile
        name="Another unit of budget"
        value={ratio(a.shadowPrice)}
        note={
          binding.length === 0
            ? "no group binds"
            : binding.map((g) => `${g.id}: ${ratio(g.shadowPrice)} more`).join(", ")
        }
      />
      <Tile
        name="Best possible"
        value={a.certificate.proven ? "proven" : `within ${ratio(100 * gap)}`}
        unit={a.certificate.proven ? "" : "%"}
        note={`answered in ${text(duration(ms))}`}
      />
    </dl>
  );
}
