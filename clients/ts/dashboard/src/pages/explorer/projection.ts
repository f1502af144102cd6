/** A place in the plane. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/**
 * Projects vectors onto the two directions in which they differ most (principal components), by power
 * iteration: O(iterations * n * dimension). The same vectors always give the same picture.
 */
export function project(vectors: readonly Float32Array[]): Place[] {
  const dimension = vectors[0]?.length ?? 0;
  if (vectors.length < 2 || dimension === 0) return vectors.map(() => ({ x: 0, y: 0 }));
  const mean = new Float64Array(dimension);
  for (const v of vectors) for (let j = 0; j < dimension; j++) mean[j] = at(mean, j) + at(v, j);
  const centred = vectors.map((v) =>
    Float64Array.from(v, (value, j) => value - at(mean, j) / vectors.length),
  );
  const first = principal(centred, dimension, undefined);
  const second = principal(centred, dimension, first);
  return centred.map((v) => ({ x: dot(v, first), y: dot(v, second) }));
}

const iterations = 40;

/** The unit direction of largest variance, at right angles to `other`. */
function principal(
  rows: readonly Float64Array[],
  dimension: number,
  other: Float64Array | undefined,
): Float64Array {
  let direction = Float64Array.from({ length: dimension }, (_, j) => Math.sin(j + 1));
  for (let i = 0; i < iterations; i++) {
    const next = new Float64Array(dimension);
    for (const row of rows) {
      const weight = dot(row, direction);
      for (let j = 0; j < dimension; j++) next[j] = at(next, j) + weight * at(row, j);
    }
    if (other) {
      const along = dot(next, other);
      for (let j = 0; j < dimension; j++) next[j] = at(next, j) - along * at(other, j);
    }
    const length = Math.sqrt(dot(next, next));
    // All vectors are the same, or lie on one line.
    if (length < 1e-12) return new Float64Array(dimension);
    direction = next.map((value) => value / length);
  }
  return direction;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += at(a, j) * at(b, j);
  return sum;
}

function at(values: Float32Array | Float64Array, i: number): number {
  return values[i] ?? 0;
}
