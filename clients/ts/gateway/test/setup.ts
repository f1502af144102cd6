import { afterEach } from "vitest";
import { TestGateway } from "../../testing/gateway.ts";
import { TestServer } from "../../testing/server.ts";

const toClean: (() => unknown)[] = [];

afterEach(async () => {
  for (const clean of toClean.splice(0).reverse()) await clean();
});

/** Runs after the test. */
export function later(clean: () => unknown): void {
  toClean.push(clean);
}

export async function startServer(args?: readonly string[]): Promise<TestServer> {
  const server = await TestServer.start(args);
  later(() => server.stop());
  return server;
}

export async function startGateway(
  upstream: string,
  args?: readonly string[],
  env?: NodeJS.ProcessEnv,
): Promise<TestGateway> {
  const gateway = await TestGateway.start(upstream, args, env);
  later(() => gateway.stop());
  return gateway;
}

/** A call as curl makes it: JSON over HTTP. */
export function post(
  url: string,
  rpc: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${url}/marketing.intelligence.v1.${rpc}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
}
