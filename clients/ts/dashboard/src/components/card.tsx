import { type ReactNode, useId } from "react";

/** A titled part of a page. */
export function Card(props: {
  title: string;
  note?: ReactNode;
  actions?: ReactNode;
  flush?: boolean;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <section className="card" aria-labelledby={id}>
      <div className="card-head">
        <div>
          <h2 id={id}>{props.title}</h2>
          {props.note && <p>{props.note}</p>}
        </div>
        {props.actions}
      </div>
      <div className={props.flush ? "card-body flush" : "card-body"}>{props.children}</div>
    </section>
  );
}

/** One number with its name, its unit and a note. */
export function Tile(props: {
  name: string;
  value: string | undefined;
  unit?: string;
  note?: ReactNode;
  /** 0 to 1: how much of something is used. */
  share?: number | undefined;
}) {
  return (
    <div className="card tile">
      <dt>{props.name}</dt>
      <dd className="tile-value number">
        {props.value ?? "–"}
        {props.value !== undefined && props.unit && <small>{props.unit}</small>}
      </dd>
      {props.share !== undefined && (
        <dd className="meter" aria-hidden="true">
          <i style={{ width: `${Math.max(1, Math.min(props.share, 1) * 100)}%` }} />
        </dd>
      )}
      <dd className="tile-note number">{props.note ?? "\u00a0"}</dd>
    </div>
  );
}
