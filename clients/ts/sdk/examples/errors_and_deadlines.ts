// What can go wrong, and how it is told apart.
//
// Usage: node errors_and_deadlines.ts [ADDRESS]

import { MarketingIntelligence, MarketingIntelligenceError } from "@marketing-intelligence/sdk";

const client = new MarketingIntelligence({ address: process.argv[2] ?? "localhost:7700" });

async function attempt(name: string, call: Promise<unknown>): Promise<void> {
  try {
    await call;
    console.log(`${name}: fine`);
  } catch (error) {
    if (!(error instanceof MarketingIntelligenceError)) throw error;
    const fields = error.fieldViolations.map((violation) => violation.field).join(", ");
    console.log(
      `${name}: ${error.code}, ${error.retryable ? "try later" : "do not retry"} ${fields}`,
    );
  }
}

await client.initialize({ collection: "errors", dimension: 2 });
await attempt("a vector of three", client.searchSimilarCampaigns([1, 2, 3], 1));
await attempt("no vector at all", client.searchSimilarCampaigns([Number.NaN, 1], 1));
await attempt("too many", client.searchSimilarCampaigns([1, 2], 1_000_000));
await attempt("an unknown id", client.searchSimilarCampaigns({ id: "nobody" }, 1));
await attempt("cancelled", client.getCampaigns(["a"], { signal: AbortSignal.abort() }));
await client.collections.delete("errors");

const nobody = new MarketingIntelligence({ address: "127.0.0.1:1", timeoutMs: 500 });
await attempt("nobody there", nobody.server.info());

nobody.close();
client.close();
