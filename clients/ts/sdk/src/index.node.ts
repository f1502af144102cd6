import { type Backend, type ClientOptions, MarketingIntelligenceBase } from "./client.js";
import { createNodeTransport, type NodeTransportOptions } from "./transport/grpc.js";

export * from "./exports.js";
export { createNodeTransport, type NodeTransportOptions };

const grpc: Backend = {
  name: "grpc",
  defaultAddress: () => "localhost:7700",
  open: (address) => createNodeTransport({ address }),
};

/**
 * A client of a Marketing Intelligence server.
 *
 * @example
 * using client = new MarketingIntelligence({ address: "localhost:7700", apiKey });
 * await client.initialize({ collection: "campaigns", dimension: 384 });
 * await client.upsertCampaigns([{ id: "c-1", embedding, payload: { platform: "meta" } }]);
 * const { points } = await client.searchSimilarCampaigns(embedding, 10);
 */
export class MarketingIntelligence extends MarketingIntelligenceBase {
  constructor(options: ClientOptions = {}) {
    super(options, grpc);
  }
}
