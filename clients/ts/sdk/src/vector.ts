import { invalidArgument } from "./errors.js";
import { Metric } from "./gen/marketing/intelligence/v1/collection_service_pb.js";

/** A vector as callers hand it over. */
export type VectorInput = Float32Array | readonly number[];

/** What a collection asks of its vectors. */
export interface VectorRules {
  readonly dimension: number;
  readonly metric: Metric;
}

const largestComponent = 1e18;

/** What is wrong with a vector, in words; undefined when nothing is. O(dimension). */
export function vectorFault(vector: VectorInput, rules: VectorRules): string | undefined {
  if (vector.length !== rules.dimension) {
    return `has ${vector.length} components, the collection has ${rules.dimension}`;
  }
  let zero = true;
  for (let i = 0; i < vector.length; i++) {
    const x = vector[i] as number;
    // NaN fails every comparison, so this finds it too.
    if (!(Math.abs(x) <= largestComponent))
      return `component ${i} is ${x}, not a number up to 1e18`;
    if (x !== 0) zero = false;
  }
  return zero && rules.metric === Metric.COSINE ? "is all zero, which has no direction" : undefined;
}

/** Refuses a vector before it is sent. */
export function checkVector(vector: VectorInput, rules: VectorRules, field: string): void {
  const fault = vectorFault(vector, rules);
  if (fault) throw invalidArgument(field, fault);
}

/** The components as the generated messages hold them. */
export function toComponents(vector: VectorInput): number[] {
  return Array.from(vector);
}
