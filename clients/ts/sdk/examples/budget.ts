// A budget split over three campaigns, and what another unit would earn.
//
// Usage: node budget.ts [ADDRESS]

import { MarketingIntelligence } from "@marketing-intelligence/sdk";

const client = new MarketingIntelligence({ address: process.argv[2] ?? "localhost:7700" });

const split = await client.optimizeBudgetAllocation({
  budget: 10_000,
  groups: [{ id: "meta", maxSpend: 4_000 }],
  campaigns: [
    {
      id: "search",
      currentSpend: 5_000,
      curve: { hill: { saturation: 900, scale: 4_000, shape: 0.8 } },
    },
    {
      id: "video",
      group: "meta",
      currentSpend: 3_000,
      curve: { michaelisMenten: { saturation: 700, scale: 3_000 } },
    },
    {
      id: "feed",
      group: "meta",
      currentSpend: 2_000,
      curve: { hill: { saturation: 500, scale: 1_500, shape: 1.6 } },
    },
  ],
});

for (const { id, spend, change, marginalRoi } of split.campaigns) {
  console.log(
    `${id}: ${spend.toFixed(2)} (${change.toFixed(2)}), ${marginalRoi.toFixed(3)} at the margin`,
  );
}
console.log(`${split.responseBefore.toFixed(0)} -> ${split.responseAfter.toFixed(0)} responses`);
console.log(`a larger limit of meta earns ${split.groups[0]?.shadowPrice.toFixed(4)} a unit`);
console.log(`proven to ${split.certificate.relativeGap.toExponential(0)} of the best`);
client.close();
