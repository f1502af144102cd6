import { Card } from "../../components/card.tsx";
import { Empty, messageOf, Skeleton } from "../../components/states.tsx";
import { TimeChart } from "../../components/time_chart.tsx";
import { duration, durationTick, rate, text, tick } from "../../format.ts";
import type { Traffic } from "./use_traffic.ts";

/** Calls a second, by what they do. */
export function ThroughputCard({ traffic }: { traffic: Traffic }) {
  const { intervals } = traffic;
  return (
    <Card title="Throughput" note="Calls a second that the server answered">
      <ChartOrWhy traffic={traffic}>
        <TimeChart
          title="Calls a second"
          times={intervals.map((i) => i.at)}
          format={(perSecond) => `${rate(perSecond)}/s`}
          formatTick={tick}
          series={[
            { name: "Searches", color: "var(--data-1)", values: intervals.map((i) => i.searches) },
            { name: "Writes", color: "var(--data-2)", values: intervals.map((i) => i.writes) },
            { name: "Other", color: "var(--data-other)", values: intervals.map((i) => i.others) },
          ]}
        />
      </ChartOrWhy>
    </Card>
  );
}

/** Time to answer a search. */
export function LatencyCard({ traffic }: { traffic: Traffic }) {
  const { intervals } = traffic;
  return (
    <Card title="Search latency" note="From arrival to answer, queueing included">
      <ChartOrWhy traffic={traffic}>
        <TimeChart
          title="Time to answer a search"
          times={intervals.map((i) => i.at)}
          format={(ms) => text(duration(ms))}
          formatTick={durationTick}
          series={[
            { name: "Median", color: "var(--data-1)", values: intervals.map((i) => i.p50) },
            { name: "99 %", color: "var(--data-4)", values: intervals.map((i) => i.p99) },
          ]}
        />
      </ChartOrWhy>
    </Card>
  );
}

function ChartOrWhy({ traffic, children }: { traffic: Traffic; children: React.ReactNode }) {
  if (traffic.unknown) {
    return (
      <Empty title="Not known">
        <p>
          The gateway was not told where the server’s metrics are. Start it with{" "}
          <code>--upstream-metrics</code>.
        </p>
      </Empty>
    );
  }
  if (traffic.intervals.length > 0) return children;
  if (traffic.error !== undefined) return <Empty title={messageOf(traffic.error)} />;
  return <Skeleton height="14rem" />;
}
