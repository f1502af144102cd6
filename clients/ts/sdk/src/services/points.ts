import { create } from "@bufbuild/protobuf";
import type { CallOptions, WriteOptions } from "../call.js";
import { invalidArgument } from "../errors.js";
import type { Filter } from "../gen/marketing/intelligence/v1/filter_pb.js";
import {
  type Query,
  QuerySchema,
  type SearchRequest,
  SearchRequestSchema,
  type SearchResponse,
  SearchService,
} from "../gen/marketing/intelligence/v1/search_service_pb.js";
import {
  fromScored,
  fromStored,
  type Point,
  type PointInput,
  type ReturnOptions,
  type SearchResult,
  toPointWrite,
  toReturnFields,
} from "../point.js";
import { type UpsertOptions, type UpsertResult, upsertInBatches } from "../upsert.js";
import { checkVector, toComponents, type VectorInput } from "../vector.js";
import type { ServiceContext } from "./context.js";

/** What to search for: a vector, or the id of a stored point, which is itself left out. */
export type QueryInput = VectorInput | { readonly id: string };

/** How to search, beside the query. */
export interface SearchOptions extends ReturnOptions {
  /** All points when not given. */
  readonly filter?: Filter | undefined;
  /** HNSW: candidates kept, 1 to 4,096. Default: the collection's. */
  readonly efSearch?: number;
  /** IVF: lists visited. Default: the collection's. */
  readonly nProbe?: number;
  /** Scans every matching point: the exact answer. Default: false. */
  readonly exact?: boolean;
  /** Leaves out points that score worse. */
  readonly scoreThreshold?: number;
}

/** Which points to delete. */
export type DeleteSelector =
  | { readonly ids: readonly string[]; readonly expectedVersions?: readonly bigint[] }
  | { readonly filter: Filter };

/** Writing, reading and searching the points of a collection (SearchService). */
export class PointsService {
  constructor(private readonly context: ServiceContext) {}

  /**
   * Inserts points, or replaces those whose ids exist. Any number: they are sent in batches of at most
   * 1,000, each of them atomic, and each with an idempotency key, so that retries write nothing twice.
   */
  async upsert(
    collection: string,
    points: Iterable<PointInput> | AsyncIterable<PointInput>,
    options: UpsertOptions = {},
  ): Promise<UpsertResult> {
    const { caller } = this.context;
    const limits = await this.context.limits(options);
    const rules = await this.context.rules(collection, options);
    return upsertInBatches(caller, collection, points, rules, limits, options);
  }

  /**
   * Writes batches over one stream, which is answered when it ends; Node only, as browsers cannot
   * send streams. Batches before one that fails stay written: the error's metadata hold
   * `committed_batches`.
   */
  async upsertStream(
    collection: string,
    batches: AsyncIterable<readonly PointInput[]>,
    options: CallOptions = {},
  ): Promise<{ batches: bigint; inserted: bigint; replaced: bigint; commitToken: string }> {
    const { caller } = this.context;
    const rules = await this.context.rules(collection, options);
    const answer = await caller.clientStream(
      SearchService.method.streamUpsertPoints,
      (async function* () {
        for await (const batch of batches) {
          const points = batch.map((point, i) => {
            checkVector(point.embedding, rules, `points[${i}].embedding`);
            return toPointWrite(point, `points[${i}]`);
          });
          yield { collection, points };
        }
      })(),
      options,
    );
    return {
      batches: answer.batchCount,
      inserted: answer.insertedCount,
      replaced: answer.replacedCount,
      commitToken: answer.commitToken,
    };
  }

  /** Deletes points by id or by filter. Ids that do not exist are counted, not refused. */
  async delete(
    collection: string,
    selector: DeleteSelector,
    options: WriteOptions = {},
  ): Promise<{ deleted: bigint; missing: bigint; commitToken: string }> {
    const answer = await this.context.caller.unary(
      SearchService.method.deletePoints,
      {
        collection,
        selector:
          "ids" in selector
            ? {
                case: "ids",
                value: {
                  ids: [...selector.ids],
                  expectedVersions: [...(selector.expectedVersions ?? [])],
                },
              }
            : { case: "filter", value: selector.filter },
        idempotencyKey: options.idempotencyKey ?? "",
      },
      options,
    );
    return {
      deleted: answer.deletedCount,
      missing: answer.missingCount,
      commitToken: answer.commitToken,
    };
  }

  /** The points with these ids, in this order; those that do not exist are left out. */
  async get(
    collection: string,
    ids: readonly string[],
    options: ReturnOptions & CallOptions = {},
  ): Promise<Point[]> {
    const answer = await this.context.caller.unary(
      SearchService.method.getPoints,
      { collection, ids: [...ids], returnFields: toReturnFields(options) },
      options,
    );
    return answer.points.map(fromStored);
  }

  /**
   * All points that match, in ascending order of id, page by page as the loop asks for them.
   *
   * @example
   * for await (const point of client.points.list("campaigns")) console.log(point.id);
   */
  async *list(
    collection: string,
    options: ReturnOptions &
      CallOptions & { readonly filter?: Filter; readonly pageSize?: number } = {},
  ): AsyncGenerator<Point, void, void> {
    let pageToken = "";
    do {
      const page = await this.context.caller.unary(
        SearchService.method.listPoints,
        {
          collection,
          ...(options.filter && { filter: options.filter }),
          pageSize: options.pageSize ?? 0,
          pageToken,
          returnFields: toReturnFields(options),
        },
        options,
      );
      for (const stored of page.points) yield fromStored(stored);
      pageToken = page.nextPageToken;
    } while (pageToken !== "");
  }

  /** How many points match; all when there is no filter. Exact. */
  async count(collection: string, filter?: Filter, options: CallOptions = {}): Promise<bigint> {
    const answer = await this.context.caller.unary(
      SearchService.method.countPoints,
      { collection, ...(filter && { filter }) },
      options,
    );
    return answer.count;
  }

  /** The `k` nearest points that match, 1 to 10,000. Whenever `k` points match, `k` come back. */
  async search(
    collection: string,
    query: QueryInput,
    k: number,
    options: SearchOptions & CallOptions = {},
  ): Promise<SearchResult> {
    const request = await this.toSearchRequest(collection, query, k, options);
    return toResult(await this.context.caller.unary(SearchService.method.search, request, options));
  }

  /** Several searches of one collection, all on the same state; answers in the same order. */
  async batchSearch(
    collection: string,
    searches: readonly (SearchOptions & { readonly query: QueryInput; readonly k: number })[],
    options: CallOptions = {},
  ): Promise<SearchResult[]> {
    const requests = await Promise.all(
      searches.map((search) => this.toSearchRequest(collection, search.query, search.k, search)),
    );
    const answer = await this.context.caller.unary(
      SearchService.method.batchSearch,
      { collection, searches: requests },
      options,
    );
    return answer.responses.map(toResult);
  }

  /** Every matching point that scores at least as well as the threshold, nearest first. Exact. */
  async rangeSearch(
    collection: string,
    query: QueryInput,
    scoreThreshold: number,
    options: ReturnOptions &
      CallOptions & { readonly filter?: Filter; readonly limit?: number } = {},
  ): Promise<SearchResult & { readonly totalCount: bigint }> {
    const answer = await this.context.caller.unary(
      SearchService.method.rangeSearch,
      {
        collection,
        query: await this.toQuery(collection, query, options),
        scoreThreshold,
        ...(options.filter && { filter: options.filter }),
        limit: options.limit ?? 0,
        returnFields: toReturnFields(options),
      },
      options,
    );
    return {
      points: answer.points.map(fromScored),
      plan: answer.plan,
      totalCount: answer.totalCount,
    };
  }

  private async toSearchRequest(
    collection: string,
    query: QueryInput,
    k: number,
    options: SearchOptions & CallOptions,
  ): Promise<SearchRequest> {
    if (!Number.isInteger(k) || k < 1)
      throw invalidArgument("k", `is ${k}, not a whole number from 1`);
    const { efSearch, nProbe, exact, scoreThreshold, filter } = options;
    return create(SearchRequestSchema, {
      collection,
      query: await this.toQuery(collection, query, options),
      k,
      ...(filter && { filter }),
      options: {
        exact: exact ?? false,
        ...(efSearch !== undefined && { efSearch }),
        ...(nProbe !== undefined && { nProbe }),
      },
      returnFields: toReturnFields(options),
      ...(scoreThreshold !== undefined && { scoreThreshold }),
    });
  }

  private async toQuery(
    collection: string,
    query: QueryInput,
    options: CallOptions,
  ): Promise<Query> {
    if ("id" in query) return create(QuerySchema, { target: { case: "pointId", value: query.id } });
    await this.context.checkVector(collection, query, "query.vector", options);
    return create(QuerySchema, {
      target: { case: "vector", value: { components: toComponents(query) } },
    });
  }
}

function toResult(response: SearchResponse): SearchResult {
  return { points: response.points.map(fromScored), plan: response.plan };
}
