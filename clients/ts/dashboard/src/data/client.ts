import { MarketingIntelligence } from "@marketing-intelligence/sdk";

// A key of the gateway, for as long as the tab is open. The server's key stays
// in the gateway.
const storage = "access-key";

let client: MarketingIntelligence | undefined;

function make(): MarketingIntelligence {
  const apiKey = sessionStorage.getItem(storage);
  return new MarketingIntelligence(apiKey ? { apiKey } : {});
}

/** The client of this tab. */
export function getClient(): MarketingIntelligence {
  client ??= make();
  return client;
}

/** Uses another access key from now on. */
export function setAccessKey(key: string): void {
  sessionStorage.setItem(storage, key);
  client = make();
}

/** Headers for the gateway's own addresses under /api. */
export function accessHeaders(): Record<string, string> {
  const key = sessionStorage.getItem(storage);
  return key ? { "x-api-key": key } : {};
}
