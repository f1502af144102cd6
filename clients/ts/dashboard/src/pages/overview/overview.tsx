import type { GetServerInfoResponse } from "@marketing-intelligence/sdk/api";
import { Tile } from "../../components/card.tsx";
import { Failure } from "../../components/states.tsx";
import { getClient } from "../../data/client.ts";
import { total } from "../../data/telemetry.ts";
import { useLive } from "../../data/use_live.ts";
import { ago, bytes, compactCount, duration, rate, span, text } from "../../format.ts";
import { CollectionsCard } from "./collections.tsx";
import { JobsCard } from "./jobs.tsx";
import { type CollectionRow, loadCollections } from "./load.ts";
import { SnapshotsCard } from "./snapshots.tsx";
import { LatencyCard, ThroughputCard } from "./traffic.tsx";
import { type Traffic, useTraffic } from "./use_traffic.ts";

/** How the service does, live. */
export default function Overview() {
  const client = getClient();
  const server = useLive("info", (signal) => client.server.info({ signal }), 5_000);
  const collections = useLive("collections", loadCollections, 5_000);
  const traffic = useTraffic();
  const error = server.error ?? collections.error;
  return (
    <>
      <div className="page-head">
        <div>
          <h1>Overview</h1>
          <p>What the service holds, and how it does.</p>
        </div>
        <ServerStatus
          info={server.data}
          failed={server.error !== undefined}
          updatedAt={server.updatedAt}
        />
      </div>
      {error !== undefined && <Failure error={error} retry={server.refresh} />}
      <Tiles rows={collections.data} traffic={traffic} />
      <div className="grid-2">
        <ThroughputCard traffic={traffic} />
        <LatencyCard traffic={traffic} />
      </div>
      <CollectionsCard rows={collections.data} />
      <div className="grid-2">
        <SnapshotsCard />
        <JobsCard />
      </div>
    </>
  );
}

// Indexed by DurabilityClass.
const survivable = [
  "",
  "a crash of the process",
  "a power cut",
  "the loss of the machine",
] as const;

function ServerStatus(props: {
  info: GetServerInfoResponse | undefined;
  failed: boolean;
  updatedAt: number | undefined;
}) {
  const { info, failed, updatedAt } = props;
  if (!info) return <span className="status">{failed ? "No answer" : "Connecting"}</span>;
  const started = Number(info.startTime?.seconds ?? 0n);
  return (
    <div className="status" role="status">
      <span className={failed ? "dot bad" : "dot good"} />
      <span>
        {failed ? `No answer; last one ${ago(updatedAt ?? 0)}` : `Version ${info.version}`}
        {" · "}tenant {info.tenant}
        {!failed && started > 0 && ` · up ${span(Date.now() / 1000 - started)}`}
        {survivable[info.durability] && ` · writes survive ${survivable[info.durability]}`}
      </span>
    </div>
  );
}

function Tiles({ rows, traffic }: { rows: CollectionRow[] | undefined; traffic: Traffic }) {
  const points = rows?.reduce((sum, row) => sum + row.stats.livePoints, 0n);
  const { newest, reading } = traffic;
  const calls = newest && newest.searches + newest.writes + newest.others;
  const latency = newest?.p50 === undefined ? undefined : duration(newest.p50);
  const resident = reading && total(reading, "process_resident_memory_bytes");
  const limit = reading && total(reading, "mi_memory_limit_bytes");
  const held = rows?.reduce((sum, row) => sum + (row.stats.memory?.totalBytes ?? 0n), 0n);
  const memory =
    resident !== undefined ? bytes(resident) : held !== undefined ? bytes(held) : undefined;
  const journalBytes = reading
    ? total(reading, "mi_journal_disk_bytes")
    : rows?.[0]?.stats.journalBytesOnDisk;
  const journal = journalBytes === undefined ? undefined : bytes(journalBytes);
  const errors = newest?.errors ?? 0;
  return (
    <dl className="grid-tiles">
      <Tile
        name="Points"
        value={points === undefined ? undefined : compactCount(points)}
        note={rows && `in ${rows.length} ${rows.length === 1 ? "collection" : "collections"}`}
      />
      <Tile
        name="Calls"
        value={calls === undefined ? undefined : rate(calls)}
        unit="/s"
        note={newest && (errors > 0 ? `${rate(errors)}/s refused or failed` : "none failed")}
      />
      <Tile
        name="Search, median"
        value={latency?.value}
        {...(latency && { unit: latency.unit })}
        note={
          newest &&
          (newest.p99 === undefined
            ? "no searches right now"
            : `99 % within ${text(duration(newest.p99))}`)
        }
      />
      <Tile
        name="Memory"
        value={memory?.value}
        {...(memory && { unit: memory.unit })}
        share={resident !== undefined && limit ? resident / limit : undefined}
        note={limit ? `of ${text(bytes(limit))}` : "held by collections"}
      />
      <Tile
        name="Journal on disk"
        value={journal?.value}
        {...(journal && { unit: journal.unit })}
        note={journalNote(traffic)}
      />
    </dl>
  );
}

function journalNote({ reading }: Traffic): string {
  const appends = reading && total(reading, "mi_journal_append_seconds_count");
  return appends === undefined ? "" : `${compactCount(appends)} durable writes since start`;
}
