import { MarketingIntelligenceError } from "@marketing-intelligence/sdk";
import type { ReactNode } from "react";

/** A place where something will be. */
export function Skeleton({ height }: { height: string }) {
  return <div className="skeleton" style={{ height }} aria-hidden="true" />;
}

/** Nothing is here, why, and what to do about it. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="state">
      <strong>{title}</strong>
      {children && <div>{children}</div>}
    </div>
  );
}

/** What went wrong, above whatever is still known. */
export function Failure({ error, retry }: { error: unknown; retry?: () => void }) {
  return (
    <div className="alert" role="alert">
      <p>{messageOf(error)}</p>
      {retry && (
        <button type="button" className="button small" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}

/** An error in words for people who do not read stack traces. */
export function messageOf(error: unknown): string {
  if (!(error instanceof MarketingIntelligenceError)) {
    return error instanceof Error ? error.message : String(error);
  }
  switch (error.code) {
    case "UNAVAILABLE":
      return error.origin === "client"
        ? "The gateway does not answer. This page goes on trying."
        : "The server does not answer at the moment. This page goes on trying.";
    case "DEADLINE_EXCEEDED":
      return "The server took too long to answer.";
    case "PERMISSION_DENIED":
      return "This access key may not do that: it needs the scope “write”.";
    case "INVALID_ARGUMENT":
      return (
        error.fieldViolations.map((v) => `${v.field}: ${v.description}`).join("; ") || error.detail
      );
    default:
      return error.detail;
  }
}
