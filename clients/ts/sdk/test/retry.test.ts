import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { create } from "@bufbuild/protobuf";
import { Code, ConnectError, createRouterTransport } from "@connectrpc/connect";
import { MarketingIntelligence } from "@marketing-intelligence/sdk";
import {
  CollectionService,
  ErrorInfoSchema,
  Metric,
  OperationsService,
  RetryInfoSchema,
  SearchService,
  type UpsertPointsRequest,
} from "@marketing-intelligence/sdk/api";
import { describe, expect, test } from "vitest";
import { generatedServices } from "../src/api.ts";
import { type RetrySafety, retrySafety } from "../src/retry.ts";

// A server in memory: the only way to see what it is sent when it fails on
// purpose, and how often.

const unavailable = () => new ConnectError("not now", Code.Unavailable);

function overloaded(seconds: bigint, nanos: number) {
  const retryDelay = { seconds, nanos };
  return new ConnectError("too much", Code.ResourceExhausted, undefined, [
    { desc: RetryInfoSchema, value: create(RetryInfoSchema, { retryDelay }) },
    { desc: ErrorInfoSchema, value: create(ErrorInfoSchema, { reason: "OVERLOADED" }) },
  ]);
}

/** A client of a server that fails each call `failures` times, and a note of what it was sent. */
function failing(failures: number, error: () => ConnectError = unavailable) {
  const sent: string[] = [];
  const attempt = (rpc: string) => {
    sent.push(rpc);
    if (sent.filter((name) => name === rpc).length <= failures) throw error();
  };
  const transport = createRouterTransport(({ service }) => {
    service(CollectionService, {
      getCollection: ({ name }) => ({
        collection: { name, config: { dimension: 2, metric: Metric.DOT } },
      }),
    });
    service(OperationsService, {
      getServerInfo: () => {
        attempt("GetServerInfo");
        return {};
      },
      createSnapshot: () => {
        attempt("CreateSnapshot");
        return { job: { name: "job-1" } };
      },
    });
  });
  const retry = { initialBackoffMs: 5, maxBackoffMs: 20 };
  return { sent, client: new MarketingIntelligence({ transport, retry }) };
}

describe("a call that fails", () => {
  test("is sent again when it only reads", async () => {
    const { client, sent } = failing(3);
    await client.server.info();
    expect(sent).toHaveLength(4);
  });

  test("is given up after the fourth time, with everything that is known", async () => {
    const { client, sent } = failing(9);
    const error = await client.server.info().catch((e) => e);
    expect(sent).toHaveLength(4);
    expect(error).toMatchObject({
      code: "UNAVAILABLE",
      attempts: 4,
      retryable: true,
      origin: "server",
      rpc: "OperationsService.GetServerInfo",
    });
  });

  test("is sent again with the same key when it writes", async () => {
    const { client, upserts } = failingWrites(2);
    await client.points.upsert("c", [{ id: "a", embedding: [1, 2] }]);
    expect(upserts).toHaveLength(3);
    expect(new Set(upserts.map((r) => r.idempotencyKey)).size).toBe(1);
    expect(upserts[0]?.idempotencyKey).toMatch(/^[ -~]{16,64}$/);
  });

  test("is never sent again when that could do the work twice", async () => {
    const { client, sent } = failing(1);
    const error = await client.snapshots.create().catch((e) => e);
    expect(error).toMatchObject({ code: "UNAVAILABLE", attempts: 1 });
    expect(sent).toEqual(["CreateSnapshot"]);
  });

  test("waits as long as the server asks for", async () => {
    const { client, sent } = failing(1, () => overloaded(0n, 150_000_000));
    const start = performance.now();
    await client.server.info();
    expect(performance.now() - start).toBeGreaterThanOrEqual(149);
    expect(sent).toHaveLength(2);
  });

  test("fails at once when the pause would outlast the deadline", async () => {
    const { client } = failing(1, () => overloaded(60n, 0));
    const start = performance.now();
    const error = await client.server.info({ timeoutMs: 1_000 }).catch((e) => e);
    expect(performance.now() - start).toBeLessThan(500);
    expect(error).toMatchObject({ reason: "OVERLOADED", retryDelayMs: 60_000, retryable: true });
  });

  test("stops waiting when its signal fires", async () => {
    const { client } = failing(1, () => overloaded(5n, 0));
    const error = await client.server.info({ signal: AbortSignal.timeout(50) }).catch((e) => e);
    expect(error.code).toBe("CANCELLED");
  });

  test("is not sent again for an error that stays", async () => {
    const { client, sent } = failing(1, () => new ConnectError("no", Code.FailedPrecondition));
    await expect(client.server.info()).rejects.toMatchObject({ code: "FAILED_PRECONDITION" });
    expect(sent).toHaveLength(1);
  });
});

test("an upsert stops at the batch that fails, and says what is written", async () => {
  const { client, upserts } = failingWrites(99, 2);
  const points = Array.from({ length: 50 }, (_, i) => ({ id: `${i}`, embedding: [i, 1] }));
  const options = { batchSize: 10, inFlight: 1 };
  const error = await client.points.upsert("c", points, options).catch((e) => e);
  expect(error).toMatchObject({ code: "UNAVAILABLE", metadata: { written_points: "20" } });
  expect(new Set(upserts.map((r) => r.points[0]?.point?.id))).toEqual(new Set(["0", "10", "20"]));
});

test("batches stay below the size of a message that the server accepts", async () => {
  const { client, upserts } = failingWrites(0);
  const text = "x".repeat(10_000);
  const points = Array.from({ length: 12 }, (_, i) => ({
    id: `${i}`,
    embedding: [i, 1],
    payload: { text },
  }));
  const result = await client.points.upsert("c", points);
  expect(result.inserted).toBe(12);
  expect(upserts.map((r) => r.points.length)).toEqual([3, 3, 3, 3]);
});

/** A client of a server whose upserts fail `failures` times, after `successes` that do not. */
function failingWrites(failures: number, successes = 0) {
  const upserts: UpsertPointsRequest[] = [];
  const transport = createRouterTransport(({ service }) => {
    service(CollectionService, {
      getCollection: () => ({ collection: { config: { dimension: 2, metric: Metric.DOT } } }),
    });
    service(OperationsService, {
      getServerInfo: () => ({ limits: { maxPointsPerUpsert: 1_000, maxMessageBytes: 100_000n } }),
    });
    service(SearchService, {
      upsertPoints: (request) => {
        upserts.push(request);
        const n = upserts.length;
        if (n > successes && n <= successes + failures) throw unavailable();
        return { insertedCount: request.points.length, commitToken: `e:${n}` };
      },
    });
  });
  const retry = { initialBackoffMs: 5, maxBackoffMs: 20 };
  return { upserts, client: new MarketingIntelligence({ transport, retry }) };
}

test("what is safe to retry is what the API's comments say", () => {
  const comments = rpcComments();
  for (const service of Object.values(generatedServices)) {
    for (const method of service.methods) {
      const comment = comments.get(`${service.name}.${method.name}`);
      expect(comment, `${method.name} has a comment`).toBeDefined();
      const safety: RetrySafety =
        "idempotencyKey" in method.input.field
          ? "with_key"
          : /Safe\s+to\s+retry\./.test(comment ?? "")
            ? "always"
            : "never";
      expect(retrySafety(method), `${service.name}.${method.name}`).toBe(safety);
    }
  }
});

/** The comment above each rpc of the API. */
function rpcComments(): Map<string, string> {
  const folder = join(import.meta.dirname, "../../../../proto/marketing/intelligence/v1");
  const comments = new Map<string, string>();
  for (const file of readdirSync(folder).filter((name) => name.endsWith("_service.proto"))) {
    const text = readFileSync(join(folder, file), "utf8");
    const service = /^service (\w+)/m.exec(text)?.[1];
    for (const match of text.matchAll(/((?:^ *\/\/.*\n)+) +rpc (\w+)/gm)) {
      comments.set(`${service}.${match[2]}`, (match[1] ?? "").replaceAll("//", ""));
    }
  }
  return comments;
}
