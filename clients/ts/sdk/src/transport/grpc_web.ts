import {
  create,
  type DescMessage,
  type DescMethod,
  fromBinary,
  isMessage,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import { Code, ConnectError, type Transport } from "@connectrpc/connect";
import { findTrailerError } from "@connectrpc/connect/protocol-grpc";

/** Settings of {@link createWebTransport}. */
export interface WebTransportOptions {
  /** Origin of the gateway: `https://gateway.example.com`. */
  readonly address: string;
  /** Replaces the platform's `fetch`. */
  readonly fetch?: typeof globalThis.fetch;
  /** Largest message to accept, in bytes. Default: 64 MiB. */
  readonly maxReceiveBytes?: number;
}

/**
 * grpc-web over `fetch`: for browsers, and for Node behind a gateway. Speaks the binary form only, and
 * so needs a third less code than a transport that knows JSON, too. Cannot send streams: no browser can.
 *
 * Protocol: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-WEB.md
 */
export function createWebTransport(options: WebTransportOptions): Transport {
  const maxBytes = options.maxReceiveBytes ?? 64 * 1024 * 1024;
  return {
    async unary(method, signal, timeoutMs, header, input) {
      const deadline = deadlineOf(signal, timeoutMs);
      return deadline.whole(async () => {
        const response = await post(options, method, deadline, header, input);
        let message: MessageShape<typeof method.output> | undefined;
        const trailer = new Headers();
        for await (const found of answers(method.output, response, trailer, maxBytes)) {
          if (message) throw new ConnectError("more than one answer", Code.Internal);
          message = found;
        }
        if (!message) throw new ConnectError("no answer", Code.Internal);
        const { headers } = response;
        return { stream: false, service: method.parent, method, header: headers, message, trailer };
      });
    },
    async stream(method, signal, timeoutMs, header, input) {
      if (method.methodKind !== "server_streaming") {
        throw new ConnectError("grpc-web cannot send streams", Code.Unimplemented);
      }
      const deadline = deadlineOf(signal, timeoutMs);
      const request = await only(input);
      const trailer = new Headers();
      const response = await deadline.first(() => post(options, method, deadline, header, request));
      return {
        stream: true,
        service: method.parent,
        method,
        header: response.headers,
        trailer,
        message: deadline.rest(answers(method.output, response, trailer, maxBytes)),
      };
    },
  };
}

const dataFlag = 0;
const trailerFlag = 0x80;
const prefixBytes = 5;

async function post<I extends DescMessage>(
  options: WebTransportOptions,
  method: DescMethod & { input: I },
  deadline: Deadline,
  header: HeadersInit | undefined,
  input: MessageInitShape<I>,
): Promise<Response> {
  const headers = new Headers(header);
  headers.set("content-type", "application/grpc-web+proto");
  headers.set("x-grpc-web", "1");
  if (deadline.timeoutMs !== undefined) headers.set("grpc-timeout", `${deadline.timeoutMs}m`);
  const whole = isMessage(input, method.input) ? input : create(method.input, input);
  const url = `${options.address.replace(/\/$/, "")}/${method.parent.typeName}/${method.name}`;
  const response = await (options.fetch ?? globalThis.fetch)(url, {
    method: "POST",
    headers,
    body: frame(toBinary(method.input, whole as MessageShape<I>)),
    signal: deadline.signal,
    redirect: "error",
  });
  const type = response.headers.get("content-type") ?? "nothing";
  if (response.status !== 200) throw await httpError(response);
  if (!type.startsWith("application/grpc-web")) {
    throw new ConnectError(
      `the address answers with ${type}: no gateway is there`,
      Code.Unimplemented,
    );
  }
  return response;
}

/** The messages of a response. Throws its status unless that is OK. */
async function* answers<O extends DescMessage>(
  schema: O,
  response: Response,
  trailer: Headers,
  maxBytes: number,
): AsyncGenerator<MessageShape<O>> {
  // An error before any message may come in the headers.
  throwStatus(response.headers);
  let ended = false;
  for await (const { flag, data } of frames(response, maxBytes)) {
    if (flag === dataFlag) {
      yield fromBinary(schema, data);
    } else if (flag === trailerFlag) {
      ended = true;
      readTrailer(data, trailer);
      throwStatus(trailer);
    } else {
      throw new ConnectError(`a frame with the unknown flag ${flag}`, Code.Internal);
    }
  }
  if (!ended && !response.headers.has("grpc-status")) {
    throw new ConnectError("the answer was cut off", Code.Unavailable);
  }
}

async function* frames(response: Response, maxBytes: number) {
  const reader = response.body?.getReader();
  if (!reader) return;
  let held = new Uint8Array(0);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      held = held.length === 0 ? value : joined(held, value);
      for (;;) {
        if (held.length < prefixBytes) break;
        const length = new DataView(held.buffer, held.byteOffset).getUint32(1);
        if (length > maxBytes) {
          const text = `an answer of ${length} bytes is larger than max, ${maxBytes}`;
          throw new ConnectError(text, Code.ResourceExhausted);
        }
        if (held.length < prefixBytes + length) break;
        yield { flag: held[0] ?? 0, data: held.subarray(prefixBytes, prefixBytes + length) };
        held = held.subarray(prefixBytes + length);
      }
    }
  } finally {
    // Also when the caller leaves early: the connection then closes, and the
    // server hears of it.
    reader.cancel().catch(() => {});
  }
  if (held.length > 0) throw new ConnectError("the answer was cut off", Code.Unavailable);
}

function frame(data: Uint8Array): Uint8Array<ArrayBuffer> {
  const framed = new Uint8Array(prefixBytes + data.length);
  new DataView(framed.buffer).setUint32(1, data.length);
  framed.set(data, prefixBytes);
  return framed;
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

function readTrailer(data: Uint8Array, trailer: Headers): void {
  for (const line of new TextDecoder().decode(data).split("\r\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) trailer.append(line.slice(0, colon), line.slice(colon + 1).trim());
  }
}

function throwStatus(headers: Headers): void {
  const error = headers.has("grpc-status") ? findTrailerError(headers) : undefined;
  if (error) throw error;
}

/** What an answer without gRPC's own status means. */
async function httpError(response: Response): Promise<ConnectError> {
  const codes: Record<number, Code> = {
    400: Code.Internal,
    401: Code.Unauthenticated,
    403: Code.PermissionDenied,
    404: Code.Unimplemented,
    413: Code.ResourceExhausted,
    429: Code.Unavailable,
    502: Code.Unavailable,
    503: Code.Unavailable,
    504: Code.Unavailable,
  };
  const text = (await response.text().catch(() => "")).slice(0, 200).trim();
  const code = codes[response.status] ?? Code.Unknown;
  return new ConnectError(`HTTP ${response.status}${text ? `: ${text}` : ""}`, code);
}

/** Ends calls in time, and says what ended them: the deadline, or the caller. */
interface Deadline {
  readonly signal: AbortSignal;
  readonly timeoutMs: number | undefined;
  /** Work that a call begins with; the deadline goes on when it is done. */
  first<T>(work: () => Promise<T>): Promise<T>;
  /** All work of a call. */
  whole<T>(work: () => Promise<T>): Promise<T>;
  /** The answers, after `first`. */
  rest<T>(messages: AsyncIterable<T>): AsyncGenerator<T>;
}

function deadlineOf(signal: AbortSignal | undefined, timeoutMs: number | undefined): Deadline {
  const late = new AbortController();
  const whole = timeoutMs === undefined ? undefined : Math.max(Math.ceil(timeoutMs), 1);
  const timer =
    whole === undefined
      ? undefined
      : setTimeout(
          () => late.abort(new ConnectError("no answer in time", Code.DeadlineExceeded)),
          whole,
        );
  const any = signal ? AbortSignal.any([signal, late.signal]) : late.signal;
  const reason = (error: unknown) => {
    if (late.signal.aborted) return late.signal.reason;
    if (signal?.aborted) return ConnectError.from(signal.reason, Code.Canceled);
    return error;
  };
  return {
    signal: any,
    timeoutMs: whole,
    first: (work) =>
      work().catch((error) => {
        clearTimeout(timer);
        throw reason(error);
      }),
    whole: (work) =>
      work()
        .catch((error) => {
          throw reason(error);
        })
        .finally(() => clearTimeout(timer)),
    async *rest(messages) {
      try {
        yield* messages;
      } catch (error) {
        throw reason(error);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

async function only<T>(input: AsyncIterable<T>): Promise<T> {
  for await (const message of input) return message;
  throw new ConnectError("no request", Code.Internal);
}
