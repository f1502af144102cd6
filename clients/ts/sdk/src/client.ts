import type { DescService } from "@bufbuild/protobuf";
import { type Client, createClient, type Transport } from "@connectrpc/connect";
import type { Allocation, AllocationInput } from "./budget/problem.js";
import type { FitInput, FittedCurve } from "./budget/series.js";
import { Caller, type CallOptions } from "./call.js";
import { MarketingIntelligenceError } from "./errors.js";
import type { Filter } from "./filter.js";
import { type Collection, Metric } from "./gen/marketing/intelligence/v1/collection_service_pb.js";
import type { GetServerInfoResponse } from "./gen/marketing/intelligence/v1/operations_service_pb.js";
import type { Point, PointInput, ReturnOptions, SearchResult } from "./point.js";
import { defaultRetryPolicy, type RetryPolicy } from "./retry.js";
import type { CollectionInput } from "./services/collections.js";
import { ServiceContext } from "./services/context.js";
import { type Services, services } from "./services/index.js";
import type { QueryInput, SearchOptions } from "./services/points.js";
import type { UpsertOptions, UpsertResult } from "./upsert.js";

/** Settings of a client. */
export interface ClientOptions {
  /**
   * Where the server is. Node: `host:port`, or `https://host` with TLS; default `localhost:7700`.
   * Browser: the gateway's origin; default the page's own.
   */
  readonly address?: string;
  /** Sent as `x-api-key`. Node: a key of the server. Browser: one of the gateway, never of the server. */
  readonly apiKey?: string;
  /** Called before each call for a token that is sent as `authorization: Bearer`. */
  readonly idToken?: () => Promise<string> | string;
  /** Collection of the methods that name none. Default: `campaigns`. */
  readonly collection?: string;
  /** Time for a call in milliseconds, its retries included, unless the call says otherwise. Default: 15,000. */
  readonly timeoutMs?: number;
  readonly retry?: RetryPolicy;
  /** Replaces the transport that this platform would choose: another protocol, or one for tests. */
  readonly transport?: Transport & { close?: () => void };
}

/** How a platform reaches the server; chosen by the conditional exports of this package. */
export interface Backend {
  readonly name: "grpc" | "grpc-web";
  readonly defaultAddress: () => string;
  readonly open: (address: string) => Transport & { close?: () => void };
}

/** What {@link MarketingIntelligenceBase.initialize} should make sure of. */
export interface InitializeOptions extends Partial<CollectionInput>, CallOptions {
  /** Becomes the collection of the methods that name none. */
  readonly collection?: string;
}

/** The platform-independent part of the client; use `MarketingIntelligence`. */
export abstract class MarketingIntelligenceBase {
  /** `grpc` in Node, `grpc-web` in a browser. */
  readonly backend: "grpc" | "grpc-web" | "custom";
  readonly address: string;
  readonly points: Services["points"];
  readonly collections: Services["collections"];
  readonly aliases: Services["aliases"];
  readonly graphs: Services["graphs"];
  readonly budgets: Services["budgets"];
  readonly snapshots: Services["snapshots"];
  readonly jobs: Services["jobs"];
  readonly server: Services["server"];

  private readonly transport: Transport & { close?: () => void };
  private readonly caller: Caller;
  private readonly headers: () => Promise<HeadersInit | undefined> | HeadersInit | undefined;
  private defaultCollection: string;

  constructor(
    private readonly options: ClientOptions,
    backend: Backend,
  ) {
    this.address = options.address ?? backend.defaultAddress();
    this.backend = options.transport ? "custom" : backend.name;
    this.transport = options.transport ?? backend.open(this.address);
    this.headers = authorization(options);
    this.defaultCollection = options.collection ?? "campaigns";
    this.caller = new Caller({
      transport: this.transport,
      address: this.address,
      timeoutMs: this.timeoutMs,
      headers: this.headers,
      retry: { ...defaultRetryPolicy, ...options.retry },
    });
    const context = new ServiceContext(this.caller);
    this.points = new services.points(context);
    this.collections = new services.collections(context);
    this.aliases = new services.aliases(context);
    this.graphs = new services.graphs(context);
    this.budgets = new services.budgets(context);
    this.snapshots = new services.snapshots(context);
    this.jobs = new services.jobs(context);
    this.server = new services.server(context);
  }

  /** Collection of the methods that name none. */
  get collection(): string {
    return this.defaultCollection;
  }

  /**
   * Where the last write of this client stands in the journal, "epoch:sequence". A write is visible to
   * every later read when it is answered, so nothing needs to wait for it; a search's `plan.sequence`
   * says which state it saw.
   */
  get lastCommitToken(): string | undefined {
    return this.caller.lastCommitToken;
  }

  /**
   * A generated client, which takes and returns the messages of the API as they are: with this client's
   * key and deadline, without its retries and checks.
   *
   * @example
   * import { SearchService } from "@marketing-intelligence/sdk/api";
   * const { count } = await client.raw(SearchService).countPoints({ collection: "campaigns" });
   */
  raw<S extends DescService>(service: S): Client<S> {
    return createClient(service, withDefaults(this.transport, this.headers, this.timeoutMs));
  }

  /**
   * Waits until the server answers, and makes sure of the collection: creates it when it is not there
   * and `dimension` is given, and refuses to go on when it has another dimension or metric.
   */
  async initialize(
    options: InitializeOptions = {},
  ): Promise<{ server: GetServerInfoResponse; collection: Collection }> {
    if (options.collection !== undefined) this.defaultCollection = options.collection;
    const server = await this.server.info(options);
    const collection = await this.ensureCollection(options);
    return { server, collection };
  }

  /** Inserts campaigns, or replaces those whose ids exist; any number, in batches. See `points.upsert`. */
  upsertCampaigns(
    campaigns: Iterable<PointInput> | AsyncIterable<PointInput>,
    options: UpsertOptions & { readonly collection?: string } = {},
  ): Promise<UpsertResult> {
    return this.points.upsert(options.collection ?? this.collection, campaigns, options);
  }

  /**
   * The `k` campaigns nearest to an embedding, or to a stored campaign, among those that match.
   *
   * @example
   * const { points } = await client.searchSimilarCampaigns(embedding, 10, field("platform").equals("meta"));
   */
  searchSimilarCampaigns(
    embedding: QueryInput,
    k: number,
    filter?: Filter,
    options: SearchOptions & CallOptions & { readonly collection?: string } = {},
  ): Promise<SearchResult> {
    return this.points.search(options.collection ?? this.collection, embedding, k, {
      ...options,
      filter: filter ?? options.filter,
    });
  }

  /** The campaigns with these ids, in this order; those that do not exist are left out. */
  getCampaigns(
    ids: readonly string[],
    options: ReturnOptions & CallOptions & { readonly collection?: string } = {},
  ): Promise<Point[]> {
    return this.points.get(options.collection ?? this.collection, ids, options);
  }

  /** The best split of a budget over campaigns. See `budgets.allocate`. */
  optimizeBudgetAllocation(input: AllocationInput, options: CallOptions = {}): Promise<Allocation> {
    return this.budgets.allocate(input, options);
  }

  /** Response curves from what was spent and what came of it. See `budgets.fitResponseCurves`. */
  fitResponseCurves(input: FitInput, options: CallOptions = {}): Promise<FittedCurve[]> {
    return this.budgets.fitResponseCurves(input, options);
  }

  /** Ends the connection; calls on their way fail. */
  close(): void {
    this.transport.close?.();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  private get timeoutMs(): number {
    return this.options.timeoutMs ?? 15_000;
  }

  private async ensureCollection(options: InitializeOptions): Promise<Collection> {
    const name = this.collection;
    try {
      return checkConfig(await this.collections.get(name, options), options);
    } catch (error) {
      const absent = error instanceof MarketingIntelligenceError && error.code === "NOT_FOUND";
      if (!absent || options.dimension === undefined) throw error;
    }
    try {
      return await this.collections.create(
        name,
        { ...options, dimension: options.dimension },
        options,
      );
    } catch (error) {
      // Another client may have been quicker.
      if (!(error instanceof MarketingIntelligenceError && error.code === "ALREADY_EXISTS")) {
        throw error;
      }
      return checkConfig(await this.collections.get(name, options), options);
    }
  }
}

function checkConfig(collection: Collection, wanted: InitializeOptions): Collection {
  const { dimension = 0, metric = Metric.UNSPECIFIED } = collection.config ?? {};
  const differs =
    (wanted.dimension !== undefined && wanted.dimension !== dimension) ||
    (wanted.metric !== undefined && wanted.metric !== Metric[metric]?.toLowerCase());
  if (!differs) return collection;
  throw new MarketingIntelligenceError({
    code: "FAILED_PRECONDITION",
    detail:
      `'${collection.name}' has ${dimension} components under ${Metric[metric]?.toLowerCase()}, ` +
      `not ${wanted.dimension ?? dimension} under ${wanted.metric ?? "any metric"}`,
    origin: "client",
  });
}

function authorization(options: ClientOptions) {
  const { apiKey, idToken } = options;
  const fixed: HeadersInit | undefined = apiKey ? { "x-api-key": apiKey } : undefined;
  if (!idToken) return () => fixed;
  return async () => ({ ...fixed, authorization: `Bearer ${await idToken()}` });
}

/** A transport that adds the client's headers and deadline to calls that have none of their own. */
function withDefaults(
  transport: Transport,
  headers: () => Promise<HeadersInit | undefined> | HeadersInit | undefined,
  timeoutMs: number,
): Transport {
  const merged = async (own: HeadersInit | undefined) => {
    const all = new Headers(await headers());
    for (const [name, value] of new Headers(own)) all.set(name, value);
    return all;
  };
  return {
    async unary(method, signal, timeout, header, input, values) {
      return transport.unary(
        method,
        signal,
        timeout ?? timeoutMs,
        await merged(header),
        input,
        values,
      );
    },
    async stream(method, signal, timeout, header, input, values) {
      return transport.stream(method, signal, timeout, await merged(header), input, values);
    },
  };
}
