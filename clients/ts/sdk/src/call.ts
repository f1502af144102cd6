import type {
  DescMethod,
  DescMethodStreaming,
  DescMethodUnary,
  Message,
  MessageInitShape,
  MessageShape,
} from "@bufbuild/protobuf";
import { create, type DescMessage, isFieldSet } from "@bufbuild/protobuf";
import { Code, ConnectError, type Transport } from "@connectrpc/connect";
import { toError } from "./errors.js";
import { nameOf, pause, pauseBeforeRetry, type RetryPolicy, retrySafety } from "./retry.js";

/** What any call takes beside its arguments. */
export interface CallOptions {
  /** Time for the call in milliseconds, all its retries included. Default: the client's. */
  readonly timeoutMs?: number | undefined;
  /** Cancels the call, here and on the server. */
  readonly signal?: AbortSignal | undefined;
  /** Headers of this call alone. */
  readonly headers?: HeadersInit | undefined;
}

/** A call that writes. */
export interface WriteOptions extends CallOptions {
  /**
   * 16 to 64 printable ASCII characters that make the call one that the server carries out once,
   * however often it is sent. Default: a new one for each call.
   */
  readonly idempotencyKey?: string | undefined;
}

/** What {@link Caller} needs to know of its client. */
export interface CallerSettings {
  readonly transport: Transport;
  readonly address: string;
  readonly timeoutMs: number;
  readonly headers: (rpc: string) => Promise<HeadersInit | undefined> | HeadersInit | undefined;
  readonly retry: Required<RetryPolicy>;
}

/**
 * Makes calls: with a deadline, with retries where they are safe, and with one kind of error. Every
 * service of the client uses it.
 */
export class Caller {
  /** Where the last write stands in the journal, "epoch:sequence"; undefined before the first one. */
  lastCommitToken: string | undefined;

  constructor(private readonly settings: CallerSettings) {}

  /** Sends one message and returns the answer. */
  async unary<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    input: MessageInitShape<I>,
    options: CallOptions = {},
  ): Promise<MessageShape<O>> {
    const request = create(method.input, input);
    const safety = retrySafety(method);
    if (safety === "with_key") fillIdempotencyKey(method, request);
    const end = Date.now() + this.timeout(options);
    for (let attempt = 1; ; attempt++) {
      try {
        const headers = await this.headers(method, options);
        const { message } = await this.settings.transport.unary(
          method,
          options.signal,
          Math.max(end - Date.now(), 1),
          headers,
          request,
        );
        this.rememberCommit(message);
        return message;
      } catch (thrown) {
        const error = ConnectError.from(thrown);
        const wait =
          safety === "never" ? undefined : pauseBeforeRetry(error, attempt, this.settings.retry);
        // A pause that outlasts the deadline would only delay the bad news.
        if (wait === undefined || Date.now() + wait >= end || options.signal?.aborted) {
          throw this.failure(method, thrown, attempt);
        }
        await pause(wait, options.signal).catch((reason) => {
          throw this.failure(method, ConnectError.from(reason, Code.Canceled), attempt);
        });
      }
    }
  }

  /** Sends a stream of messages and returns the one answer. Never repeated. */
  async clientStream<I extends DescMessage, O extends DescMessage>(
    method: DescMethodStreaming<I, O>,
    inputs: AsyncIterable<MessageInitShape<I>>,
    options: CallOptions = {},
  ): Promise<MessageShape<O>> {
    let answer: MessageShape<O> | undefined;
    for await (const message of this.stream(method, inputs, options)) answer = message;
    if (answer === undefined) {
      throw this.failure(method, new ConnectError("the stream ended without an answer"), 1);
    }
    this.rememberCommit(answer);
    return answer;
  }

  /**
   * Sends one message and yields the answers as they come. Leaving the loop, by `break`, `return` or an
   * error, cancels the call on the server. Never repeated.
   */
  serverStream<I extends DescMessage, O extends DescMessage>(
    method: DescMethodStreaming<I, O>,
    input: MessageInitShape<I>,
    options: CallOptions = {},
  ): AsyncGenerator<MessageShape<O>, void, void> {
    return this.stream(method, once(input), options);
  }

  private async *stream<I extends DescMessage, O extends DescMessage>(
    method: DescMethodStreaming<I, O>,
    inputs: AsyncIterable<MessageInitShape<I>>,
    options: CallOptions,
  ): AsyncGenerator<MessageShape<O>, void, void> {
    // connect's clients do not cancel when their caller leaves the loop.
    const left = new AbortController();
    const signal = options.signal ? AbortSignal.any([options.signal, left.signal]) : left.signal;
    try {
      const headers = await this.headers(method, options);
      const { message } = await this.settings.transport.stream(
        method,
        signal,
        options.timeoutMs,
        headers,
        inputs,
      );
      yield* message;
    } catch (thrown) {
      throw this.failure(method, thrown, 1);
    } finally {
      left.abort();
    }
  }

  private timeout(options: CallOptions): number {
    return options.timeoutMs ?? this.settings.timeoutMs;
  }

  private async headers(
    method: DescMethod,
    options: CallOptions,
  ): Promise<HeadersInit | undefined> {
    const own = await this.settings.headers(nameOf(method));
    if (!options.headers) return own;
    const all = new Headers(own);
    for (const [name, value] of new Headers(options.headers)) all.set(name, value);
    return all;
  }

  private failure(method: DescMethod, thrown: unknown, attempts: number) {
    return toError(thrown, { rpc: nameOf(method), address: this.settings.address, attempts });
  }

  private rememberCommit(message: Message): void {
    const token = (message as { commitToken?: unknown }).commitToken;
    if (typeof token === "string" && token !== "") this.lastCommitToken = token;
  }
}

async function* once<T>(value: T): AsyncGenerator<T> {
  yield value;
}

function fillIdempotencyKey(method: DescMethod, request: Message): void {
  const field = method.input.field.idempotencyKey;
  if (field && !isFieldSet(request, field)) {
    (request as Message & { idempotencyKey: string }).idempotencyKey = newKey();
  }
}

/** 32 random hexadecimal digits. `crypto.randomUUID` is missing on pages without TLS. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
