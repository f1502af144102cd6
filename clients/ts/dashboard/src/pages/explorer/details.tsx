import type { Point } from "@marketing-intelligence/sdk";
import { Card } from "../../components/card.tsx";
import { show } from "./payload.ts";

/** All fields of one campaign. */
export function DetailsCard({ point, isOrigin }: { point: Point; isOrigin: boolean }) {
  const fields = Object.entries(point.payload).sort(([a], [b]) => (a < b ? -1 : 1));
  return (
    <Card
      title={isOrigin ? "Searched for" : "Chosen"}
      note={<span className="id">{point.id}</span>}
    >
      {fields.length === 0 ? (
        <p className="muted">It has no fields.</p>
      ) : (
        <dl className="facts payload number">
          {fields.map(([name, value]) => (
            <Field key={name} name={name} value={show(value)} />
          ))}
        </dl>
      )}
    </Card>
  );
}

function Field({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd dir="auto">{value}</dd>
    </>
  );
}
