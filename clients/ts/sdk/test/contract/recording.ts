import type { Transport } from "@connectrpc/connect";

/** A transport that notes every call that is sent. */
export function recording<T extends Transport>(transport: T, sent: string[]): T {
  const note = (method: { parent: { name: string }; name: string }) =>
    sent.push(`${method.parent.name}.${method.name}`);
  return {
    ...transport,
    unary(method, ...rest) {
      note(method);
      return transport.unary(method, ...rest);
    },
    stream(method, ...rest) {
      note(method);
      return transport.stream(method, ...rest);
    },
  };
}
