import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@connectrpc/connect";
import {
  createNodeTransport,
  createWebTransport,
  MarketingIntelligence,
  type MarketingIntelligenceError,
} from "@marketing-intelligence/sdk";
import { Health, type HealthCheckResponse } from "@marketing-intelligence/sdk/api";
import { afterEach, describe, expect, test } from "vitest";
import { TestGateway } from "../../testing/gateway.ts";
import { Random } from "../../testing/random.ts";
import { binDir, TestServer } from "../../testing/server.ts";
import { Caller } from "../src/call.ts";
import { defaultRetryPolicy } from "../src/retry.ts";

const toClean: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of toClean.splice(0).reverse()) await clean();
});

function clientOf(address: string, options: object = {}): MarketingIntelligence {
  const client = new MarketingIntelligence({ address, ...options });
  toClean.push(() => client.close());
  return client;
}

async function startServer(args?: readonly string[]): Promise<TestServer> {
  const server = await TestServer.start(args);
  toClean.push(() => server.stop());
  return server;
}

const failureOf = (call: Promise<unknown>): Promise<MarketingIntelligenceError> =>
  call.then(
    () => {
      throw new Error("succeeded, and should not have");
    },
    (error) => error,
  );

/** A port where connections are taken and nothing is ever said. */
async function silentPort(): Promise<number> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  toClean.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  return typeof address === "object" && address ? address.port : 0;
}

describe("the error says what to do", () => {
  test("when there is no server", async () => {
    const client = clientOf("127.0.0.1:1", { timeoutMs: 3_000 });
    const error = await failureOf(client.server.info());
    expect(error).toMatchObject({ code: "UNAVAILABLE", origin: "client", retryable: true });
    expect(error.message).toMatch(/ECONNREFUSED.*Is there a server at 127\.0\.0\.1:1\?/);
  });

  test("when the server does not answer", async () => {
    const client = clientOf(`127.0.0.1:${await silentPort()}`);
    const start = performance.now();
    const error = await failureOf(client.server.info({ timeoutMs: 300 }));
    expect(performance.now() - start).toBeLessThan(1_500);
    expect(error.code).toBe("DEADLINE_EXCEEDED");
    expect(error.message).toContain("Raise timeoutMs");
  });

  test("when the key is wrong, and when it lacks a scope", async () => {
    const made = spawnSync(join(binDir, "mi-server"), ["--generate-key", "acme"]);
    const generated = `${made.stdout}${made.stderr}`;
    const key = /mi_[0-9a-f]+\.[\w-]+/.exec(generated)?.[0] ?? "";
    const line = /^acme mi_.*$/m.exec(generated)?.[0] ?? "";
    const folder = mkdtempSync(join(tmpdir(), "mi-keys-"));
    toClean.push(() => rmSync(folder, { recursive: true }));
    const file = join(folder, "keys");
    writeFileSync(file, `${line.replace(/scopes=.*/, "scopes=read")}\n`);
    const server = await startServer([`--api-keys-file=${file}`]);
    const none = await failureOf(clientOf(server.address).server.info());
    expect(none.code).toBe("UNAUTHENTICATED");
    expect(none.message).toContain("Set apiKey");
    const wrong = await failureOf(
      clientOf(server.address, { apiKey: "mi_00000000.x" }).server.info(),
    );
    expect(wrong.code).toBe("UNAUTHENTICATED");
    const reader = clientOf(server.address, { apiKey: key });
    expect((await reader.server.info()).tenant).toBe("acme");
    const denied = await failureOf(reader.collections.create("x", { dimension: 2 }));
    expect(denied.code).toBe("PERMISSION_DENIED");
    expect(denied.message).toContain("lacks the scope");
  });

  test("when a message is too large", async () => {
    const server = await startServer(["--insecure-single-tenant", "--max-message-bytes=4096"]);
    const client = clientOf(server.address);
    const ids = Array.from({ length: 2_000 }, (_, i) => `campaign-${i}`);
    const error = await failureOf(client.points.get("x", ids));
    expect(error.code).toBe("RESOURCE_EXHAUSTED");
    expect(error.message).toMatch(/send fewer points at once/);
  });

  test("when the gateway has no server behind it", async () => {
    const gateway = await TestGateway.start("127.0.0.1:1");
    toClean.push(() => gateway.stop());
    const client = new MarketingIntelligence({
      transport: createWebTransport({ address: gateway.url }),
      timeoutMs: 500,
    });
    const error = await failureOf(client.server.info());
    expect(error).toMatchObject({ code: "UNAVAILABLE", origin: "server", retryable: true });
    expect(error.message).toContain("the gateway cannot reach the server");
    expect(error.message).not.toContain("127.0.0.1:1");
  });

  test("when there is no gateway", async () => {
    const client = new MarketingIntelligence({
      transport: createWebTransport({ address: "http://127.0.0.1:1" }),
      address: "http://127.0.0.1:1",
      timeoutMs: 2_000,
    });
    const error = await failureOf(client.server.info());
    expect(error).toMatchObject({ code: "UNAVAILABLE", origin: "client" });
    expect(error.message).toContain("Is there a gateway at http://127.0.0.1:1");
  });
});

test("a server that is killed and comes back in the middle of an upsert loses and doubles nothing", async () => {
  const server = await startServer();
  const client = clientOf(server.address, {
    timeoutMs: 30_000,
    retry: { maxAttempts: 10, maxBackoffMs: 500 },
  });
  await client.collections.create("c", { dimension: 16 });
  const random = new Random(11);
  const points = Array.from({ length: 3_000 }, (_, i) => ({
    id: `p${i}`,
    embedding: random.vector(16),
    expectedVersion: 0n,
  }));
  let restarted: Promise<void> | undefined;
  const result = await client.points.upsert("c", points, {
    batchSize: 50,
    onProgress: ({ batches }) => {
      if (batches === 10) restarted = server.kill().then(() => server.restart());
    },
  });
  await restarted;
  expect(restarted).toBeDefined();
  // Each point may be written only once: a second time its expected version would not hold.
  expect(result.inserted).toBe(3_000);
  expect(await client.points.count("c")).toBe(3_000n);
});

test("leaving the loop over a stream cancels it on the server, through the gateway too", async () => {
  const server = await startServer();
  const gateway = await TestGateway.start(server.address);
  toClean.push(() => gateway.stop());
  for (const transport of [
    createWebTransport({ address: gateway.url }),
    createNodeTransport({ address: gateway.url }),
  ]) {
    const caller = new Caller({
      transport,
      address: gateway.url,
      timeoutMs: 5_000,
      headers: () => undefined,
      retry: defaultRetryPolicy,
    });
    const seen: HealthCheckResponse[] = [];
    for await (const status of caller.serverStream(Health.method.watch, { service: "liveness" })) {
      seen.push(status);
      break;
    }
    expect(seen).toHaveLength(1);
  }
  // Were they not cancelled, the gateway would hold both open.
  await expect.poll(() => gateway.metrics()).toMatch(/mi_gateway_inflight 0/);
  const direct = createClient(Health, createNodeTransport({ address: server.address }));
  expect((await direct.check({ service: "liveness" })).status).toBe(1);
});

test("one client's connections end with close()", async () => {
  const port = await silentPort();
  const client = new MarketingIntelligence({ address: `127.0.0.1:${port}` });
  const pending = failureOf(client.server.info({ timeoutMs: 10_000 }));
  await new Promise((resolve) => connect(port, "127.0.0.1").on("connect", resolve).unref());
  client.close();
  expect((await pending).code).toMatch(/CANCELLED|UNAVAILABLE/);
});
