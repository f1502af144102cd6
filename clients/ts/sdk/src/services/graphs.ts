import type { MessageInitShape } from "@bufbuild/protobuf";
import type { CallOptions, WriteOptions } from "../call.js";
import type {
  GraphAlgorithmResult,
  GraphAlgorithmSchema,
  GraphProjectionSchema,
} from "../gen/marketing/intelligence/v1/graph_algorithm_pb.js";
import type {
  GetGraphStatsResponse,
  Graph,
  GraphIndexSchema,
  GraphMutationCounts,
  GraphService,
  NeighborhoodSimilarity,
  StartNodesSchema,
} from "../gen/marketing/intelligence/v1/graph_service_pb.js";
import type { Job } from "../gen/marketing/intelligence/v1/job_pb.js";
import type { SearchRequestSchema } from "../gen/marketing/intelligence/v1/search_service_pb.js";
import {
  fromEdge,
  fromHyperedge,
  fromId,
  fromNode,
  type GraphEdge,
  type GraphHyperedge,
  type GraphId,
  type GraphNode,
  toId,
  toIds,
} from "../graph/element.js";
import type { GraphMutation } from "../graph/mutation.js";
import {
  type DirectionName,
  type EdgeSelection,
  type NodeSelection,
  toDirection,
  toEdgeSelector,
  toNodeSelector,
} from "../graph/selector.js";
import { fromScored, type SimilarPoint } from "../point.js";
import type { ServiceContext } from "./context.js";
import { required } from "./required.js";

/** An index over a property of the nodes with a label. */
export type GraphIndexInput = Omit<MessageInitShape<typeof GraphIndexSchema>, "$typeName">;

/** Where a walk starts: nodes by id, by what they are like, or those linked to what a search finds. */
export type StartInput =
  | readonly GraphId[]
  | NodeSelection
  | { readonly similar: MessageInitShape<typeof SearchRequestSchema> };

/** Which way to walk, and past what. */
export interface WalkOptions {
  readonly direction?: DirectionName;
  readonly edges?: EdgeSelection;
  readonly nodes?: NodeSelection;
  readonly withProperties?: boolean;
}

export interface ExpandOptions extends WalkOptions {
  /** 1 to 32. Default: 1. */
  readonly maxHops?: number;
  readonly minHops?: number;
  readonly maxEdgesPerNode?: number;
  /** 1 to 100,000. Default: 1,000. */
  readonly maxNodes?: number;
  readonly maxEdgesScanned?: number;
}

/** What a walk met, nearest first. */
export interface Expansion {
  readonly nodes: readonly {
    readonly node: GraphNode;
    readonly hops: number;
    /** By which it was met first; undefined for the start. */
    readonly edge: GraphEdge | undefined;
  }[];
  /** Whether a limit cut the walk off. */
  readonly limited: boolean;
  readonly edgesScanned: bigint;
  readonly similarPoints: readonly SimilarPoint[];
}

export interface PathOptions extends WalkOptions {
  /** The property that is an edge's length; without it, edges count. */
  readonly weightProperty?: string;
  readonly defaultWeight?: number;
  readonly maxHops?: number;
  readonly maxPaths?: number;
}

export interface GraphPath {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  readonly length: number;
}

export interface SubgraphOptions extends WalkOptions {
  /** 0 to 8. Default: 1. */
  readonly hops?: number;
  readonly withHyperedges?: boolean;
  readonly hyperedges?: EdgeSelection;
  readonly maxNodes?: number;
  readonly maxEdges?: number;
}

export interface Subgraph {
  readonly nodes: readonly {
    readonly node: GraphNode;
    readonly hops: number;
    /** All edges of the node in the graph, shown or not. */
    readonly degree: bigint;
  }[];
  readonly edges: readonly GraphEdge[];
  readonly hyperedges: readonly GraphHyperedge[];
  readonly nodesLeftOut: bigint;
  readonly edgesLeftOut: bigint;
}

/** How alike two sets of neighbours are. */
export type SimilarityName = "jaccard" | "adamic_adar" | "common_neighbors" | "overlap";

const similarities = {
  jaccard: 1 satisfies NeighborhoodSimilarity.JACCARD,
  adamic_adar: 2 satisfies NeighborhoodSimilarity.ADAMIC_ADAR,
  common_neighbors: 3 satisfies NeighborhoodSimilarity.COMMON_NEIGHBORS,
  overlap: 4 satisfies NeighborhoodSimilarity.OVERLAP,
} as const satisfies Record<SimilarityName, NeighborhoodSimilarity>;

type Methods = typeof GraphService.method;

/** The description of a method, loaded with the first call: pages without graphs never load it. */
async function method<K extends keyof Methods>(name: K): Promise<Methods[K]> {
  const api = await import("../gen/marketing/intelligence/v1/graph_service_pb.js");
  return api.GraphService.method[name];
}

export interface AlgorithmOptions {
  /** Which part of the graph; all of it by default. */
  readonly projection?: MessageInitShape<typeof GraphProjectionSchema>;
  /** Nodes or groups that come back, 0 to 10,000. Default: 100. */
  readonly limit?: number;
  /** Where to write the score or the group of every node to. */
  readonly writeProperty?: string;
}

/** One algorithm with its settings: `{ case: "pageRank", value: { damping: 0.9 } }`. */
export type AlgorithmInput = NonNullable<MessageInitShape<typeof GraphAlgorithmSchema>["kind"]>;

/** What a batch did. */
export interface GraphWriteResult {
  /** The version of everything that was written. */
  readonly version: bigint;
  readonly counts: GraphMutationCounts | undefined;
  /** Ids that the server made up, by the position of the mutation. */
  readonly assignedIds: ReadonlyMap<number, GraphId>;
  readonly commitToken: string;
}

interface PageOptions extends CallOptions {
  readonly pageSize?: number;
}

/** Property graphs: nodes, edges and hyperedges (GraphService). */
export class GraphsService {
  constructor(private readonly context: ServiceContext) {}

  async create(
    name: string,
    options: WriteOptions & { readonly indexes?: readonly GraphIndexInput[] } = {},
  ): Promise<Graph> {
    const answer = await this.context.caller.unary(
      await method("createGraph"),
      { name, indexes: [...(options.indexes ?? [])], ...key(options) },
      options,
    );
    return required(answer.graph, "graph");
  }

  async get(name: string, options: CallOptions = {}): Promise<Graph> {
    const answer = await this.context.caller.unary(await method("getGraph"), { name }, options);
    return required(answer.graph, "graph");
  }

  async list(options: CallOptions = {}): Promise<Graph[]> {
    return (await this.context.caller.unary(await method("listGraphs"), {}, options)).graphs;
  }

  /** Deletes a graph with all that is in it. */
  async delete(name: string, options: WriteOptions = {}): Promise<void> {
    await this.context.caller.unary(
      await method("deleteGraph"),
      { name, ...key(options) },
      options,
    );
  }

  async createIndex(
    graph: string,
    index: GraphIndexInput,
    options: WriteOptions = {},
  ): Promise<void> {
    await this.context.caller.unary(
      await method("createGraphIndex"),
      { graph, index, ...key(options) },
      options,
    );
  }

  async deleteIndex(
    graph: string,
    label: string,
    property: string,
    options: WriteOptions = {},
  ): Promise<void> {
    await this.context.caller.unary(
      await method("deleteGraphIndex"),
      { graph, label, property, ...key(options) },
      options,
    );
  }

  /** Counts, degrees, indexes and memory. */
  async stats(graph: string, options: CallOptions = {}): Promise<GetGraphStatsResponse> {
    return this.context.caller.unary(await method("getGraphStats"), { graph }, options);
  }

  /**
   * Carries out up to 10,000 mutations in order: all of them, or none.
   *
   * @example
   * await client.graphs.write("campaigns", [
   *   mutation.putNode({ id: "spring", labels: ["Campaign"], properties: { budget: 500 } }),
   *   mutation.putEdge({ type: "TARGETS", source: "spring", target: "runners" }),
   * ]);
   */
  async write(
    graph: string,
    mutations: readonly GraphMutation[],
    options: WriteOptions = {},
  ): Promise<GraphWriteResult> {
    const answer = await this.context.caller.unary(
      await method("writeGraph"),
      { graph, mutations: [...mutations], ...key(options) },
      options,
    );
    return {
      version: answer.version,
      counts: answer.counts,
      assignedIds: new Map(
        answer.assignedIds.map((assigned) => [assigned.mutation, fromId(assigned.id)]),
      ),
      commitToken: answer.commitToken,
    };
  }

  /**
   * Writes batches over one stream; Node only, as browsers cannot send streams. Batches before one that
   * fails stay written: the error's metadata hold `committed_batches`.
   */
  async writeStream(
    graph: string,
    batches: AsyncIterable<readonly GraphMutation[]>,
    options: CallOptions = {},
  ): Promise<{ batches: bigint; counts: GraphMutationCounts | undefined; commitToken: string }> {
    const answer = await this.context.caller.clientStream(
      await method("streamWriteGraph"),
      (async function* () {
        for await (const batch of batches) yield { graph, mutations: [...batch] };
      })(),
      options,
    );
    return {
      batches: answer.batchCount,
      counts: answer.counts,
      commitToken: answer.commitToken,
    };
  }

  /** The nodes with these ids, in this order; those that do not exist are left out. */
  async nodes(
    graph: string,
    ids: readonly GraphId[],
    options: CallOptions = {},
  ): Promise<GraphNode[]> {
    const answer = await this.context.caller.unary(
      await method("getNodes"),
      { graph, ids: toIds(ids) },
      options,
    );
    return answer.nodes.map(fromNode);
  }

  async edges(
    graph: string,
    ids: readonly GraphId[],
    options: CallOptions = {},
  ): Promise<GraphEdge[]> {
    const answer = await this.context.caller.unary(
      await method("getEdges"),
      { graph, ids: toIds(ids) },
      options,
    );
    return answer.edges.map(fromEdge);
  }

  async hyperedges(
    graph: string,
    ids: readonly GraphId[],
    options: CallOptions = {},
  ): Promise<GraphHyperedge[]> {
    const answer = await this.context.caller.unary(
      await method("getHyperedges"),
      { graph, ids: toIds(ids) },
      options,
    );
    return answer.hyperedges.map(fromHyperedge);
  }

  /** All nodes that are meant, page by page, through an index where one serves. */
  async *listNodes(
    graph: string,
    options: PageOptions & NodeSelection = {},
  ): AsyncGenerator<GraphNode, void, void> {
    let pageToken = "";
    do {
      const page = await this.context.caller.unary(
        await method("listNodes"),
        { graph, selector: toNodeSelector(options), pageSize: options.pageSize ?? 0, pageToken },
        options,
      );
      for (const node of page.nodes) yield fromNode(node);
      pageToken = page.nextPageToken;
    } while (pageToken !== "");
  }

  async *listEdges(
    graph: string,
    options: PageOptions & EdgeSelection = {},
  ): AsyncGenerator<GraphEdge, void, void> {
    let pageToken = "";
    do {
      const page = await this.context.caller.unary(
        await method("listEdges"),
        { graph, selector: toEdgeSelector(options), pageSize: options.pageSize ?? 0, pageToken },
        options,
      );
      for (const edge of page.edges) yield fromEdge(edge);
      pageToken = page.nextPageToken;
    } while (pageToken !== "");
  }

  async *listHyperedges(
    graph: string,
    options: PageOptions & EdgeSelection = {},
  ): AsyncGenerator<GraphHyperedge, void, void> {
    let pageToken = "";
    do {
      const page = await this.context.caller.unary(
        await method("listHyperedges"),
        { graph, selector: toEdgeSelector(options), pageSize: options.pageSize ?? 0, pageToken },
        options,
      );
      for (const hyperedge of page.hyperedges) yield fromHyperedge(hyperedge);
      pageToken = page.nextPageToken;
    } while (pageToken !== "");
  }

  /** The edges of a node and the nodes at their other ends, page by page. */
  async *neighbors(
    graph: string,
    node: GraphId,
    options: PageOptions & WalkOptions = {},
  ): AsyncGenerator<{ node: GraphNode; edge: GraphEdge }, void, void> {
    let pageToken = "";
    do {
      const page = await this.context.caller.unary(
        await method("listNeighbors"),
        {
          graph,
          nodeId: toId(node),
          ...walk(options),
          pageSize: options.pageSize ?? 0,
          pageToken,
        },
        options,
      );
      for (const neighbor of page.neighbors) {
        yield { node: fromNode(neighbor.node), edge: fromEdge(neighbor.edge) };
      }
      pageToken = page.nextPageToken;
    } while (pageToken !== "");
  }

  /**
   * Walks from some nodes along edges, nearest first.
   *
   * @example Similar to this embedding, then two hops along SHOWN_TO
   * await client.graphs.expand("campaigns", { similar: { collection: "campaigns", k: 3, query } }, {
   *   maxHops: 2, edges: { types: ["HAS_CREATIVE", "SHOWN_TO"] }, direction: "out" });
   */
  async expand(
    graph: string,
    start: StartInput,
    options: ExpandOptions & CallOptions = {},
  ): Promise<Expansion> {
    const answer = await this.context.caller.unary(
      await method("expandNodes"),
      {
        graph,
        start: toStart(start),
        ...walk(options),
        minHops: options.minHops ?? 0,
        maxHops: options.maxHops ?? 0,
        maxEdgesPerNode: options.maxEdgesPerNode ?? 0,
        maxNodes: options.maxNodes ?? 0,
        maxEdgesScanned: options.maxEdgesScanned ?? 0,
      },
      options,
    );
    return {
      nodes: answer.nodes.map((met) => ({
        node: fromNode(met.node),
        hops: met.hops,
        edge: met.edge && fromEdge(met.edge),
      })),
      limited: answer.nodesLimited || answer.edgesPerNodeLimited || answer.edgesScannedLimited,
      edgesScanned: answer.edgesScanned,
      similarPoints: answer.similarPoints.map(fromScored),
    };
  }

  /** Shortest paths between two nodes; none is an empty list. */
  async shortestPaths(
    graph: string,
    source: GraphId,
    target: GraphId,
    options: PathOptions & CallOptions = {},
  ): Promise<GraphPath[]> {
    const answer = await this.context.caller.unary(
      await method("findShortestPaths"),
      {
        graph,
        sourceId: toId(source, "source"),
        targetId: toId(target, "target"),
        ...walk(options),
        weightProperty: options.weightProperty ?? "",
        ...(options.defaultWeight !== undefined && { defaultWeight: options.defaultWeight }),
        maxHops: options.maxHops ?? 0,
        maxPaths: options.maxPaths ?? 0,
      },
      options,
    );
    return answer.paths.map((path) => ({
      nodes: path.nodes.map(fromNode),
      edges: path.edges.map(fromEdge),
      length: path.length,
    }));
  }

  /** The hyperedges that some nodes are in, page by page. */
  async *hyperedgesOf(
    graph: string,
    nodes: readonly GraphId[],
    options: PageOptions & {
      /** All of the nodes have to be members, instead of one. */
      readonly all?: boolean;
      readonly roles?: readonly string[];
      readonly hyperedges?: EdgeSelection;
    } = {},
  ): AsyncGenerator<GraphHyperedge, void, void> {
    let pageToken = "";
    do {
      const page = await this.context.caller.unary(
        await method("findHyperedges"),
        {
          graph,
          nodeIds: toIds(nodes, "nodes"),
          allNodes: options.all ?? false,
          roles: [...(options.roles ?? [])],
          hyperedges: toEdgeSelector(options.hyperedges),
          pageSize: options.pageSize ?? 0,
          pageToken,
        },
        options,
      );
      for (const hyperedge of page.hyperedges) yield fromHyperedge(hyperedge);
      pageToken = page.nextPageToken;
    } while (pageToken !== "");
  }

  /** The nodes that share hyperedges with some nodes, strongest first. */
  async coMembers(
    graph: string,
    nodes: readonly GraphId[],
    options: CallOptions & {
      readonly hyperedges?: EdgeSelection;
      readonly among?: NodeSelection;
      /** 1 to 10,000. Default: 100. */
      readonly limit?: number;
      readonly withProperties?: boolean;
    } = {},
  ): Promise<{ node: GraphNode; shared: bigint; strength: number }[]> {
    const answer = await this.context.caller.unary(
      await method("findCoMembers"),
      {
        graph,
        nodeIds: toIds(nodes, "nodes"),
        hyperedges: toEdgeSelector(options.hyperedges),
        nodes: toNodeSelector(options.among),
        limit: options.limit ?? 0,
        returnElements: { withProperties: options.withProperties ?? false },
      },
      options,
    );
    return answer.members.map((member) => ({
      node: fromNode(member.node),
      shared: member.sharedCount,
      strength: member.strength,
    }));
  }

  /** The neighbourhood of some nodes, ready to draw. */
  async subgraph(
    graph: string,
    center: StartInput,
    options: SubgraphOptions & CallOptions = {},
  ): Promise<Subgraph> {
    const answer = await this.context.caller.unary(
      await method("getSubgraph"),
      {
        graph,
        center: toStart(center),
        ...walk(options),
        ...(options.hops !== undefined && { hops: options.hops }),
        withHyperedges: options.withHyperedges ?? false,
        hyperedges: toEdgeSelector(options.hyperedges),
        maxNodes: options.maxNodes ?? 0,
        maxEdges: options.maxEdges ?? 0,
      },
      options,
    );
    return {
      nodes: answer.nodes.map((shown) => ({
        node: fromNode(shown.node),
        hops: shown.hops,
        degree: shown.degree,
      })),
      edges: answer.edges.map(fromEdge),
      hyperedges: answer.hyperedges.map(fromHyperedge),
      nodesLeftOut: answer.nodesLeftOut,
      edgesLeftOut: answer.edgesLeftOut,
    };
  }

  /** The nodes whose neighbours are most like those of a node. */
  async similar(
    graph: string,
    node: GraphId,
    options: CallOptions &
      WalkOptions & { readonly similarity?: SimilarityName; readonly limit?: number } = {},
  ): Promise<{ node: GraphNode; score: number; commonNeighbors: bigint }[]> {
    const { returnElements: _, ...way } = walk(options);
    const answer = await this.context.caller.unary(
      await method("findSimilarNodes"),
      {
        graph,
        nodeId: toId(node),
        ...way,
        similarity: similarities[options.similarity ?? "jaccard"],
        limit: options.limit ?? 0,
      },
      options,
    );
    return answer.nodes.map((similar) => ({
      node: fromNode(similar.node),
      score: similar.score,
      commonNeighbors: similar.commonNeighborCount,
    }));
  }

  /** Computes PageRank, components, communities or betweenness, and waits for the outcome. */
  async run(
    graph: string,
    algorithm: AlgorithmInput,
    options: AlgorithmOptions & CallOptions = {},
  ): Promise<GraphAlgorithmResult> {
    const { outcome } = await this.context.caller.unary(
      await method("runGraphAlgorithm"),
      algorithmRequest(graph, algorithm, options, false),
      options,
    );
    return required(outcome.case === "result" ? outcome.value : undefined, "result");
  }

  /** The same as a job, for graphs that take long: `jobs.wait` waits for it. */
  async runAsJob(
    graph: string,
    algorithm: AlgorithmInput,
    options: AlgorithmOptions & CallOptions = {},
  ): Promise<Job> {
    const { outcome } = await this.context.caller.unary(
      await method("runGraphAlgorithm"),
      algorithmRequest(graph, algorithm, options, true),
      options,
    );
    return required(outcome.case === "job" ? outcome.value : undefined, "job");
  }
}

function key({ idempotencyKey }: WriteOptions) {
  return idempotencyKey === undefined ? {} : { idempotencyKey };
}

function walk(options: WalkOptions) {
  return {
    direction: toDirection(options.direction),
    edges: toEdgeSelector(options.edges),
    nodes: toNodeSelector(options.nodes),
    returnElements: { withProperties: options.withProperties ?? false },
  };
}

function toStart(start: StartInput): MessageInitShape<typeof StartNodesSchema> {
  if (isIds(start)) return { kind: { case: "ids", value: { ids: toIds(start) } } };
  if ("similar" in start) return { kind: { case: "similar", value: start.similar } };
  return { kind: { case: "selector", value: toNodeSelector(start) } };
}

function isIds(start: StartInput): start is readonly GraphId[] {
  return Array.isArray(start);
}

function algorithmRequest(
  graph: string,
  algorithm: AlgorithmInput,
  options: AlgorithmOptions,
  asJob: boolean,
) {
  return {
    graph,
    algorithm: { kind: algorithm },
    ...(options.projection && { projection: options.projection }),
    ...(options.limit !== undefined && { limit: options.limit }),
    writeProperty: options.writeProperty ?? "",
    asJob,
  };
}
