// A campaign graph in ten lines, and three questions about it.
//
// Usage: node graph.ts [ADDRESS]

import { MarketingIntelligence, mutation } from "@marketing-intelligence/sdk";

const client = new MarketingIntelligence({ address: process.argv[2] ?? "localhost:7700" });
const { graphs } = client;

await graphs.create("launch", { indexes: [{ label: "Campaign", property: "name", unique: true }] });
await graphs.write("launch", [
  mutation.putNode({
    id: "spring",
    labels: ["Campaign"],
    properties: { name: "Spring", budget: 500 },
  }),
  mutation.putNode({ id: "video", labels: ["Creative"] }),
  mutation.putNode({ id: "runners", labels: ["Audience"] }),
  mutation.putNode({ id: "meta", labels: ["Channel"] }),
  mutation.putEdge({ type: "HAS_CREATIVE", source: "spring", target: "video" }),
  mutation.putEdge({ type: "SHOWN_TO", source: "video", target: "runners" }),
  mutation.putHyperedge({
    type: "SHOWN",
    weight: 0.8,
    members: [
      { node: "video", role: "creative" },
      { node: "runners", role: "audience" },
      { node: "meta", role: "channel" },
    ],
  }),
]);

const reached = await graphs.expand("launch", ["spring"], { maxHops: 2, direction: "out" });
for (const { node, hops } of reached.nodes) console.log(`${hops} ${node.id}`);

const [strongest] = await graphs.coMembers("launch", ["meta"]);
console.log(`with meta: ${strongest?.node.id}, ${strongest?.strength}`);

const ranked = await graphs.run(
  "launch",
  { case: "pageRank", value: {} },
  { writeProperty: "rank" },
);
console.log(`${ranked.writtenCount} ranked in ${ranked.iterationCount} rounds`);

await graphs.delete("launch");
client.close();
