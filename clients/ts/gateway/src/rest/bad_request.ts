/** A field of a JSON request that is at fault. */
export class BadRequest extends Error {
  constructor(
    readonly field: string,
    readonly description: string,
  ) {
    super(`${field}: ${description}`);
  }
}
