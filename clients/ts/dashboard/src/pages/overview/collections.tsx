import { type MemoryStats, Metric } from "@marketing-intelligence/sdk/api";
import { Card } from "../../components/card.tsx";
import { Empty, Skeleton } from "../../components/states.tsx";
import { bytes, count, text } from "../../format.ts";
import { follow } from "../../router.ts";
import { type CollectionRow, mostShown } from "./load.ts";

/** Every collection: what it holds, how it is searched, what it costs. */
export function CollectionsCard({ rows }: { rows: CollectionRow[] | undefined }) {
  return (
    <Card
      title="Collections"
      flush
      note={rows?.length === mostShown ? `The first ${mostShown} by name` : undefined}
      actions={rows && rows.length > 0 && <MemoryLegend />}
    >
      {!rows ? (
        <div className="card-body">
          <Skeleton height="8rem" />
        </div>
      ) : rows.length === 0 ? (
        <Empty title="No collections yet">
          <p>
            A client makes the first one:{" "}
            <code>await client.initialize({"{ dimension: 384 }"})</code>, or{" "}
            <code>mi load campaigns FILE --create</code> in a shell.
          </p>
        </Empty>
      ) : (
        <div className="table-scroll">
          <table>
            <thead>
              <tr>
                <th>Name</th>
                <th className="end">Points</th>
                <th className="end">Dimension</th>
                <th>Metric</th>
                <th>Index</th>
                <th className="end">Segments</th>
                <th className="end">Replaced</th>
                <th className="end">Memory</th>
                <th>
                  <span className="visually-hidden">Memory by kind</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <CollectionLine key={row.collection.name} row={row} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Card>
  );
}

function CollectionLine({ row: { collection, stats, aliases } }: { row: CollectionRow }) {
  const { config } = collection;
  const href = `/explorer?collection=${encodeURIComponent(collection.name)}`;
  const rows = stats.livePoints + stats.tombstonedPoints;
  const replaced = rows === 0n ? 0 : Number(stats.tombstonedPoints) / Number(rows);
  return (
    <tr>
      <td>
        <a href={href} onClick={follow}>
          {collection.name}
        </a>{" "}
        {aliases.map((alias) => (
          <span key={alias} className="badge" title="Alias">
            {alias}
          </span>
        ))}
      </td>
      <td className="end number">{count(stats.livePoints)}</td>
      <td className="end number">{count(config?.dimension ?? 0)}</td>
      <td>{Metric[config?.metric ?? 0]?.toLowerCase()}</td>
      <td>
        {config?.index?.kind.case?.toUpperCase() ?? "HNSW"}
        {stats.pendingBuilds > 0 && (
          <>
            {" "}
            <span className="badge">
              <span className="dot warn" />
              building
            </span>
          </>
        )}
      </td>
      <td className="end number">{count(stats.segments.length)}</td>
      <td className="end number">{(100 * replaced).toFixed(1)} %</td>
      <td className="end number">{text(bytes(stats.memory?.totalBytes ?? 0))}</td>
      <td>{stats.memory && <MemoryShares memory={stats.memory} />}</td>
    </tr>
  );
}

const kinds = [
  { name: "vectors", color: "var(--data-1)", of: (m: MemoryStats) => m.vectorBytes },
  { name: "codes", color: "var(--data-6)", of: (m: MemoryStats) => m.codeBytes },
  { name: "links", color: "var(--data-3)", of: (m: MemoryStats) => m.linkBytes },
  { name: "payloads", color: "var(--data-2)", of: (m: MemoryStats) => m.payloadBytes },
  { name: "indexes", color: "var(--data-5)", of: (m: MemoryStats) => m.payloadIndexBytes },
  { name: "ids", color: "var(--data-other)", of: (m: MemoryStats) => m.idBytes },
] as const;

function MemoryLegend() {
  return (
    <div className="legend" aria-hidden="true">
      {kinds.map(({ name, color }) => (
        <span key={name}>
          <i className="dot" style={{ background: color }} />
          {name}
        </span>
      ))}
    </div>
  );
}

function MemoryShares({ memory }: { memory: MemoryStats }) {
  const label = kinds.map(({ name, of }) => `${name} ${text(bytes(of(memory)))}`).join(", ");
  return (
    <div className="share" role="img" aria-label={label} title={label}>
      {kinds.map(({ name, color, of }) => (
        <i key={name} style={{ flexGrow: Number(of(memory)), background: color }} />
      ))}
    </div>
  );
}
