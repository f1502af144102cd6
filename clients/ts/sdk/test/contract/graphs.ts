// What every transport must do alike with graphs. Imports nothing of Node or of
// a browser.

import {
  float,
  GeoPoint,
  type MarketingIntelligence,
  mutation,
  property,
  temporal,
} from "@marketing-intelligence/sdk";
import { SearchService } from "@marketing-intelligence/sdk/api";
import { check, equal, failure } from "./check.ts";
import type { Case } from "./suite.ts";

let graphs = 0;

// spring -HAS-> video, banner; summer -HAS-> banner; video -SHOWN_TO-> runners;
// banner -SHOWN_TO-> runners, cooks; {video, runners, meta} and {banner, cooks, meta}.
async function campaigns(client: MarketingIntelligence): Promise<string> {
  const graph = `graph-${++graphs}`;
  await client.graphs.create(graph);
  const node = (id: string, label: string, properties = {}) =>
    mutation.putNode({ id, labels: [label], properties });
  const edge = (id: string, type: string, source: string, target: string, properties = {}) =>
    mutation.putEdge({ id, type, source, target, properties });
  const ran = (id: string, creative: string, audience: string, weight: number) =>
    mutation.putHyperedge({
      id,
      type: "RAN",
      weight,
      members: [
        { node: creative, role: "creative" },
        { node: audience, role: "audience" },
        { node: "meta", role: "channel" },
      ],
    });
  await client.graphs.write(graph, [
    node("spring", "Campaign", { budget: 500 }),
    node("summer", "Campaign", { budget: 900 }),
    node("video", "Creative"),
    node("banner", "Creative"),
    node("runners", "Audience"),
    node("cooks", "Audience"),
    node("meta", "Channel"),
    edge("e1", "HAS", "spring", "video", { share: 0.5 }),
    edge("e2", "HAS", "spring", "banner", { share: 2 }),
    edge("e3", "HAS", "summer", "banner"),
    edge("e4", "SHOWN_TO", "video", "runners"),
    edge("e5", "SHOWN_TO", "banner", "runners"),
    edge("e6", "SHOWN_TO", "banner", "cooks"),
    ran("h1", "video", "runners", 1),
    ran("h2", "banner", "cooks", 3),
  ]);
  return graph;
}

async function idsOf(elements: AsyncIterable<{ id: string | number }>) {
  const ids: (string | number)[] = [];
  for await (const element of elements) ids.push(element.id);
  return ids;
}

const nodeIds = (found: readonly { node: { id: string | number } }[]) =>
  found.map(({ node }) => node.id);

export const graphCases: readonly Case[] = [
  {
    name: "graphs are made, indexed, described and deleted",
    async run({ client }) {
      const graph = await campaigns(client);
      equal((await client.graphs.get(graph)).nodeCount, 7n);
      check(
        (await client.graphs.list()).some(({ name }) => name === graph),
        "not listed",
      );
      await client.graphs.createIndex(graph, { label: "Campaign", property: "budget" });
      const stats = await client.graphs.stats(graph);
      equal([stats.edgeCount, stats.indexes[0]?.entryCount], [6n, 2n]);
      await client.graphs.deleteIndex(graph, "Campaign", "budget");
      const gone = await failure(client.graphs.deleteIndex(graph, "Campaign", "budget"));
      equal(gone.code, "NOT_FOUND");
      await client.graphs.delete(graph);
      equal((await failure(client.graphs.get(graph))).code, "NOT_FOUND");
    },
  },
  {
    name: "every type of property comes back as it was",
    async run({ client }) {
      const graph = await campaigns(client);
      const properties = {
        text: "é",
        yes: true,
        whole: 7,
        large: 9007199254740993n,
        half: 0.5,
        list: [1, "two", null],
        map: { deep: [temporal("date", "2026-03-01")] },
        duration: temporal("duration", "P1Y2M3DT4H5M6.5S"),
        place: new GeoPoint(52.5, 13.4),
      };
      await client.graphs.write(graph, [
        mutation.putNode({
          id: 7,
          properties: { ...properties, at: new Date(0), three: float(3), none: null },
          link: { collection: "campaigns", pointId: "p" },
        }),
      ]);
      const [node] = await client.graphs.nodes(graph, [7, "absent"]);
      const { at, three, ...rest } = node?.properties ?? {};
      equal(Object.entries(rest).sort(), Object.entries(properties).sort());
      equal([at, three], [temporal("zonedDateTime", "1970-01-01T00:00:00Z"), 3]);
      equal(node?.link, { collection: "campaigns", pointId: "p" });
    },
  },
  {
    name: "a batch is written whole or not at all, and once for a key",
    async run({ client }) {
      const graph = await campaigns(client);
      const refused = await failure(
        client.graphs.write(graph, [
          mutation.putNode({ id: "new" }),
          mutation.putEdge({ type: "HAS", source: "new", target: "nobody" }),
        ]),
      );
      equal(refused.code, "NOT_FOUND");
      equal(refused.fieldViolations[0]?.field, "mutations[1].put_edge.edge.target_id");
      equal(await client.graphs.nodes(graph, ["new"]), []);

      const idempotencyKey = "graph-contract-key";
      const batch = [mutation.putNode({ labels: ["Made"] })];
      const first = await client.graphs.write(graph, batch, { idempotencyKey });
      const again = await client.graphs.write(graph, batch, { idempotencyKey });
      equal(again.assignedIds.get(0), first.assignedIds.get(0));
      equal(client.lastCommitToken, again.commitToken);
      equal((await idsOf(client.graphs.listNodes(graph, { anyLabel: ["Made"] }))).length, 1);

      const { version } = first;
      const id = first.assignedIds.get(0) ?? "";
      await client.graphs.write(graph, [
        mutation.patchNode(id, { expectedVersion: version, properties: { x: 1 }, link: null }),
        mutation.patchEdge("e1", { properties: { share: null }, validTime: { from: new Date(0) } }),
        mutation.patchHyperedge("h1", { confidence: 0.5 }),
        mutation.deleteEdge("e2"),
        mutation.deleteHyperedge("h2"),
        mutation.deleteNode("cooks", { detach: true }),
      ]);
      const [edge] = await client.graphs.edges(graph, ["e1"]);
      equal([edge?.properties, edge?.validTime?.from?.getTime()], [{}, 0]);
      const [hyperedge] = await client.graphs.hyperedges(graph, ["h1"]);
      equal([hyperedge?.confidence, hyperedge?.members.length], [0.5, 3]);
      equal(await idsOf(client.graphs.listEdges(graph)), ["e1", "e3", "e4", "e5"]);
      equal(await idsOf(client.graphs.listHyperedges(graph, { types: ["RAN"] })), ["h1"]);
      const stale = await failure(
        client.graphs.write(graph, [mutation.patchNode(id, { expectedVersion: version })]),
      );
      equal(stale.code, "ABORTED");
    },
  },
  {
    name: "batches of a graph go over a stream, where the transport has one",
    async run({ client, sendsStreams }) {
      const graph = await campaigns(client);
      const batches = async function* () {
        yield [mutation.putNode({ id: "a" }), mutation.putNode({ id: "b" })];
        yield [mutation.putEdge({ type: "T", source: "a", target: "b" })];
      };
      if (!sendsStreams) {
        await failure(client.graphs.writeStream(graph, batches()));
        return;
      }
      const done = await client.graphs.writeStream(graph, batches());
      equal([done.batches, done.counts?.nodesCreated, done.counts?.edgesCreated], [2n, 2n, 1n]);
    },
  },
  {
    name: "a graph is walked by direction, type, property and limits",
    async run({ client }) {
      const graph = await campaigns(client);
      const poor = { where: [property("budget").lessThan(600)] };
      equal(await idsOf(client.graphs.listNodes(graph, poor)), ["spring"]);
      const met: (string | number)[] = [];
      for await (const { node } of client.graphs.neighbors(graph, "banner", { pageSize: 1 })) {
        met.push(node.id);
      }
      equal(met, ["spring", "summer", "runners", "cooks"]);
      const found = await client.graphs.expand(graph, ["spring"], {
        direction: "out",
        maxHops: 2,
        edges: { types: ["HAS", "SHOWN_TO"] },
      });
      equal(nodeIds(found.nodes), ["spring", "video", "banner", "runners", "cooks"]);
      equal([found.limited, found.nodes[4]?.edge?.id], [false, "e6"]);
      const cut = await client.graphs.expand(graph, { anyLabel: ["Campaign"] }, { maxNodes: 1 });
      equal(cut.limited, true);

      const paths = await client.graphs.shortestPaths(graph, "spring", "runners", {
        maxPaths: 5,
        direction: "out",
      });
      equal(
        paths.map(({ edges }) => edges.map(({ id }) => id)),
        [
          ["e1", "e4"],
          ["e2", "e5"],
        ],
      );
      const [lightest] = await client.graphs.shortestPaths(graph, "spring", "runners", {
        weightProperty: "share",
        direction: "out",
      });
      equal(lightest?.length, 1.5);
      const drawn = await client.graphs.subgraph(graph, ["video"], { withHyperedges: true });
      equal(nodeIds(drawn.nodes), ["video", "spring", "runners"]);
      equal([drawn.edges.length, drawn.hyperedges.length], [2, 1]);
    },
  },
  {
    name: "hyperedges, likeness and algorithms say who belongs together",
    async run({ client }) {
      const graph = await campaigns(client);
      const both = client.graphs.hyperedgesOf(graph, ["meta", "cooks"], { all: true });
      equal(await idsOf(both), ["h2"]);
      const shared = await client.graphs.coMembers(graph, ["meta"], { limit: 1 });
      equal([nodeIds(shared), shared[0]?.strength], [["banner"], 3]);
      const [alike] = await client.graphs.similar(graph, "spring", { direction: "out" });
      equal([alike?.node.id, alike?.score], ["summer", 0.5]);

      const ranked = await client.graphs.run(
        graph,
        { case: "pageRank", value: {} },
        { limit: 1, writeProperty: "rank" },
      );
      equal([ranked.writtenCount, ranked.topNodes.length], [7n, 1]);
      const started = await client.graphs.runAsJob(graph, {
        case: "connectedComponents",
        value: {},
      });
      const { result } = await client.jobs.wait(started.name, { pollMs: 10 });
      equal(result.case === "graphAlgorithm" && result.value.groupCount, 2n);
    },
  },
  {
    name: "a walk starts from a search, and a search shows what the graph knows",
    async run({ client }) {
      const graph = await campaigns(client);
      const collection = `linked-${graph}`;
      await client.collections.create(collection, { dimension: 2, metric: "cosine" });
      await client.points.upsert(collection, [{ id: "p", embedding: [1, 0] }]);
      await client.graphs.write(graph, [
        mutation.patchNode("video", { link: { collection, pointId: "p" } }),
      ]);
      const query = { target: { case: "vector" as const, value: { components: [1, 0] } } };
      const found = await client.graphs.expand(
        graph,
        { similar: { collection, k: 1, query } },
        { edges: { types: ["SHOWN_TO"] } },
      );
      equal(nodeIds(found.nodes), ["video", "runners"]);
      equal(found.similarPoints[0]?.id, "p");
      const answer = await client.raw(SearchService).search({
        collection,
        k: 1,
        query,
        graphContext: { graph },
      });
      equal(answer.points[0]?.linkedNodes[0]?.neighbors.length, 2);
    },
  },
];
