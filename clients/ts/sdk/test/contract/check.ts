import { MarketingIntelligenceError } from "@marketing-intelligence/sdk";

// The few assertions that the contract needs, where no test library runs.

/** Throws unless `condition` holds. */
export function check(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

/** Throws unless both are equal, member by member. */
export function equal(actual: unknown, expected: unknown): void {
  const [left, right] = [show(actual), show(expected)];
  if (left !== right) throw new Error(`is ${left}, not ${right}`);
}

/** The error that a call ends with; throws when it succeeds. */
export async function failure(call: Promise<unknown>): Promise<MarketingIntelligenceError> {
  try {
    await call;
  } catch (error) {
    check(error instanceof MarketingIntelligenceError, `another kind of error: ${error}`);
    return error;
  }
  throw new Error("succeeded, and should not have");
}

function show(value: unknown): string {
  return (
    JSON.stringify(value, (_, member: unknown) =>
      typeof member === "bigint" ? `${member}n` : member,
    ) ?? "undefined"
  );
}
