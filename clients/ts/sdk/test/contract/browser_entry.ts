import { createWebTransport, MarketingIntelligence } from "@marketing-intelligence/sdk";
import { recording } from "./recording.ts";
import { contract } from "./suite.ts";

declare global {
  interface Window {
    /** Runs one case against a gateway; returns what went wrong. */
    runCase(address: string, index: number): Promise<string | undefined>;
    caseNames: string[];
    backend: string;
    sent: string[];
  }
}

const clients = new Map<string, MarketingIntelligence>();

window.sent = [];
window.caseNames = contract.map(({ name }) => name);
window.backend = new MarketingIntelligence().backend;
window.runCase = async (address, index) => {
  let client = clients.get(address);
  if (!client) {
    const transport = recording(createWebTransport({ address }), window.sent);
    client = new MarketingIntelligence({ transport });
    clients.set(address, client);
  }
  try {
    await contract[index]?.run({ client, sent: window.sent, sendsStreams: false });
    return undefined;
  } catch (error) {
    return error instanceof Error ? `${error.message}\n${error.stack}` : String(error);
  }
};
