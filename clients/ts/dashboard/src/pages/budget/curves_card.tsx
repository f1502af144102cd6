import type { Allocation } from "@marketing-intelligence/sdk";
import { Card } from "../../components/card.tsx";
import { niceTicks, useWidth } from "../../components/time_chart.tsx";
import { tick } from "../../format.ts";
import { money } from "./money.ts";
import type { Plan } from "./plan.ts";

const colors = [1, 2, 3, 4, 5, 6].map((i) => `var(--data-${i})`);
const height = 280;
const margin = { top: 10, right: 12, bottom: 24, left: 52 };

/** The colour of a campaign, by its place in the plan. */
export function colorOf(i: number): string {
  return colors[i] ?? "var(--data-other)";
}

/** Every campaign's curve, with where it stands and where it would go. */
export function CurvesCard(props: {
  plan: Plan;
  allocation: Allocation;
  active: number | undefined;
  setActive: (i: number | undefined) => void;
}) {
  const { plan, allocation, active } = props;
  const [frame, width] = useWidth();
  const charts = allocation.campaigns.map((c) => c.chart);
  const xTicks = niceTicks(Math.max(1, ...charts.map((c) => c.at(-1)?.spend ?? 0)));
  const yTicks = niceTicks(Math.max(1, ...charts.map((c) => c.at(-1)?.response ?? 0)));
  const [right, top] = [xTicks.at(-1) ?? 1, yTicks.at(-1) ?? 1];
  const x = (spend: number) =>
    margin.left + (spend / right) * Math.max(1, width - margin.left - margin.right);
  const y = (response: number) =>
    margin.top + (1 - response / top) * (height - margin.top - margin.bottom);
  return (
    <Card
      title="Response curves"
      note="What each campaign answers to its spend: now, and as planned"
    >
      <div ref={frame} className="chart">
        <svg
          className="plot"
          height={height}
          role="img"
          aria-label="Response by spend of every campaign. The table has the numbers."
        >
          {yTicks.map((value) => (
            <g key={value}>
              <line
                className="gridline"
                x1={margin.left}
                x2={width - margin.right}
                y1={y(value)}
                y2={y(value)}
              />
              <text x={margin.left - 8} y={y(value)} textAnchor="end" dominantBaseline="central">
                {tick(value)}
              </text>
            </g>
          ))}
          {xTicks.map((value) => (
            <text key={value} x={x(value)} y={height - 6} textAnchor="middle">
              {money(value)}
            </text>
          ))}
          {allocation.campaigns.map((campaign, i) => (
            <g
              key={campaign.id}
              className={active !== undefined && active !== i ? "curve is-faint" : "curve"}
              stroke={colorOf(i)}
              onPointerEnter={() => props.setActive(i)}
              onPointerLeave={() => props.setActive(undefined)}
            >
              <path
                d={campaign.chart
                  .map(
                    (p, at) =>
                      `${at === 0 ? "M" : "L"}${x(p.spend).toFixed(1)} ${y(p.response).toFixed(1)}`,
                  )
                  .join("")}
                fill="none"
                strokeWidth="1.800"
              />
              <circle
                cx={x(plan.campaigns[i]?.spend ?? 0)}
                cy={y(campaign.responseBefore)}
                r="4"
                fill="var(--surface)"
                strokeWidth="1.800"
              />
              <circle
                cx={x(campaign.spend)}
                cy={y(campaign.responseAfter)}
                r="5"
                fill={colorOf(i)}
                stroke="var(--surface)"
                strokeWidth="1.500"
              />
            </g>
          ))}
        </svg>
        <div className="legend">
          {allocation.campaigns.map(({ id }, i) => (
            <span key={id}>
              <svg width="12" height="8" aria-hidden="true">
                <path d="M0 4h12" stroke={colorOf(i)} strokeWidth="2.500" />
              </svg>
              {id}
            </span>
          ))}
          <span>
            <svg width="12" height="12" aria-hidden="true">
              <circle cx="6" cy="6" r="4" fill="none" stroke="var(--text-muted)" />
            </svg>
            now
          </span>
          <span>
            <svg width="12" height="12" aria-hidden="true">
              <circle cx="6" cy="6" r="4.500" fill="var(--text-muted)" />
            </svg>
            planned
          </span>
        </div>
      </div>
    </Card>
  );
}
