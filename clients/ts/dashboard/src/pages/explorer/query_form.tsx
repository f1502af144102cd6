import { type Collection, PayloadFieldType } from "@marketing-intelligence/sdk/api";
import { type FormEvent, useEffect, useState } from "react";
import { Card } from "../../components/card.tsx";
import { CloseIcon } from "../../components/icons.tsx";
import { getClient } from "../../data/client.ts";
import { count } from "../../format.ts";
import { ConditionFault } from "./filter.ts";
import { type Condition, type ExplorerQuery, type Operator, operators } from "./query.ts";

interface FormProps {
  readonly collections: readonly Collection[];
  readonly collection: Collection | undefined;
  readonly query: ExplorerQuery;
  readonly busy: boolean;
  /** Why the last search failed. */
  readonly fault: unknown;
  readonly search: (query: ExplorerQuery, example: Float32Array | undefined) => void;
}

/** What to search for, and among which campaigns. */
export function QueryForm({ collections, collection, query, busy, fault, search }: FormProps) {
  const [by, setBy] = useState(query.by);
  const [id, setId] = useState(query.id);
  const [example, setExample] = useState("");
  const [exampleFault, setExampleFault] = useState<string>();
  const [k, setK] = useState(String(query.k));
  const [exact, setExact] = useState(query.exact);
  const [conditions, setConditions] = useState<readonly Condition[]>(query.conditions);
  const ids = useSomeIds(collection?.name);
  const dimension = collection?.config?.dimension ?? 0;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    let vector: Float32Array | undefined;
    setExampleFault(undefined);
    if (by === "vector") {
      try {
        vector = parseVector(example, dimension);
      } catch (error) {
        setExampleFault(error instanceof Error ? error.message : String(error));
        return;
      }
    }
    search(
      { collection: collection?.name ?? "", by, id: id.trim(), k: Number(k), exact, conditions },
      vector,
    );
  };

  return (
    <Card title="Search">
      <form className="query" onSubmit={submit}>
        <div className="query-row">
          <div className="field">
            <label htmlFor="collection">Collection</label>
            <select
              id="collection"
              className="input"
              value={collection?.name ?? ""}
              onChange={(event) =>
                search(
                  { ...query, collection: event.target.value, id: "", conditions: [] },
                  undefined,
                )
              }
            >
              {!collection && <option value="">Choose one</option>}
              {collections.map(({ name }) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </select>
          </div>
          <ByChoice by={by} setBy={setBy} />
          {by === "id" ? (
            <div className="field">
              <label htmlFor="id">Campaign id</label>
              <input
                id="id"
                className="input"
                list="ids"
                value={id}
                required
                autoComplete="off"
                spellCheck={false}
                placeholder={ids[0] ?? ""}
                onChange={(event) => setId(event.target.value)}
              />
              <datalist id="ids">
                {ids.map((known) => (
                  <option key={known} value={known} />
                ))}
              </datalist>
            </div>
          ) : (
            <div className="field">
              <label htmlFor="example">Vector, {count(dimension)} numbers</label>
              <textarea
                id="example"
                className="input"
                rows={2}
                value={example}
                required
                spellCheck={false}
                aria-invalid={exampleFault ? true : undefined}
                aria-describedby={exampleFault ? "example-fault" : undefined}
                placeholder="[0.12, -0.03, …]"
                onChange={(event) => setExample(event.target.value)}
              />
              {exampleFault && (
                <span id="example-fault" className="field-error" role="alert">
                  {exampleFault}
                </span>
              )}
            </div>
          )}
          <div className="field">
            <label htmlFor="k">How many</label>
            <input
              id="k"
              className="input number"
              type="number"
              min={1}
              max={10_000}
              value={k}
              required
              onChange={(event) => setK(event.target.value)}
            />
          </div>
          <button type="submit" className="button primary" disabled={busy || !collection}>
            {busy ? "Searching" : "Search"}
          </button>
        </div>
        <Filters
          collection={collection}
          conditions={conditions}
          fault={fault instanceof ConditionFault ? fault : undefined}
          change={setConditions}
        />
        <div className="filter-actions">
          <button
            type="button"
            className="button small"
            onClick={() => setConditions([...conditions, newCondition(collection)])}
          >
            Add a filter
          </button>
          <label className="check">
            <input
              type="checkbox"
              checked={exact}
              onChange={(event) => setExact(event.target.checked)}
            />
            Exact: compare with every match
          </label>
        </div>
      </form>
    </Card>
  );
}

function ByChoice({ by, setBy }: { by: "id" | "vector"; setBy: (by: "id" | "vector") => void }) {
  return (
    <div className="field">
      <span className="label" id="by-label">
        Similar to
      </span>
      <div className="segmented" role="radiogroup" aria-labelledby="by-label">
        {(["id", "vector"] as const).map((value) => (
          <label key={value}>
            <input
              className="visually-hidden"
              type="radio"
              name="by"
              checked={by === value}
              onChange={() => setBy(value)}
            />
            {value === "id" ? "A campaign" : "A vector"}
          </label>
        ))}
      </div>
    </div>
  );
}

function Filters(props: {
  collection: Collection | undefined;
  conditions: readonly Condition[];
  fault: ConditionFault | undefined;
  change: (conditions: readonly Condition[]) => void;
}) {
  const { collection, conditions, fault, change } = props;
  if (conditions.length === 0) return null;
  const fields = collection?.config?.payloadFields ?? [];
  const replace = (i: number, part: Partial<Condition>) =>
    change(conditions.map((c, j) => (i === j ? { ...c, ...part } : c)));
  return (
    <fieldset className="filters">
      <legend>Only campaigns where</legend>
      <datalist id="fields">
        {fields.map(({ path, type }) => (
          <option key={path} value={path}>
            {PayloadFieldType[type]?.toLowerCase()}
          </option>
        ))}
      </datalist>
      {conditions.map((condition, i) => {
        const invalid = fault?.index === i;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: rows have no other identity.
          <div key={i}>
            <div className="filter-row">
              <input
                className="input"
                aria-label={`Field of filter ${i + 1}`}
                list="fields"
                placeholder="Field"
                spellCheck={false}
                value={condition.path}
                onChange={(event) => replace(i, { path: event.target.value })}
              />
              <select
                className="input"
                aria-label={`Test of filter ${i + 1}`}
                value={condition.operator}
                onChange={(event) => replace(i, { operator: event.target.value as Operator })}
              >
                {Object.entries(operators).map(([value, label]) => (
                  <option key={value} value={value}>
                    {label}
                  </option>
                ))}
              </select>
              <input
                className="input"
                aria-label={`Value of filter ${i + 1}`}
                placeholder={condition.operator === "oneOf" ? "one, two, three" : "Value"}
                spellCheck={false}
                value={condition.value}
                disabled={condition.operator === "exists" || condition.operator === "missing"}
                aria-invalid={invalid ? true : undefined}
                aria-describedby={invalid ? `filter-fault-${i}` : undefined}
                onChange={(event) => replace(i, { value: event.target.value })}
              />
              <button
                type="button"
                className="button quiet"
                aria-label={`Remove filter ${i + 1}`}
                onClick={() => change(conditions.filter((_, j) => i !== j))}
              >
                <CloseIcon />
              </button>
            </div>
            {invalid && (
              <span id={`filter-fault-${i}`} className="field-error" role="alert">
                {fault.message}
              </span>
            )}
          </div>
        );
      })}
    </fieldset>
  );
}

function newCondition(collection: Collection | undefined): Condition {
  const path = collection?.config?.payloadFields[0]?.path ?? "";
  return { path, operator: "is", value: "" };
}

/** Some ids of a collection, to choose from. */
function useSomeIds(collection: string | undefined): readonly string[] {
  const [ids, setIds] = useState<readonly string[]>([]);
  useEffect(() => {
    if (collection === undefined) return;
    const left = new AbortController();
    const load = async () => {
      const found: string[] = [];
      const options = { withPayload: false, pageSize: 50, signal: left.signal };
      for await (const point of getClient().points.list(collection, options)) {
        found.push(point.id);
        if (found.length === 50) break;
      }
      setIds(found);
    };
    // Only suggestions: without them an id can be typed all the same.
    load().catch(() => setIds([]));
    return () => left.abort();
  }, [collection]);
  return ids;
}

/** Numbers separated by commas or blanks, with or without brackets. */
export function parseVector(text: string, dimension: number): Float32Array {
  const parts = text
    .replace(/^\s*\[|\]\s*$/g, "")
    .split(/[\s,;]+/)
    .filter((part) => part !== "");
  const values = parts.map(Number);
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) throw new Error(`“${parts[wrong]}” is not a number.`);
  if (values.length !== dimension) {
    throw new Error(`${count(values.length)} numbers; the collection has ${count(dimension)}.`);
  }
  return Float32Array.from(values);
}
