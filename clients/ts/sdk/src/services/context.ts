import type { Caller, CallOptions } from "../call.js";
import { invalidArgument, MarketingIntelligenceError } from "../errors.js";
import { CollectionService } from "../gen/marketing/intelligence/v1/collection_service_pb.js";
import { OperationsService } from "../gen/marketing/intelligence/v1/operations_service_pb.js";
import type { BatchLimits } from "../upsert.js";
import { type VectorInput, type VectorRules, vectorFault } from "../vector.js";

/**
 * What every service of the client is built on: the caller, and what the client has learnt about the
 * server and its collections, asked for once.
 */
export class ServiceContext {
  private readonly collections = new Map<string, Promise<VectorRules>>();
  private serverLimits: Promise<BatchLimits> | undefined;

  constructor(readonly caller: Caller) {}

  /** What one call may hold. */
  limits(options: CallOptions): Promise<BatchLimits> {
    this.serverLimits ??= this.fetchLimits(options).catch((error) => {
      this.serverLimits = undefined;
      throw error;
    });
    return this.serverLimits;
  }

  /** What a collection, or the one that an alias names, asks of vectors. */
  rules(collection: string, options: CallOptions): Promise<VectorRules> {
    let rules = this.collections.get(collection);
    if (!rules) {
      rules = this.fetchRules(collection, options);
      this.collections.set(collection, rules);
      rules.catch(() => this.forget(collection));
    }
    return rules;
  }

  /** Drops what is known of a collection: it was deleted, or an alias names another one. */
  forget(collection: string): void {
    this.collections.delete(collection);
  }

  /** Refuses a vector that the collection would refuse. Looks again before it does: an alias may have moved. */
  async checkVector(
    collection: string,
    vector: VectorInput,
    field: string,
    options: CallOptions,
  ): Promise<void> {
    if (!vectorFault(vector, await this.rules(collection, options))) return;
    this.forget(collection);
    const fault = vectorFault(vector, await this.rules(collection, options));
    if (fault) throw invalidArgument(field, fault);
  }

  private async fetchLimits(options: CallOptions): Promise<BatchLimits> {
    const { limits } = await this.caller.unary(OperationsService.method.getServerInfo, {}, options);
    return {
      points: limits?.maxPointsPerUpsert || 1_000,
      bytes: Number(limits?.maxMessageBytes || 16n * 1024n * 1024n) - 4_096,
    };
  }

  private async fetchRules(name: string, options: CallOptions): Promise<VectorRules> {
    const answer = await this.caller.unary(
      CollectionService.method.getCollection,
      { name },
      options,
    );
    const config = answer.collection?.config;
    if (!config) {
      throw new MarketingIntelligenceError({
        code: "INTERNAL",
        detail: `the server described '${name}' without its configuration`,
        origin: "server",
        rpc: "CollectionService.GetCollection",
      });
    }
    return { dimension: config.dimension, metric: config.metric };
  }
}
