import type {
  DescMethod,
  DescMethodStreaming,
  DescMethodUnary,
  DescService,
} from "@bufbuild/protobuf";
import type { ConnectRouter, HandlerContext, MethodImpl, Transport } from "@connectrpc/connect";

type AnyMethod = DescMethodUnary | DescMethodStreaming;

/**
 * Forwards every method of a service: message, deadline, cancellation and trace headers go up; answers
 * and errors, with their details, come back as they are. Fields that the gateway does not know pass
 * through both ways.
 */
export function forwardService(
  router: ConnectRouter,
  service: DescService,
  transport: Transport,
  defaultTimeoutMs: number,
): void {
  for (const method of service.methods) {
    const implementation = implement(method as AnyMethod, transport, defaultTimeoutMs);
    router.rpc(method, implementation as unknown as MethodImpl<DescMethod>);
  }
}

function implement(method: AnyMethod, transport: Transport, defaultTimeoutMs: number) {
  switch (method.methodKind) {
    case "unary":
      return async (request: never, context: HandlerContext) => {
        const timeoutMs = context.timeoutMs() ?? defaultTimeoutMs;
        const { signal, requestHeader } = context;
        return (await transport.unary(method, signal, timeoutMs, requestHeader, request)).message;
      };
    case "server_streaming":
      return (request: never, context: HandlerContext) =>
        forwardStream(transport, method, once(request), context);
    case "client_streaming":
      return (requests: AsyncIterable<never>, context: HandlerContext) =>
        onlyAnswer(forwardStream(transport, method, requests, context));
    case "bidi_streaming":
      return (requests: AsyncIterable<never>, context: HandlerContext) =>
        forwardStream(transport, method, requests, context);
  }
}

async function* forwardStream(
  transport: Transport,
  method: DescMethodStreaming,
  requests: AsyncIterable<never>,
  context: HandlerContext,
): AsyncGenerator<object> {
  const answer = await transport.stream(
    method,
    context.signal,
    context.timeoutMs(),
    context.requestHeader,
    requests,
  );
  yield* answer.message;
}

async function onlyAnswer(answers: AsyncIterable<object>): Promise<object> {
  let last: object | undefined;
  for await (const answer of answers) last = answer;
  if (!last) throw new Error("the server ended the stream without an answer");
  return last;
}

async function* once<T>(value: T): AsyncGenerator<T> {
  yield value;
}
