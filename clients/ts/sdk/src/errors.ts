import { Code, ConnectError } from "@connectrpc/connect";
import {
  BadRequestSchema,
  ErrorInfoSchema,
  ResourceInfoSchema,
  RetryInfoSchema,
} from "./gen/google/rpc/error_details_pb.js";

const codeNames = {
  [Code.Canceled]: "CANCELLED",
  [Code.Unknown]: "UNKNOWN",
  [Code.InvalidArgument]: "INVALID_ARGUMENT",
  [Code.DeadlineExceeded]: "DEADLINE_EXCEEDED",
  [Code.NotFound]: "NOT_FOUND",
  [Code.AlreadyExists]: "ALREADY_EXISTS",
  [Code.PermissionDenied]: "PERMISSION_DENIED",
  [Code.ResourceExhausted]: "RESOURCE_EXHAUSTED",
  [Code.FailedPrecondition]: "FAILED_PRECONDITION",
  [Code.Aborted]: "ABORTED",
  [Code.OutOfRange]: "OUT_OF_RANGE",
  [Code.Unimplemented]: "UNIMPLEMENTED",
  [Code.Internal]: "INTERNAL",
  [Code.Unavailable]: "UNAVAILABLE",
  [Code.DataLoss]: "DATA_LOSS",
  [Code.Unauthenticated]: "UNAUTHENTICATED",
} as const;

/** A status code of gRPC, by its canonical name. */
export type ErrorCode = (typeof codeNames)[keyof typeof codeNames];

/** One field of a request that is at fault. */
export interface FieldViolation {
  /** Where it is, as the API spells it: `points[3].point.vector`. */
  readonly field: string;
  /** What is wrong with it, with the limit that it breaks. */
  readonly description: string;
}

/** Everything that is known about a failure; see {@link MarketingIntelligenceError}. */
export interface ErrorFacts {
  readonly code: ErrorCode;
  readonly detail: string;
  readonly origin: "client" | "server";
  readonly rpc?: string | undefined;
  readonly address?: string | undefined;
  readonly reason?: string | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  readonly fieldViolations?: readonly FieldViolation[] | undefined;
  readonly resource?: { readonly type: string; readonly name: string } | undefined;
  readonly retryDelayMs?: number | undefined;
  readonly attempts?: number | undefined;
  readonly cause?: unknown;
}

/**
 * The one error of this package: whatever a call throws is one of these.
 *
 * `message` says what happened, which fields are at fault, and what to do about it.
 */
export class MarketingIntelligenceError extends Error {
  override readonly name = "MarketingIntelligenceError";
  /** Canonical name of the gRPC status code. */
  readonly code: ErrorCode;
  /** What the server, the gateway or this package said, without the rest of `message`. */
  readonly detail: string;
  /** `client` when nothing was sent, or when no answer came back. */
  readonly origin: "client" | "server";
  /** The call, for example `SearchService.Search`. */
  readonly rpc: string | undefined;
  /** Machine-readable reason, for example `VERSION_CONFLICT` (google.rpc.ErrorInfo). */
  readonly reason: string | undefined;
  /** What goes with `reason`, for example `committed_batches`. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Every field at fault; empty unless `code` is `INVALID_ARGUMENT`. */
  readonly fieldViolations: readonly FieldViolation[];
  /** What was not found or exists already, where the server names it. */
  readonly resource: { readonly type: string; readonly name: string } | undefined;
  /** How long to wait before another try, in milliseconds, where the server says so. */
  readonly retryDelayMs: number | undefined;
  /** How many times the call was sent. */
  readonly attempts: number;

  constructor(facts: ErrorFacts) {
    super(describe(facts), { cause: facts.cause });
    this.code = facts.code;
    this.detail = facts.detail;
    this.origin = facts.origin;
    this.rpc = facts.rpc;
    this.reason = facts.reason;
    this.metadata = facts.metadata ?? {};
    this.fieldViolations = facts.fieldViolations ?? [];
    this.resource = facts.resource;
    this.retryDelayMs = facts.retryDelayMs;
    this.attempts = facts.attempts ?? 0;
  }

  /**
   * Whether the same call may succeed later: the server was not there, or was overloaded. It does not
   * say that repeating a write is safe; calls where it is have been repeated already.
   */
  get retryable(): boolean {
    return isTransient(this);
  }
}

/** An error of this package's own checks: nothing was sent. */
export function invalidArgument(field: string, description: string): MarketingIntelligenceError {
  return new MarketingIntelligenceError({
    code: "INVALID_ARGUMENT",
    detail: "refused before it was sent",
    origin: "client",
    fieldViolations: [{ field, description }],
  });
}

/** What a transport threw, as this package's error. */
export function toError(
  thrown: unknown,
  context: { rpc: string; address: string; attempts: number },
): MarketingIntelligenceError {
  if (thrown instanceof MarketingIntelligenceError) return thrown;
  const error = ConnectError.from(thrown);
  const unreachable = neverArrived(error);
  const info = error.findDetails(ErrorInfoSchema)[0];
  const resource = error.findDetails(ResourceInfoSchema)[0];
  return new MarketingIntelligenceError({
    ...context,
    code: unreachable ? "UNAVAILABLE" : codeNames[error.code],
    detail: unreachable ? "no connection" : trimmed(error.rawMessage),
    origin: unreachable || isLocal(error) ? "client" : "server",
    reason: info?.reason,
    metadata: info?.metadata,
    fieldViolations: error
      .findDetails(BadRequestSchema)
      .flatMap((bad) => bad.fieldViolations)
      .map(({ field, description }) => ({ field, description })),
    resource: resource && { type: resource.resourceType, name: resource.resourceName },
    retryDelayMs: retryDelayMs(error),
    cause: unreachable ? error.cause : thrown,
  });
}

function retryDelayMs(error: ConnectError): number | undefined {
  const delay = error.findDetails(RetryInfoSchema)[0]?.retryDelay;
  return delay && Number(delay.seconds) * 1000 + delay.nanos / 1e6;
}

// fetch() rejects with a TypeError when there was no answer at all; in Node,
// grpc-js says the same with UNAVAILABLE.
function neverArrived(error: ConnectError): boolean {
  return error.cause instanceof TypeError && /fetch|network|load failed/i.test(error.cause.message);
}

// What grpc-js adds when there is nothing to add.
function trimmed(message: string): string {
  return message.replace(/\s*Resolution note:\s*$/, "");
}

function isLocal(error: ConnectError): boolean {
  return (
    error.code === Code.Canceled ||
    error.code === Code.DeadlineExceeded ||
    /^No connection established|ECONNREFUSED|ENOTFOUND|Name resolution failed/.test(
      error.rawMessage,
    )
  );
}

function isTransient(facts: Pick<ErrorFacts, "code" | "retryDelayMs">): boolean {
  return (
    facts.code === "UNAVAILABLE" ||
    (facts.code === "RESOURCE_EXHAUSTED" && facts.retryDelayMs !== undefined)
  );
}

function describe(facts: ErrorFacts): string {
  const where = facts.rpc ? `${facts.rpc}: ` : "";
  const violations = (facts.fieldViolations ?? []).map((v) => `${v.field}: ${v.description}`);
  const said = (violations.length > 0 ? violations.join("; ") : facts.detail).replace(/\.$/, "");
  const advice = adviceFor(facts);
  return `${where}${facts.code}: ${said}${advice ? `. ${advice}` : ""}`;
}

function adviceFor(facts: ErrorFacts): string | undefined {
  const address = facts.address ? ` at ${facts.address}` : "";
  switch (facts.code) {
    case "UNAVAILABLE":
      if (facts.origin === "client") {
        return facts.cause instanceof TypeError
          ? `Is there a gateway${address}, and does it allow the origin of this page?`
          : `Is there a server${address}?`;
      }
      return `Try again${facts.retryDelayMs ? ` in ${Math.ceil(facts.retryDelayMs)} ms` : ""}`;
    case "DEADLINE_EXCEEDED":
      return "Raise timeoutMs, or ask for less";
    case "UNAUTHENTICATED":
      return "Set apiKey to a key that the server or the gateway knows";
    case "PERMISSION_DENIED":
      return "The key lacks the scope that this call needs";
    case "RESOURCE_EXHAUSTED":
      if (/larger than max|message size|too large/i.test(facts.detail)) {
        return "The message is too large: send fewer points at once, or ask for fewer or without vectors";
      }
      return facts.retryDelayMs ? `Try again in ${Math.ceil(facts.retryDelayMs)} ms` : undefined;
    case "UNIMPLEMENTED":
      return "The server is older than this client, or is no Marketing Intelligence server";
    default:
      return undefined;
  }
}
