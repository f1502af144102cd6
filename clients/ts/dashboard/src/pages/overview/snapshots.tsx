import { timestampMs } from "@bufbuild/protobuf/wkt";
import { type Snapshot, SnapshotTrigger } from "@marketing-intelligence/sdk/api";
import { useState } from "react";
import { Card } from "../../components/card.tsx";
import { Empty, Failure, messageOf, Skeleton } from "../../components/states.tsx";
import { getClient } from "../../data/client.ts";
import { useLive } from "../../data/use_live.ts";
import { ago, bytes, count, text } from "../../format.ts";

const mostShown = 6;

async function loadSnapshots(signal: AbortSignal): Promise<Snapshot[]> {
  const found: Snapshot[] = [];
  for await (const snapshot of getClient().snapshots.list({ signal, pageSize: mostShown })) {
    found.push(snapshot);
    if (found.length === mostShown) break;
  }
  return found;
}

const why: Record<SnapshotTrigger, string> = {
  [SnapshotTrigger.UNSPECIFIED]: "",
  [SnapshotTrigger.REQUEST]: "asked for",
  [SnapshotTrigger.SCHEDULE]: "on schedule",
  [SnapshotTrigger.BEFORE_RESTORE]: "before a restore",
};

/** The newest snapshots, and a button that writes one. */
export function SnapshotsCard() {
  const snapshots = useLive("snapshots", loadSnapshots, 4_000);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const write = async () => {
    setBusy(true);
    setFailure(undefined);
    try {
      const job = await getClient().snapshots.create({ description: "from the dashboard" });
      await getClient().jobs.wait(job.name, { timeoutMs: 60_000 });
      snapshots.refresh();
    } catch (error) {
      setFailure(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Card
      title="Snapshots"
      flush
      note="What a start reads first, and what backups copy"
      actions={
        <button type="button" className="button small" onClick={write} disabled={busy}>
          {busy ? "Writing" : "Write one now"}
        </button>
      }
    >
      {failure !== undefined && (
        <div className="card-body">
          <Failure error={failure} />
        </div>
      )}
      {!snapshots.data ? (
        snapshots.error === undefined ? (
          <div className="card-body">
            <Skeleton height="6rem" />
          </div>
        ) : (
          <Empty title={messageOf(snapshots.error)} />
        )
      ) : snapshots.data.length === 0 ? (
        <Empty title="No snapshots yet">
          <p>
            The server writes them by itself when enough was written. Until then the journal has it
            all.
          </p>
        </Empty>
      ) : (
        <div className="table-scroll">
          <table>
            <thead>
              <tr>
                <th>Written</th>
                <th>Why</th>
                <th className="end">Points</th>
                <th className="end">Size</th>
              </tr>
            </thead>
            <tbody>
              {snapshots.data.map((snapshot) => (
                <tr key={snapshot.name}>
                  <td className="number" title={snapshot.name}>
                    {snapshot.createTime ? ago(timestampMs(snapshot.createTime)) : "–"}
                    {!snapshot.complete && <span className="badge">incomplete</span>}
                  </td>
                  <td>
                    <span className="clip">{snapshot.description || why[snapshot.trigger]}</span>
                  </td>
                  <td className="end number">{count(snapshot.pointCount)}</td>
                  <td className="end number">{text(bytes(snapshot.byteCount))}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Card>
  );
}
