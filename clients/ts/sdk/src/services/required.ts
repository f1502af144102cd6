import { MarketingIntelligenceError } from "../errors.js";

/** A part of an answer that every server sends. */
export function required<T>(part: T | undefined, name: string): T {
  if (part !== undefined) return part;
  throw new MarketingIntelligenceError({
    code: "INTERNAL",
    detail: `the answer lacks '${name}'`,
    origin: "server",
  });
}
