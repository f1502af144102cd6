import type { Collection } from "@marketing-intelligence/sdk/api";
import { useState } from "react";
import "../../styles/explorer.css";
import { Card } from "../../components/card.tsx";
import { Empty, Failure, Skeleton } from "../../components/states.tsx";
import { getClient } from "../../data/client.ts";
import { useLive } from "../../data/use_live.ts";
import { DetailsCard } from "./details.tsx";
import { ConditionFault } from "./filter.ts";
import { PlanCard } from "./plan.tsx";
import { useQuery } from "./query.ts";
import { QueryForm } from "./query_form.tsx";
import { ResultTable } from "./result_table.tsx";
import { ScatterCard } from "./scatter.tsx";
import { type Found, useSearch } from "./search.ts";

async function loadCollections(signal: AbortSignal): Promise<Collection[]> {
  const found: Collection[] = [];
  for await (const collection of getClient().collections.list({ signal })) found.push(collection);
  return found;
}

/** Finds what is similar to a campaign or to a vector. */
export default function Explorer() {
  const [query, setQuery] = useQuery();
  const [vector, setVector] = useState<Float32Array>();
  const collections = useLive("all-collections", loadCollections, 15_000);
  const collection =
    collections.data?.find((c) => c.name === query.collection) ??
    (query.collection === "" ? preferred(collections.data) : undefined);
  const state = useSearch(query, vector, collection);
  const found =
    state.status === "found" ? state.found : state.status === "loading" ? state.before : undefined;

  return (
    <>
      <div className="page-head">
        <div>
          <h1>Campaign explorer</h1>
          <p>What is most similar to a campaign, or to a vector of your own.</p>
        </div>
      </div>
      {collections.error !== undefined && (
        <Failure error={collections.error} retry={collections.refresh} />
      )}
      {collections.data?.length === 0 ? (
        <Card title="Search">
          <Empty title="No collections yet">
            <p>Once a client has written campaigns, they can be searched here.</p>
          </Empty>
        </Card>
      ) : (
        collections.data && (
          <QueryForm
            key={`${query.collection}|${query.id}|${query.by}`}
            collections={collections.data}
            collection={collection}
            query={query}
            busy={state.status === "loading"}
            fault={state.status === "failed" ? state.error : undefined}
            search={(next, example) => {
              setVector(example);
              setQuery(next);
            }}
          />
        )
      )}
      {query.collection !== "" && collections.data && !collection && (
        <Empty title={`There is no collection “${query.collection}”`} />
      )}
      {state.status === "failed" && !(state.error instanceof ConditionFault) && (
        <Failure error={state.error} />
      )}
      {!collections.data && collections.error === undefined && <Skeleton height="10rem" />}
      {state.status === "loading" && !found && <Skeleton height="24rem" />}
      {found && (
        <Results
          key={`${found.query.collection}|${found.query.id}`}
          found={found}
          stale={state.status === "loading"}
          searchFrom={(id) => setQuery({ ...query, by: "id", id })}
        />
      )}
    </>
  );
}

// The collection of campaigns, or the first one.
function preferred(collections: readonly Collection[] | undefined): Collection | undefined {
  return collections?.find((c) => c.name === "campaigns") ?? collections?.[0];
}

function Results(props: { found: Found; stale: boolean; searchFrom: (id: string) => void }) {
  const { found, searchFrom } = props;
  const [hovered, setHovered] = useState<string>();
  const [chosen, setChosen] = useState<string>();
  const active = hovered ?? chosen;
  const shown = found.points.find((p) => p.id === chosen) ?? found.origin;
  if (found.points.length === 0) {
    return (
      <Card title="Nothing matches">
        <Empty title="No campaign passes all of the filters">
          <p>Take one away, or loosen it.</p>
        </Empty>
      </Card>
    );
  }
  return (
    <div className="results" aria-busy={props.stale}>
      <ResultTable
        found={found}
        active={active}
        chosen={chosen}
        setHovered={setHovered}
        choose={setChosen}
        searchFrom={searchFrom}
      />
      <div className="aside">
        <ScatterCard found={found} active={active} setHovered={setHovered} choose={setChosen} />
        <PlanCard found={found} />
        {shown && <DetailsCard point={shown} isOrigin={shown === found.origin} />}
      </div>
    </div>
  );
}
