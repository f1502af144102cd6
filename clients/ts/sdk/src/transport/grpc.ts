import type { DescMethod, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { create, type DescMessage, fromBinary, isMessage, toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError, type Transport } from "@connectrpc/connect";
import { findTrailerError } from "@connectrpc/connect/protocol-grpc";
import * as grpc from "@grpc/grpc-js";

/** Settings of {@link createNodeTransport}. */
export interface NodeTransportOptions {
  /** `host:port`, `http://host:port` or, with TLS, `https://host[:port]`. */
  readonly address: string;
  /** Certificates to trust instead of the system's, in PEM. Needs an `https://` address. */
  readonly rootCertificates?: Uint8Array;
  /** Largest answer to accept, in bytes. Default: 64 MiB. */
  readonly maxReceiveBytes?: number;
  /** How often a connection with calls in flight is checked, in milliseconds. Default: 60,000. */
  readonly keepAliveMs?: number;
}

/** A transport that holds a connection, and can give it back. */
export interface ClosableTransport extends Transport {
  close(): void;
}

/**
 * gRPC over HTTP/2 by grpc-js, which needs half the processor time of Node's own `http2` behind
 * connect. Connects at the first call and again whenever the connection is lost.
 */
export function createNodeTransport(options: NodeTransportOptions): ClosableTransport {
  const client = connect(options);
  return {
    async unary(method, signal, timeoutMs, header, input) {
      return unary(client, method, signal, timeoutMs, header, input);
    },
    async stream(method, signal, timeoutMs, header, input) {
      const call = client.makeBidiStreamRequest(
        pathOf(method),
        serializer(method.input),
        deserializer(method.output),
        toMetadata(header),
        callOptions(timeoutMs),
      );
      return {
        stream: true as const,
        service: method.parent,
        method,
        header: new Headers(),
        trailer: new Headers(),
        message: readAll(call, sendAll(call, input), signal),
      };
    },
    close: () => client.close(),
  };
}

function connect(options: NodeTransportOptions): grpc.Client {
  const [, scheme, target = ""] = /^(?:(https?):\/\/)?([^/]+)\/?$/.exec(options.address) ?? [];
  if (!target) {
    throw new TypeError(`address: '${options.address}' is not host:port, http:// or https://`);
  }
  const tls = scheme === "https";
  const withPort = /:\d+$/.test(target) ? target : `${target}:${tls ? 443 : 80}`;
  const credentials = tls
    ? grpc.credentials.createSsl(
        options.rootCertificates ? Buffer.from(options.rootCertificates) : null,
      )
    : grpc.credentials.createInsecure();
  return new grpc.Client(withPort, credentials, {
    "grpc.max_receive_message_length": options.maxReceiveBytes ?? 64 * 1024 * 1024,
    "grpc.max_send_message_length": -1,
    "grpc.keepalive_time_ms": options.keepAliveMs ?? 60_000,
    "grpc.keepalive_timeout_ms": 10_000,
    // This package retries by itself, where the API says that it is safe.
    "grpc.enable_retries": 0,
    "grpc.initial_reconnect_backoff_ms": 100,
    "grpc.max_reconnect_backoff_ms": 5_000,
    // Connections are this client's own: close() ends them.
    "grpc.use_local_subchannel_pool": 1,
  });
}

type UnaryMethod<I extends DescMessage, O extends DescMessage> = DescMethod & {
  methodKind: "unary";
  input: I;
  output: O;
};

function unary<I extends DescMessage, O extends DescMessage>(
  client: grpc.Client,
  method: UnaryMethod<I, O>,
  signal: AbortSignal | undefined,
  timeoutMs: number | undefined,
  header: HeadersInit | undefined,
  input: MessageInitShape<I>,
) {
  return new Promise<UnaryAnswer<I, O>>((resolve, reject) => {
    if (signal?.aborted) return reject(abortError(signal));
    const onAbort = () => call.cancel();
    const call = client.makeUnaryRequest(
      pathOf(method),
      serializer(method.input),
      deserializer(method.output),
      input,
      toMetadata(header),
      callOptions(timeoutMs),
      (error, message) => {
        signal?.removeEventListener("abort", onAbort);
        if (error || message === undefined) {
          reject(signal?.aborted ? abortError(signal) : toConnectError(error));
        } else {
          resolve(new UnaryAnswer(method, message));
        }
      },
    );
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}

/** A successful answer. Headers are made only for whoever looks at them. */
class UnaryAnswer<I extends DescMessage, O extends DescMessage> {
  readonly stream = false as const;
  constructor(
    readonly method: UnaryMethod<I, O>,
    readonly message: MessageShape<O>,
  ) {}
  get service() {
    return this.method.parent;
  }
  get header() {
    return new Headers();
  }
  get trailer() {
    return new Headers();
  }
}

type Duplex<I extends DescMessage, O extends DescMessage> = grpc.ClientDuplexStream<
  MessageInitShape<I>,
  MessageShape<O>
>;

/** Writes every message, waiting where the connection is full. Returns what `input` threw, if it did. */
async function sendAll<I extends DescMessage, O extends DescMessage>(
  call: Duplex<I, O>,
  input: AsyncIterable<MessageInitShape<I>>,
): Promise<unknown> {
  try {
    for await (const message of input) {
      if (call.destroyed || !call.writable) break;
      if (!call.write(message)) await drained(call);
    }
    call.end();
    return undefined;
  } catch (error) {
    call.cancel();
    return error;
  }
}

function drained<I extends DescMessage, O extends DescMessage>(call: Duplex<I, O>): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      for (const event of ["drain", "close", "error", "end", "status"]) call.off(event, done);
      resolve();
    };
    for (const event of ["drain", "close", "error", "end", "status"]) call.on(event, done);
  });
}

/** The answers as they come. Leaving the loop early cancels the call on the server. */
async function* readAll<I extends DescMessage, O extends DescMessage>(
  call: Duplex<I, O>,
  sent: Promise<unknown>,
  signal: AbortSignal | undefined,
): AsyncGenerator<MessageShape<O>> {
  const onAbort = () => call.cancel();
  if (signal?.aborted) onAbort();
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    yield* call;
  } catch (error) {
    if (signal?.aborted) throw abortError(signal);
    const status = toConnectError(error);
    // A cancelled call may be our own doing, because its input failed.
    const inputError = status.code === Code.Canceled ? await sent : undefined;
    throw inputError ?? status;
  } finally {
    signal?.removeEventListener("abort", onAbort);
    call.cancel();
  }
}

function serializer<T extends DescMessage>(schema: T) {
  return (message: MessageInitShape<T>): Buffer => {
    const whole = isMessage(message, schema) ? message : create(schema, message);
    const bytes = toBinary(schema, whole as MessageShape<T>);
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  };
}

function deserializer<T extends DescMessage>(schema: T) {
  return (bytes: Buffer): MessageShape<T> => fromBinary(schema, bytes);
}

function pathOf(method: DescMethod): string {
  return `/${method.parent.typeName}/${method.name}`;
}

function callOptions(timeoutMs: number | undefined): grpc.CallOptions {
  return timeoutMs === undefined ? {} : { deadline: Date.now() + timeoutMs };
}

function toMetadata(header: HeadersInit | undefined): grpc.Metadata {
  const metadata = new grpc.Metadata();
  if (header) for (const [name, value] of new Headers(header)) metadata.set(name, value);
  return metadata;
}

function abortError(signal: AbortSignal): ConnectError {
  return ConnectError.from(signal.reason, Code.Canceled);
}

function toConnectError(error: unknown): ConnectError {
  if (error instanceof Error && /channel (has been shut down|closed)/i.test(error.message)) {
    return new ConnectError("the client was closed", Code.Canceled, undefined, undefined, error);
  }
  if (!isServiceError(error)) return ConnectError.from(error);
  const details = error.metadata?.get("grpc-status-details-bin")[0];
  const headers = new Headers({
    "grpc-status": String(error.code),
    "grpc-message": encodeURIComponent(error.details),
  });
  if (details instanceof Uint8Array) {
    headers.set("grpc-status-details-bin", Buffer.from(details).toString("base64"));
  }
  const status = findTrailerError(headers) ?? new ConnectError(error.details, Code.Unknown);
  status.cause = error;
  return status;
}

function isServiceError(error: unknown): error is grpc.ServiceError {
  return error instanceof Error && "code" in error && "details" in error;
}
