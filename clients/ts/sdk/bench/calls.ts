// What a search costs a Node program: bare grpc-js, this SDK over gRPC, and over grpc-web through the
// gateway. Rounds of all of them take turns, so that they meet the same machine. Also: a bulk upsert.
//
// Usage: clients/ts/run node sdk/bench/calls.ts [SECONDS_OF_A_ROUND] [ROUNDS]

import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import * as grpc from "@grpc/grpc-js";
import { createWebTransport, MarketingIntelligence } from "@marketing-intelligence/sdk";
import {
  SearchRequestSchema,
  type SearchResponse,
  SearchResponseSchema,
} from "@marketing-intelligence/sdk/api";
import { TestGateway } from "../../testing/gateway.ts";
import { Random } from "../../testing/random.ts";
import { TestServer } from "../../testing/server.ts";

const [seconds = 2, rounds = 6] = process.argv.slice(2).map(Number);
const dimension = 384;
const points = 10_000;
const k = 10;

const server = await TestServer.start();
const gateway = await TestGateway.start(server.address);
const client = new MarketingIntelligence({ address: server.address });
const web = new MarketingIntelligence({ transport: createWebTransport({ address: gateway.url }) });
const bare = new grpc.Client(server.address, grpc.credentials.createInsecure());

const random = new Random(1);
const queries = Array.from({ length: 64 }, () => random.vector(dimension));
await client.collections.create("bench", { dimension });
const written = Array.from({ length: points }, (_, i) => ({
  id: `p${i}`,
  embedding: random.vector(dimension),
}));
const start = performance.now();
await client.points.upsert("bench", written);
console.log(
  `upsert of ${points} points of ${dimension} components: ${((performance.now() - start) / 1000).toFixed(2)} s`,
);

function bareSearch(query: Float32Array): Promise<SearchResponse> {
  const request = create(SearchRequestSchema, {
    collection: "bench",
    query: { target: { case: "vector", value: { components: Array.from(query) } } },
    k,
    returnFields: { withPayload: true },
  });
  return new Promise((resolve, reject) => {
    bare.makeUnaryRequest(
      "/marketing.intelligence.v1.SearchService/Search",
      (message: typeof request) => Buffer.from(toBinary(SearchRequestSchema, message)),
      (bytes) => fromBinary(SearchResponseSchema, bytes),
      request,
      new grpc.Metadata(),
      { deadline: Date.now() + 15_000 },
      (error, answer) => (answer ? resolve(answer) : reject(error)),
    );
  });
}

const ways: Record<string, (query: Float32Array) => Promise<unknown>> = {
  "bare grpc-js": bareSearch,
  "SDK, gRPC": (query) => client.points.search("bench", query, k),
  "SDK, grpc-web, gateway": (query) => web.points.search("bench", query, k),
};

interface Round {
  readonly cpuMicros: number;
  readonly p50: number;
  readonly p99: number;
  readonly perSecond: number;
}

async function round(
  call: (query: Float32Array) => Promise<unknown>,
  lanes: number,
): Promise<Round> {
  const times: number[] = [];
  const end = performance.now() + seconds * 1000;
  const cpu = process.cpuUsage();
  const begin = performance.now();
  const lane = async (first: number) => {
    for (let i = first; performance.now() < end; i++) {
      const at = performance.now();
      await call(queries[i % queries.length] as Float32Array);
      times.push((performance.now() - at) * 1000);
    }
  };
  await Promise.all(Array.from({ length: lanes }, (_, i) => lane(i * 7)));
  const used = process.cpuUsage(cpu);
  times.sort((a, b) => a - b);
  return {
    cpuMicros: (used.user + used.system) / times.length,
    p50: times[Math.floor(times.length / 2)] ?? 0,
    p99: times[Math.floor(times.length * 0.99)] ?? 0,
    perSecond: (1000 * times.length) / (performance.now() - begin),
  };
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

for (const lanes of [1, 16]) {
  const results = Object.fromEntries(Object.keys(ways).map((name) => [name, [] as Round[]]));
  for (const call of Object.values(ways)) await round(call, lanes);
  for (let i = 0; i < rounds; i++) {
    for (const [name, call] of Object.entries(ways)) results[name]?.push(await round(call, lanes));
  }
  console.log(`\n${lanes} in flight, medians of ${rounds} rounds of ${seconds} s`);
  console.table(
    Object.fromEntries(
      Object.entries(results).map(([name, all]) => [
        name,
        {
          "CPU us/call": Math.round(median(all.map((r) => r.cpuMicros))),
          "p50 us": Math.round(median(all.map((r) => r.p50))),
          "p99 us": Math.round(median(all.map((r) => r.p99))),
          "calls/s": Math.round(median(all.map((r) => r.perSecond))),
        },
      ]),
    ),
  );
}

client.close();
bare.close();
await gateway.stop();
await server.stop();
