// Writes three campaigns and finds the one that is most like another.
//
// Usage: node quickstart.ts [ADDRESS]      a server without keys, as `make run` starts it

import { field, MarketingIntelligence } from "@marketing-intelligence/sdk";

const client = new MarketingIntelligence({ address: process.argv[2] ?? "localhost:7700" });
await client.initialize({ collection: "quickstart", dimension: 4, metric: "cosine" });

await client.upsertCampaigns([
  { id: "spring", embedding: [0.9, 0.1, 0, 0.2], payload: { platform: "meta", budget: 120 } },
  { id: "summer", embedding: [0.8, 0.2, 0.1, 0.3], payload: { platform: "google", budget: 80 } },
  { id: "winter", embedding: [0, 0.9, 0.8, 0], payload: { platform: "meta", budget: 200 } },
]);

const embedding = Float32Array.of(1, 0, 0, 0.2);
const { points } = await client.searchSimilarCampaigns(embedding, 2);
for (const { id, score, payload } of points) console.log(id, score.toFixed(3), payload.platform);

const rich = field("budget").greaterThan(100);
const filtered = await client.searchSimilarCampaigns(embedding, 2, rich);
console.log("with a budget over 100:", filtered.points.map((p) => p.id).join(", "));

await client.collections.delete("quickstart");
client.close();
