/** Random numbers of a seed: mulberry32. The same on every platform. */
export declare class Random {
  private state;
  constructor(state: number);
  /** Uniform in [0, 1). */
  next(): number;
  /** Whole number in [0, n). */
  below(n: number): number;
  pick<T>(values: readonly [T, ...T[]]): T;
  vector(dimension: number): Float32Array;
}
