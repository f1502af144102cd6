import {
  createNodeTransport,
  createWebTransport,
  MarketingIntelligence,
} from "@marketing-intelligence/sdk";
import { generatedServices } from "@marketing-intelligence/sdk/api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TestGateway } from "../../testing/gateway.ts";
import { TestServer } from "../../testing/server.ts";
import { recording } from "./contract/recording.ts";
import { type Bench, contract } from "./contract/suite.ts";

const sentByAny = new Set<string>();

describe("gRPC from Node", () => {
  let server: TestServer;
  let client: MarketingIntelligence;
  const sent: string[] = [];
  beforeAll(async () => {
    server = await TestServer.start();
    const transport = recording(createNodeTransport({ address: server.address }), sent);
    client = new MarketingIntelligence({ transport });
  });
  afterAll(async () => {
    for (const rpc of sent) sentByAny.add(rpc);
    client?.close();
    await server?.stop();
  });
  const bench = (): Bench => ({ client, sent, sendsStreams: true });
  for (const { name, run } of contract) test(name, () => run(bench()));
});

describe("grpc-web from Node, through the gateway", () => {
  let server: TestServer;
  let gateway: TestGateway;
  let client: MarketingIntelligence;
  const sent: string[] = [];
  beforeAll(async () => {
    server = await TestServer.start();
    gateway = await TestGateway.start(server.address);
    const transport = recording(createWebTransport({ address: gateway.url }), sent);
    client = new MarketingIntelligence({ transport });
  });
  afterAll(async () => {
    for (const rpc of sent) sentByAny.add(rpc);
    await gateway?.stop();
    await server?.stop();
  });
  const bench = (): Bench => ({ client, sent, sendsStreams: false });
  for (const { name, run } of contract) test(name, () => run(bench()));
});

describe("gRPC from Node, through the gateway", () => {
  let server: TestServer;
  let gateway: TestGateway;
  let client: MarketingIntelligence;
  const sent: string[] = [];
  beforeAll(async () => {
    server = await TestServer.start();
    gateway = await TestGateway.start(server.address);
    const transport = recording(createNodeTransport({ address: gateway.url }), sent);
    client = new MarketingIntelligence({ transport });
  });
  afterAll(async () => {
    client?.close();
    await gateway?.stop();
    await server?.stop();
  });
  const bench = (): Bench => ({ client, sent, sendsStreams: true });
  for (const { name, run } of contract) test(name, () => run(bench()));
});

test("together the cases make every call of the API", () => {
  const all = Object.values(generatedServices).flatMap((service) =>
    service.methods.map((method) => `${service.name}.${method.name}`),
  );
  expect(all.length).toBeGreaterThan(25);
  expect(all.filter((rpc) => !sentByAny.has(rpc))).toEqual([]);
});
