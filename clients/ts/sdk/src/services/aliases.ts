import type { CallOptions, WriteOptions } from "../call.js";
import {
  type Alias,
  CollectionService,
} from "../gen/marketing/intelligence/v1/collection_service_pb.js";
import type { ServiceContext } from "./context.js";
import { required } from "./required.js";

/** Second names of collections (CollectionService). */
export class AliasesService {
  constructor(private readonly context: ServiceContext) {}

  /** Gives a collection a second name. */
  async create(alias: string, collection: string, options: WriteOptions = {}): Promise<Alias> {
    const answer = await this.context.caller.unary(
      CollectionService.method.createAlias,
      { alias: { name: alias, collection }, idempotencyKey: options.idempotencyKey ?? "" },
      options,
    );
    this.context.forget(alias);
    return required(answer.alias, "alias");
  }

  /** Points an alias at another collection in one step; returns the one it named before. */
  async update(
    alias: string,
    collection: string,
    options: WriteOptions = {},
  ): Promise<{ alias: Alias; previousCollection: string }> {
    const answer = await this.context.caller.unary(
      CollectionService.method.updateAlias,
      { alias: { name: alias, collection }, idempotencyKey: options.idempotencyKey ?? "" },
      options,
    );
    this.context.forget(alias);
    return {
      alias: required(answer.alias, "alias"),
      previousCollection: answer.previousCollection,
    };
  }

  /** Removes an alias; the collection stays. */
  async delete(alias: string, options: WriteOptions = {}): Promise<{ commitToken: string }> {
    const answer = await this.context.caller.unary(
      CollectionService.method.deleteAlias,
      { name: alias, idempotencyKey: options.idempotencyKey ?? "" },
      options,
    );
    this.context.forget(alias);
    return { commitToken: answer.commitToken };
  }

  /** Aliases by name: of one collection, or all. */
  async list(options: CallOptions & { readonly collection?: string } = {}): Promise<Alias[]> {
    const answer = await this.context.caller.unary(
      CollectionService.method.listAliases,
      { collection: options.collection ?? "" },
      options,
    );
    return answer.aliases;
  }
}
