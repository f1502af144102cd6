import type { Allocation, CampaignAllocation, LimitName } from "@marketing-intelligence/sdk";
import { Card } from "../../components/card.tsx";
import { colorOf } from "./curves_card.tsx";
import { change, money, ratio } from "./money.ts";
import { type Plan, withCampaign } from "./plan.ts";

const limits: Record<LimitName, string | undefined> = {
  none: undefined,
  minimum: "at its minimum",
  maximum: "at its maximum",
  fixed: "fixed",
};

/** What each campaign may spend, what it would, and what it earns. */
export function CampaignTable(props: {
  plan: Plan;
  allocation: Allocation;
  setPlan: (plan: Plan) => void;
  active: number | undefined;
  setActive: (i: number | undefined) => void;
}) {
  const { plan, allocation, setPlan } = props;
  const largest = Math.max(1, ...allocation.campaigns.map((c) => c.spend));
  return (
    <Card title="Campaigns" note="Change a limit, and the split follows" flush>
      <div className="table-scroll">
        <table className="plan-table">
          <thead>
            <tr>
              <th>Campaign</th>
              <th className="end">Now</th>
              <th className="end">Minimum</th>
              <th className="end">Maximum</th>
              <th className="end">Planned</th>
              <th>
                <span className="visually-hidden">Share of the largest</span>
              </th>
              <th className="end">Change</th>
              <th className="end">ROI</th>
              <th className="end">Marginal ROI</th>
              <th>Held by</th>
            </tr>
          </thead>
          <tbody>
            {allocation.campaigns.map((campaign, i) => {
              const planned = plan.campaigns[i];
              if (!planned) return null;
              return (
                <tr
                  key={campaign.id}
                  className={props.active === i ? "is-active" : undefined}
                  onPointerEnter={() => props.setActive(i)}
                  onPointerLeave={() => props.setActive(undefined)}
                >
                  <td>
                    {planned.id}
                    <span className="muted"> {planned.group}</span>
                  </td>
                  <td className="end number">{money(planned.spend)}</td>
                  <td className="end">
                    <Amount
                      label={`Minimum of ${planned.id}`}
                      value={planned.min}
                      set={(min) => setPlan(withCampaign(plan, i, { min: min ?? 0 }))}
                    />
                  </td>
                  <td className="end">
                    <Amount
                      label={`Maximum of ${planned.id}`}
                      value={planned.max}
                      set={(max) => setPlan(withCampaign(plan, i, { max }))}
                    />
                  </td>
                  <td className="end number">
                    <b>{money(campaign.spend)}</b>
                  </td>
                  <td>
                    <span className="bar" aria-hidden="true">
                      <i
                        style={{
                          width: `${(100 * campaign.spend) / largest}%`,
                          background: colorOf(i),
                        }}
                      />
                    </span>
                  </td>
                  <td className="end number">{change(campaign.change)}</td>
                  <td className="end number">{ratio(campaign.roi)}</td>
                  <td className="end number">{ratio(campaign.marginalRoi)}</td>
                  <td>{heldBy(campaign)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </Card>
  );
}

function heldBy(campaign: CampaignAllocation): string {
  const own = limits[campaign.limit];
  if (own) return own;
  return campaign.priceGroup === "" ? "the budget" : `the limit of ${campaign.priceGroup}`;
}

/** A number that may be left empty. */
export function Amount(props: {
  label: string;
  value: number | undefined;
  set: (value: number | undefined) => void;
}) {
  return (
    <input
      className="input number amount"
      type="number"
      inputMode="decimal"
      min={0}
      aria-label={props.label}
      placeholder="none"
      value={props.value ?? ""}
      onChange={({ target }) => {
        if (target.value === "") props.set(undefined);
        else if (target.valueAsNumber >= 0) props.set(target.valueAsNumber);
      }}
    />
  );
}
