import { SearchStrategy } from "@marketing-intelligence/sdk/api";
import { Card } from "../../components/card.tsx";
import { count, duration, text } from "../../format.ts";
import type { Found } from "./search.ts";

const strategies: Record<SearchStrategy, { name: string; words: string }> = {
  [SearchStrategy.UNSPECIFIED]: { name: "unknown", words: "a plan that this page does not know" },
  [SearchStrategy.EXACT_SCAN]: { name: "exact scan", words: "compared every matching campaign" },
  [SearchStrategy.GRAPH]: { name: "graph walk", words: "walked the graph of neighbours" },
  [SearchStrategy.FILTERED_GRAPH]: {
    name: "filtered graph walk",
    words: "walked the graph more widely, and kept what matches",
  },
  [SearchStrategy.LISTS]: { name: "list scan", words: "scanned the lists nearest to the query" },
};

/** How the search was answered: which plan ran, and what it looked at. */
export function PlanCard({ found }: { found: Found }) {
  const { plan } = found;
  if (!plan) return null;
  const ran = [...new Set(plan.segments.map((s) => s.strategy))].map(
    (s) => strategies[s] ?? strategies[SearchStrategy.UNSPECIFIED],
  );
  const of = (...kinds: SearchStrategy[]) =>
    plan.segments.filter((s) => kinds.includes(s.strategy));
  const walks = of(SearchStrategy.GRAPH, SearchStrategy.FILTERED_GRAPH);
  const efSearch = Math.max(0, ...walks.map((s) => s.efSearch));
  const nProbe = Math.max(0, ...of(SearchStrategy.LISTS).map((s) => s.nProbe));
  return (
    <Card title="Plan">
      <div className="plan">
        <p>
          The server {ran.map((s) => s.words).join("; in other segments it ")}, in{" "}
          <span className="number">{text(duration(Number(plan.engineMicros) / 1000))}</span>.
        </p>
        <dl className="facts number">
          <dt>Plan</dt>
          <dd>{ran.map((s) => s.name).join(", ")}</dd>
          <dt>Segments</dt>
          <dd>{count(plan.segments.length)}</dd>
          <dt>Matches, estimated</dt>
          <dd>
            {count(plan.estimatedMatches)} of {count(found.total)}
          </dd>
          <dt>Compressed codes compared</dt>
          <dd>{count(plan.codesScanned)}</dd>
          <dt>Full vectors compared</dt>
          <dd>{count(plan.vectorsScanned)}</dd>
          {efSearch > 0 && (
            <>
              <dt>Candidates kept</dt>
              <dd>{count(efSearch)}</dd>
            </>
          )}
          {nProbe > 0 && (
            <>
              <dt>Lists visited</dt>
              <dd>{count(nProbe)}</dd>
            </>
          )}
        </dl>
      </div>
    </Card>
  );
}
