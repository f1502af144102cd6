import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { connect as connectHttp2, createServer as createHttp2Server } from "node:http2";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { create } from "@bufbuild/protobuf";
import { Code, createClient } from "@connectrpc/connect";
import {
  connectNodeAdapter,
  createConnectTransport,
  createGrpcTransport,
} from "@connectrpc/connect-node";
import {
  createNodeTransport,
  createWebTransport,
  MarketingIntelligence,
} from "@marketing-intelligence/sdk";
import {
  GetServerInfoRequestSchema,
  GetServerInfoResponseSchema,
  Health,
  OperationsService,
  SearchService,
} from "@marketing-intelligence/sdk/api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TestGateway } from "../../testing/gateway.ts";
import { Random } from "../../testing/random.ts";
import { TestServer } from "../../testing/server.ts";
import { later, post, startGateway, startServer } from "./setup.ts";

/** A server with points, and a client that goes straight to it. */
async function filledServer(count = 100) {
  const server = await startServer();
  const client = new MarketingIntelligence({ address: server.address });
  later(() => client.close());
  await client.collections.create("campaigns", { dimension: 8 });
  const random = new Random(3);
  await client.upsertCampaigns(
    Array.from({ length: count }, (_, i) => ({
      id: `c${i}`,
      embedding: random.vector(8),
      payload: {
        platform: i % 2 ? "meta" : "google",
        spend: i,
        start: new Date(Date.UTC(2026, 0, 1 + i)),
        big: 9_007_199_254_740_993n,
      },
    })),
  );
  return { server, client };
}

describe("one port", () => {
  test("speaks gRPC, grpc-web, Connect and JSON, over HTTP/1.1 and HTTP/2", async () => {
    const { server } = await filledServer();
    const gateway = await startGateway(server.address);
    const baseUrl = gateway.url;
    const transports = {
      "gRPC, grpc-js": createNodeTransport({ address: baseUrl }),
      "gRPC, http2": createGrpcTransport({ baseUrl }),
      "grpc-web": createWebTransport({ address: baseUrl }),
      "Connect, HTTP/1.1": createConnectTransport({ baseUrl, httpVersion: "1.1" }),
      "Connect, HTTP/2": createConnectTransport({ baseUrl, httpVersion: "2" }),
      "JSON, HTTP/1.1": createConnectTransport({
        baseUrl,
        httpVersion: "1.1",
        useBinaryFormat: false,
      }),
    };
    for (const [name, transport] of Object.entries(transports)) {
      const client = createClient(SearchService, transport);
      const answer = await client.countPoints({ collection: "campaigns" });
      expect(answer.count, name).toBe(100n);
    }
  });

  test("passes the server's error on with its details", async () => {
    const { server } = await filledServer(1);
    const gateway = await startGateway(server.address);
    const answer = await post(gateway.url, "SearchService/Search", {
      collection: "campaigns",
      query: { pointId: "c0" },
      k: 999_999,
    });
    expect(answer.status).toBe(400);
    const body = (await answer.json()) as { code: string; details: { type: string }[] };
    expect(body.code).toBe("invalid_argument");
    expect(body.details.map((d) => d.type)).toContain("google.rpc.BadRequest");
  });

  test("keeps fields that it does not know, both ways", async () => {
    // A server of a newer API, which the real one cannot be: it answers with
    // the unknown fields that it was sent. Field 1000, a varint.
    const newer = createHttp2Server(
      connectNodeAdapter({
        routes: ({ service }) =>
          service(OperationsService, {
            getServerInfo: ({ $unknown }) => {
              const answer = create(GetServerInfoResponseSchema, { version: "9" });
              if ($unknown) answer.$unknown = $unknown;
              return answer;
            },
          }),
      }),
    );
    await new Promise<void>((resolve) => newer.listen(0, "127.0.0.1", resolve));
    const address = newer.address();
    const port = typeof address === "object" ? address?.port : 0;
    const gateway = await startGateway(`127.0.0.1:${port}`);
    later(() => newer.close());
    const transport = createWebTransport({ address: gateway.url });
    const request = create(GetServerInfoRequestSchema);
    request.$unknown = [{ no: 1000, wireType: 0, data: Uint8Array.of(7) }];
    const info = await createClient(OperationsService, transport).getServerInfo(request);
    expect(info.version).toBe("9");
    expect(info.$unknown).toEqual([{ no: 1000, wireType: 0, data: Uint8Array.of(7) }]);
  });

  test("answers the standard health check for its server", async () => {
    const { server } = await filledServer(1);
    const gateway = await startGateway(server.address);
    const client = createClient(Health, createWebTransport({ address: gateway.url }));
    expect((await client.check({ service: "readiness" })).status).toBe(1);
    expect((await fetch(`${gateway.url}/readyz`)).status).toBe(200);
    await server.kill();
    await expect
      .poll(async () => (await fetch(`${gateway.url}/readyz`)).status, { timeout: 10_000 })
      .toBe(503);
    expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200);
    await server.restart();
    await expect
      .poll(async () => (await fetch(`${gateway.url}/readyz`)).status, { timeout: 10_000 })
      .toBe(200);
  });
});

describe("deadlines and cancellation", () => {
  test("reach the server", async () => {
    const { server } = await filledServer(1);
    const gateway = await startGateway(server.address);
    const inflight = async () => {
      const text = await (await fetch(server.metricsUrl)).text();
      return Number(/mi_grpc_inflight\{class="write"\} (\d+)/.exec(text)?.[1]);
    };
    // A stream whose client sends one batch, and then says nothing.
    const client = createClient(SearchService, createNodeTransport({ address: gateway.url }));
    const silent = async function* () {
      const point = { id: "c0", vector: [1, 2, 3, 4, 5, 6, 7, 8] };
      yield { collection: "campaigns", points: [{ point }] };
      await new Promise(() => {});
    };
    const late = client.streamUpsertPoints(silent(), { timeoutMs: 1_000 }).catch((e) => e);
    await expect.poll(inflight).toBe(1);
    expect((await late).code).toBe(Code.DeadlineExceeded);
    await expect.poll(inflight).toBe(0);
    const controller = new AbortController();
    const left = client.streamUpsertPoints(silent(), { signal: controller.signal }).catch((e) => e);
    await expect.poll(inflight).toBe(1);
    controller.abort();
    expect((await left).code).toBe(Code.Canceled);
    await expect.poll(inflight).toBe(0);
  });

  test("that are later than the gateway's limit are refused", async () => {
    const { server } = await filledServer(1);
    const gateway = await startGateway(server.address, [
      "--insecure-open",
      "--max-timeout-ms=1000",
    ]);
    const headers = { "connect-timeout-ms": "60000" };
    const answer = await post(gateway.url, "OperationsService/GetServerInfo", {}, headers);
    expect(answer.status).toBe(400);
  });
});

describe("origins", () => {
  const info = "OperationsService/GetServerInfo";

  test("on the list may call, others get nothing", async () => {
    const { server } = await filledServer(1);
    const allowed = "https://app.example.com";
    const gateway = await startGateway(server.address, [
      "--insecure-open",
      `--allowed-origins=${allowed}`,
    ]);
    const preflight = (origin: string) =>
      fetch(`${gateway.url}/marketing.intelligence.v1.${info}`, {
        method: "OPTIONS",
        headers: {
          origin,
          "access-control-request-method": "POST",
          "access-control-request-headers": "x-api-key,content-type,x-grpc-web",
        },
      });
    const yes = await preflight(allowed);
    expect(yes.status).toBe(204);
    expect(yes.headers.get("access-control-allow-origin")).toBe(allowed);
    expect(yes.headers.get("access-control-allow-headers")).toContain("x-api-key");
    const call = await post(gateway.url, info, {}, { origin: allowed });
    expect(call.headers.get("access-control-allow-origin")).toBe(allowed);
    expect(call.headers.get("access-control-expose-headers")).toContain("Grpc-Status");
    for (const origin of ["https://evil.example", "null", `${allowed}.evil.example`]) {
      for (const answer of [
        await preflight(origin),
        await post(gateway.url, info, {}, { origin }),
      ]) {
        expect(answer.status).toBe(403);
        expect(answer.headers.get("access-control-allow-origin")).toBeNull();
        expect(await answer.text()).toBe("this origin may not call\n");
      }
    }
    expect((await post(gateway.url, info, {}, { origin: gateway.url })).status).toBe(200);
  });

  test("of a name that points at this machine may not, where no key is asked for", async () => {
    const { server } = await filledServer(1);
    const gateway = await startGateway(server.address);
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const url = new URL(`${gateway.url}/marketing.intelligence.v1.${info}`);
      const headers = { host: "evil.example", origin: "http://evil.example" };
      request(url, { method: "POST", headers }, (response) => resolve(response.statusCode))
        .on("error", reject)
        .end("{}");
    });
    expect(status).toBe(403);
  });
});

describe("limits", () => {
  test("a message that is too large is refused, and one too many at once", async () => {
    const { server } = await filledServer(1);
    const gateway = await startGateway(server.address, [
      "--insecure-open",
      "--max-message-bytes=2048",
      "--max-inflight=2",
    ]);
    const body = { collection: "campaigns", ids: ["x".repeat(4_000)] };
    const large = await post(gateway.url, "SearchService/GetPoints", body);
    expect(await large.json()).toMatchObject({ code: "resource_exhausted" });
    const rest = await fetch(`${gateway.url}/api/search`, {
      method: "POST",
      body: JSON.stringify({ id: "x".repeat(4_000) }),
    });
    expect(rest.status).toBe(413);
    const client = createClient(Health, createWebTransport({ address: gateway.url }));
    const controllers = [new AbortController(), new AbortController()];
    const watches = controllers.map(({ signal }) =>
      client.watch({ service: "liveness" }, { signal })[Symbol.asyncIterator](),
    );
    for (const watch of watches) await watch.next();
    const refused = await fetch(`${gateway.url}/healthz`);
    expect(refused.status).toBe(503);
    expect(refused.headers.get("retry-after")).toBe("1");
    for (const controller of controllers) controller.abort();
    await Promise.allSettled(watches.map((watch) => watch.next()));
    await expect.poll(async () => (await fetch(`${gateway.url}/healthz`)).status).toBe(200);
    expect(await gateway.metrics()).toContain('mi_gateway_refused_total{reason="inflight"}');
  });

  test("nonsense on the port ends its own connection only", async () => {
    const { server } = await filledServer(1);
    const gateway = await startGateway(server.address);
    const port = Number(new URL(gateway.url).port);
    for (const bytes of ["PRI * nonsense", "\x00\x01\x02", "GET / HTTP/9.9\r\n\r\n", "PRI"]) {
      const socket = connect(port, "127.0.0.1");
      socket.on("error", () => {});
      socket.resume();
      socket.end(bytes);
      await once(socket, "close");
    }
    expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200);
  });
});

test("SIGTERM lets calls end, and takes no new ones", async () => {
  const { server } = await filledServer(1);
  const gateway = await startGateway(server.address, [
    "--insecure-open",
    "--drain-timeout-ms=3000",
  ]);
  const session = connectHttp2(gateway.url);
  session.on("error", () => {});
  const stream = session.request({
    ":method": "POST",
    ":path": "/marketing.intelligence.v1.SearchService/StreamUpsertPoints",
    "content-type": "application/grpc",
    te: "trailers",
  });
  stream.on("error", () => {});
  await once(session, "connect");
  await expect.poll(() => gateway.metrics()).toContain("mi_gateway_inflight 1");
  const stopped = gateway.stop("SIGTERM");
  await expect
    .poll(() =>
      fetch(`${gateway.url}/healthz`).then(
        () => "up",
        () => "down",
      ),
    )
    .toBe("down");
  const answered = once(stream, "response");
  stream.end();
  await answered;
  session.close();
  expect(await stopped).toBe(0);
});

describe("POST /api/search", () => {
  test("finds what the SDK finds", async () => {
    const { server, client } = await filledServer();
    const gateway = await startGateway(server.address);
    const search = async (body: object) => {
      const response = await fetch(`${gateway.url}/api/search`, {
        method: "POST",
        body: JSON.stringify(body),
      });
      return { status: response.status, body: await response.json() };
    };
    const wanted = await client.searchSimilarCampaigns({ id: "c1" }, 5);
    const found = await search({ id: "c1", k: 5 });
    expect(found.body.points.map((p: { id: string }) => p.id)).toEqual(
      wanted.points.map((p) => p.id),
    );
    expect(found.body.points[0]).toMatchObject({
      score: wanted.points[0]?.score,
      payload: { big: "9007199254740993", start: expect.stringMatching(/^2026-.*Z$/) },
    });
    expect(found.body.plan.segments[0].strategy).toBe("exact_scan");

    const filter = {
      platform: "meta",
      spend: { gt: 10, lte: 60 },
      start: { gte: "2026-01-20T00:00:00Z" },
    };
    const { body } = await search({ id: "c1", k: 100, filter, fields: ["spend"] });
    const spends = body.points
      .map((p: { payload: { spend: number } }) => p.payload.spend)
      .sort((a: number, b: number) => a - b);
    expect(spends).toEqual(
      Array.from({ length: 100 }, (_, i) => i).filter((i) => i % 2 && i > 10 && i <= 60 && i >= 19),
    );
    const list = await search({ id: "c1", k: 100, filter: { spend: [1, 2, 3] } });
    expect(list.body.points).toHaveLength(2);
    const proto = { condition: { path: "platform", equal: { stringValue: "google" } } };
    const raw = await search({ id: "c1", k: 100, filter: { proto } });
    expect(raw.body.points).toHaveLength(50);
  });

  let server: TestServer;
  let gateway: TestGateway;
  beforeAll(async () => {
    server = await TestServer.start();
    const client = new MarketingIntelligence({ address: server.address });
    await client.collections.create("campaigns", { dimension: 8 });
    await client.upsertCampaigns([{ id: "c1", embedding: new Random(1).vector(8) }]);
    client.close();
    gateway = await TestGateway.start(server.address);
  });
  afterAll(async () => {
    await gateway?.stop();
    await server?.stop();
  });

  test.each([
    ["{", 400, "body"],
    ["[]", 400, "body"],
    ["{}", 400, "id"],
    ['{"id": "c1", "vector": [1]}', 400, "id"],
    ['{"id": 5}', 400, "id"],
    ['{"vector": [1, "2"]}', 400, "vector"],
    ['{"vector": [1, 2]}', 400, "query.vector"],
    ['{"id": "c1", "k": 0}', 400, "k"],
    ['{"id": "c1", "k": "5"}', 400, "k"],
    ['{"id": "c1", "limit": 5}', 400, "limit"],
    ['{"id": "c1", "filter": {"a": {"like": "x"}}}', 400, 'filter["a"]'],
    ['{"id": "c1", "filter": {"a": {"constructor": 1}}}', 400, 'filter["a"]'],
    ['{"id": "c1", "filter": 5}', 400, "filter"],
    ['{"id": "c1", "filter": {"proto": {"nonsense": 1}}}', 400, "filter.proto"],
    ['{"id": "nobody"}', 404, undefined],
    ['{"id": "c1", "collection": "nobody"}', 404, undefined],
  ])("says what is wrong with %s", async (body, status, field) => {
    const response = await fetch(`${gateway.url}/api/search`, { method: "POST", body });
    const { error } = await response.json();
    expect(response.status).toBe(status);
    expect(error.fields[0]?.field).toBe(field);
    expect(error.message).not.toBe("");
  });
});

test("the server's metrics come as JSON, without what nobody looks at", async () => {
  const { server, client } = await filledServer();
  await client.searchSimilarCampaigns({ id: "c1" }, 3);
  const gateway = await startGateway(server.address, [
    "--insecure-open",
    `--upstream-metrics=${server.metricsUrl}`,
  ]);
  const response = await fetch(`${gateway.url}/api/server-metrics`);
  const { samples } = await response.json();
  expect(samples.mi_index_vectors).toEqual([
    { labels: { collection: "campaigns", tenant: "default" }, value: 100 },
  ]);
  const searches = samples.grpc_server_handled_total.filter(
    (s: { labels: { grpc_method: string } }) => s.labels.grpc_method === "Search",
  );
  expect(searches).toEqual([expect.objectContaining({ value: 1 })]);
  const without = await startGateway(server.address);
  expect((await fetch(`${without.url}/api/server-metrics`)).status).toBe(404);
});

test("the dashboard's files come with the right headers, and nothing beside them", async () => {
  const { server } = await filledServer(1);
  const folder = mkdtempSync(join(tmpdir(), "mi-files-"));
  later(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, "assets"));
  writeFileSync(join(folder, "index.html"), "<!doctype html><title>page</title>");
  writeFileSync(join(folder, "assets/app-123.js"), `/* ${"x".repeat(5_000)} */`);
  writeFileSync(`${folder}-secret`, "secret");
  later(() => rmSync(`${folder}-secret`));
  const gateway = await startGateway(server.address, [
    "--insecure-open",
    `--dashboard-dir=${folder}`,
  ]);
  const page = await fetch(`${gateway.url}/explorer`);
  expect(await page.text()).toContain("<title>page</title>");
  expect(page.headers.get("cache-control")).toBe("no-cache");
  expect(page.headers.get("content-security-policy")).toContain("default-src 'self'");
  const script = await fetch(`${gateway.url}/assets/app-123.js`);
  expect(script.headers.get("cache-control")).toContain("immutable");
  expect(script.headers.get("content-encoding")).toBe("gzip");
  expect(script.headers.get("content-type")).toContain("javascript");
  for (const path of ["/assets/none.js", "/..%2fsecret.txt", "/%2e%2e/secret.txt"]) {
    expect((await fetch(gateway.url + path)).status, path).toBe(404);
  }
  expect((await fetch(gateway.url, { method: "DELETE" })).status).toBe(404);
});
