import { type Backend, type ClientOptions, MarketingIntelligenceBase } from "./client.js";
import { createWebTransport } from "./transport/grpc_web.js";

export * from "./exports.js";

const grpcWeb: Backend = {
  name: "grpc-web",
  defaultAddress: () => globalThis.location?.origin ?? "http://localhost:7780",
  open: (address) => createWebTransport({ address }),
};

/**
 * A client of a Marketing Intelligence server, through a gateway that speaks grpc-web.
 *
 * @example
 * const client = new MarketingIntelligence();
 * const { points } = await client.searchSimilarCampaigns({ id: "c-1" }, 10);
 */
export class MarketingIntelligence extends MarketingIntelligenceBase {
  constructor(options: ClientOptions = {}) {
    super(options, grpcWeb);
  }
}
