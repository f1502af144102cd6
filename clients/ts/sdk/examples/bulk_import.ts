// Imports many points from a generator, without ever holding them all, and says how far it is. Ended and
// begun again, it writes nothing twice: its idempotency prefix is that of this import.
//
// Usage: node bulk_import.ts [ADDRESS]

import { MarketingIntelligence, MarketingIntelligenceError } from "@marketing-intelligence/sdk";

const client = new MarketingIntelligence({ address: process.argv[2] ?? "localhost:7700" });
await client.initialize({ collection: "import", dimension: 64 });

function* rows() {
  for (let i = 0; i < 5_000; i++) {
    const embedding = Float32Array.from({ length: 64 }, (_, j) => Math.sin(i * 64 + j));
    yield { id: `row-${i}`, embedding, payload: { row: i } };
  }
}

try {
  const result = await client.upsertCampaigns(rows(), {
    idempotencyPrefix: "import-of-monday",
    onProgress: ({ written }) => {
      if (written % 2_000 === 0) console.log(`${written} written`);
    },
  });
  console.log(`${result.inserted} new, ${result.replaced} replaced, in ${result.batches} batches`);
} catch (error) {
  if (!(error instanceof MarketingIntelligenceError)) throw error;
  console.error(`stopped after ${error.metadata.written_points}: ${error.message}`);
  process.exitCode = 1;
}

await client.collections.delete("import");
client.close();
