import type { ObjectiveName } from "@marketing-intelligence/sdk";
import { Card } from "../../components/card.tsx";
import { Amount } from "./campaign_table.tsx";
import { objectives, type Plan } from "./plan.ts";

/** The total, what it is to be spent for, and the limits of groups. */
export function ControlsCard({ plan, setPlan }: { plan: Plan; setPlan: (plan: Plan) => void }) {
  const { target } = objectives[plan.objective];
  const now = plan.campaigns.reduce((sum, c) => sum + c.spend, 0);
  return (
    <Card title="Budget">
      <div className="plan-controls">
        <div className="field">
          <label htmlFor="budget">Budget</label>
          <Amount
            label="Budget"
            value={plan.budget}
            set={(budget) => setPlan({ ...plan, budget: budget ?? 0 })}
          />
        </div>
        <input
          id="budget"
          className="slider"
          type="range"
          min={0}
          max={Math.max(3 * now, plan.budget)}
          step={100}
          value={plan.budget}
          onChange={({ target: slider }) => setPlan({ ...plan, budget: slider.valueAsNumber })}
        />
        <div className="field">
          <label htmlFor="objective">Objective</label>
          <select
            id="objective"
            className="input"
            value={plan.objective}
            onChange={(event) =>
              setPlan({ ...plan, objective: event.target.value as ObjectiveName })
            }
          >
            {Object.entries(objectives).map(([value, { name }]) => (
              <option key={value} value={value}>
                {name}
              </option>
            ))}
          </select>
        </div>
        {target !== undefined && (
          <div className="field">
            <span className="label">{target}</span>
            <Amount
              label={target}
              value={plan.target}
              set={(value) => setPlan({ ...plan, target: value ?? 0 })}
            />
          </div>
        )}
        {plan.groups.map((group, g) => (
          <div className="field" key={group.id}>
            <span className="label">Limit of {group.id}</span>
            <Amount
              label={`Limit of ${group.id}`}
              value={group.max}
              set={(max) =>
                setPlan({
                  ...plan,
                  groups: plan.groups.map((one, at) => (at === g ? { ...one, max } : one)),
                })
              }
            />
          </div>
        ))}
      </div>
    </Card>
  );
}
