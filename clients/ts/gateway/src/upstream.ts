import { readFileSync } from "node:fs";
import { create } from "@bufbuild/protobuf";
import { Code, ConnectError, type Transport } from "@connectrpc/connect";
import { createNodeTransport } from "@marketing-intelligence/sdk";
import { RetryInfoSchema } from "@marketing-intelligence/sdk/api";
import type { Config } from "./config.js";
import { MetadataTokens } from "./metadata_tokens.js";

/** The server, as the gateway reaches it: with the gateway's own credentials. */
export interface Upstream {
  readonly transport: Transport;
  close(): void;
}

/** Headers of a caller that are passed on: traces and nothing else. */
const passedOn = ["traceparent", "tracestate", "x-cloud-trace-context"];

export function openUpstream(config: Config): Upstream {
  const inner = createNodeTransport({ address: config.upstream });
  const credentials = upstreamCredentials(config);
  const transport: Transport = {
    async unary(method, signal, timeoutMs, header, input, values) {
      const headers = await withCredentials(credentials, header);
      return inner.unary(method, signal, timeoutMs, headers, input, values).catch(explain);
    },
    async stream(method, signal, timeoutMs, header, input, values) {
      const headers = await withCredentials(credentials, header);
      const answer = await inner.stream(method, signal, timeoutMs, headers, input, values);
      return { ...answer, message: explained(answer.message) };
    },
  };
  return { transport, close: () => inner.close() };
}

type Credentials = () => Promise<Record<string, string>>;

function upstreamCredentials(config: Config): Credentials {
  const key = config.upstreamKeyFile && readFileSync(config.upstreamKeyFile, "utf8").trim();
  const tokens =
    config.upstreamIdTokenAudience && new MetadataTokens(config.upstreamIdTokenAudience);
  return async () => ({
    ...(key && { "x-api-key": key }),
    ...(tokens && { authorization: `Bearer ${await tokens.get()}` }),
  });
}

async function withCredentials(credentials: Credentials, header: HeadersInit | undefined) {
  const own = await credentials();
  if (!header && Object.keys(own).length === 0) return undefined;
  const result = new Headers(own);
  const given = new Headers(header);
  for (const name of passedOn) {
    const value = given.get(name);
    if (value) result.set(name, value);
  }
  return result;
}

async function* explained<T>(messages: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* messages;
  } catch (error) {
    explain(error);
  }
}

/**
 * Passes a server's error on as it is. One of the connection says which address failed, and why: that
 * is for the gateway's operator, and callers are told what they can do. The same for credentials of
 * the gateway that the server refuses: the caller's own were right.
 */
function explain(thrown: unknown): never {
  const error = ConnectError.from(thrown);
  if (error.code === Code.Unavailable && error.details.length === 0) {
    throw new ConnectError(
      "the gateway cannot reach the server",
      Code.Unavailable,
      undefined,
      [{ desc: RetryInfoSchema, value: create(RetryInfoSchema, { retryDelay: { seconds: 1n } }) }],
      error,
    );
  }
  if (error.code === Code.Unauthenticated) {
    throw new ConnectError(
      "the server refuses the gateway's own key",
      Code.Unavailable,
      undefined,
      [],
      error,
    );
  }
  throw error;
}
