import { create } from "@bufbuild/protobuf";
import type { CallOptions, WriteOptions } from "../call.js";
import {
  type Collection,
  type CollectionConfig,
  CollectionConfigSchema,
  CollectionService,
  type CollectionStats,
  type IndexConfig,
  IndexConfigSchema,
  Metric,
  PayloadFieldType,
} from "../gen/marketing/intelligence/v1/collection_service_pb.js";
import type { ServiceContext } from "./context.js";
import { required } from "./required.js";

/** How near two vectors are. */
export type MetricName = "cosine" | "dot" | "euclidean" | "manhattan";

/** What a payload field is indexed as. */
export type PayloadFieldTypeName =
  | "keyword"
  | "integer"
  | "float"
  | "bool"
  | "datetime"
  | "geo"
  | "text";

/** How sealed segments are searched. */
export type IndexInput =
  | { readonly kind: "flat" }
  | {
      readonly kind: "hnsw";
      readonly m?: number;
      readonly efConstruction?: number;
      readonly efSearch?: number;
    }
  | { readonly kind: "ivf"; readonly nLists?: number; readonly nProbe?: number };

/** A new collection. */
export interface CollectionInput {
  /** Components of every vector, 1 to 4,096. */
  readonly dimension: number;
  /** Default: cosine. */
  readonly metric?: MetricName;
  /** Default: HNSW with its defaults. */
  readonly index?: IndexInput;
  /** Payload fields to index, by path; at most 64. */
  readonly payloadFields?: Readonly<Record<string, PayloadFieldTypeName>>;
}

const metrics: Record<MetricName, Metric> = {
  cosine: Metric.COSINE,
  dot: Metric.DOT,
  euclidean: Metric.EUCLIDEAN,
  manhattan: Metric.MANHATTAN,
};

const fieldTypes: Record<PayloadFieldTypeName, PayloadFieldType> = {
  keyword: PayloadFieldType.KEYWORD,
  integer: PayloadFieldType.INTEGER,
  float: PayloadFieldType.FLOAT,
  bool: PayloadFieldType.BOOL,
  datetime: PayloadFieldType.DATETIME,
  geo: PayloadFieldType.GEO,
  text: PayloadFieldType.TEXT,
};

/** Creating and describing collections (CollectionService). */
export class CollectionsService {
  constructor(private readonly context: ServiceContext) {}

  /** Creates an empty collection. `ALREADY_EXISTS` when a collection or an alias has the name. */
  async create(
    name: string,
    config: CollectionInput,
    options: WriteOptions = {},
  ): Promise<Collection> {
    const answer = await this.context.caller.unary(
      CollectionService.method.createCollection,
      { name, config: toConfig(config), idempotencyKey: options.idempotencyKey ?? "" },
      options,
    );
    this.context.forget(name);
    return required(answer.collection, "collection");
  }

  /** A collection's configuration; accepts an alias. */
  async get(name: string, options: CallOptions = {}): Promise<Collection> {
    const answer = await this.context.caller.unary(
      CollectionService.method.getCollection,
      { name },
      options,
    );
    return required(answer.collection, "collection");
  }

  /** All collections by name, page by page. */
  async *list(
    options: CallOptions & { readonly pageSize?: number } = {},
  ): AsyncGenerator<Collection, void, void> {
    let pageToken = "";
    do {
      const page = await this.context.caller.unary(
        CollectionService.method.listCollections,
        { pageSize: options.pageSize ?? 0, pageToken },
        options,
      );
      yield* page.collections;
      pageToken = page.nextPageToken;
    } while (pageToken !== "");
  }

  /** Changes the index or the indexed payload fields; segments are rebuilt in the background. */
  async update(
    name: string,
    change: {
      readonly index?: IndexInput;
      readonly payloadFields?: Readonly<Record<string, PayloadFieldTypeName>>;
      readonly expectedVersion?: bigint;
    },
    options: WriteOptions = {},
  ): Promise<Collection> {
    const paths = [
      ...(change.index ? ["index"] : []),
      ...(change.payloadFields ? ["payload_fields"] : []),
    ];
    const answer = await this.context.caller.unary(
      CollectionService.method.updateCollection,
      {
        name,
        config: create(CollectionConfigSchema, {
          ...(change.index && { index: toIndex(change.index) }),
          payloadFields: toPayloadFields(change.payloadFields ?? {}),
        }),
        updateMask: { paths },
        ...(change.expectedVersion !== undefined && { expectedVersion: change.expectedVersion }),
        idempotencyKey: options.idempotencyKey ?? "",
      },
      options,
    );
    return required(answer.collection, "collection");
  }

  /** Deletes a collection with all its points. `FAILED_PRECONDITION` while an alias points at it. */
  async delete(name: string, options: WriteOptions = {}): Promise<{ commitToken: string }> {
    const answer = await this.context.caller.unary(
      CollectionService.method.deleteCollection,
      { name, idempotencyKey: options.idempotencyKey ?? "" },
      options,
    );
    this.context.forget(name);
    return { commitToken: answer.commitToken };
  }

  /** Counts and sizes, computed when asked. */
  async stats(name: string, options: CallOptions = {}): Promise<CollectionStats> {
    const answer = await this.context.caller.unary(
      CollectionService.method.getCollectionStats,
      { name },
      options,
    );
    return required(answer.stats, "stats");
  }
}

function toConfig(config: CollectionInput): CollectionConfig {
  return create(CollectionConfigSchema, {
    dimension: config.dimension,
    metric: metrics[config.metric ?? "cosine"],
    ...(config.index && { index: toIndex(config.index) }),
    payloadFields: toPayloadFields(config.payloadFields ?? {}),
  });
}

function toPayloadFields(fields: Readonly<Record<string, PayloadFieldTypeName>>) {
  return Object.entries(fields).map(([path, type]) => ({ path, type: fieldTypes[type] }));
}

function toIndex(index: IndexInput): IndexConfig {
  switch (index.kind) {
    case "flat":
      return create(IndexConfigSchema, { kind: { case: "flat", value: {} } });
    case "hnsw": {
      const { kind: _, ...value } = index;
      return create(IndexConfigSchema, { kind: { case: "hnsw", value } });
    }
    case "ivf": {
      const { kind: _, ...value } = index;
      return create(IndexConfigSchema, { kind: { case: "ivf", value } });
    }
  }
}
