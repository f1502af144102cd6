import { create, type MessageInitShape } from "@bufbuild/protobuf";
import {
  type GraphMutation,
  GraphMutationSchema,
} from "../gen/marketing/intelligence/v1/graph_service_pb.js";
import {
  type GraphId,
  type HyperedgeMember,
  type PointLink,
  toId,
  toSpan,
  type ValidTime,
} from "./element.js";
import { type PropertiesInput, toProperties } from "./property.js";

export type { GraphMutation } from "../gen/marketing/intelligence/v1/graph_service_pb.js";

interface Expecting {
  /** Refuses the whole batch unless the stored element has this version; 0n: must not exist. */
  readonly expectedVersion?: bigint;
}

export interface NodeInput extends Expecting {
  /** Made up by the server when it is missing. */
  readonly id?: GraphId;
  readonly labels?: readonly string[];
  readonly properties?: PropertiesInput;
  readonly link?: PointLink;
}

export interface NodePatch extends Expecting {
  /** Only these change; `null` removes one. */
  readonly properties?: PropertiesInput;
  readonly addLabels?: readonly string[];
  readonly removeLabels?: readonly string[];
  /** `null` removes it. */
  readonly link?: PointLink | null;
}

export interface EdgeInput extends Expecting {
  readonly id?: GraphId;
  readonly type: string;
  readonly source: GraphId;
  readonly target: GraphId;
  readonly properties?: PropertiesInput;
  readonly validTime?: ValidTime;
  /** Without an id: takes the first edge of this type between the two, if there is one. */
  readonly merge?: boolean;
}

export interface EdgePatch extends Expecting {
  /** Only these change; `null` removes one. */
  readonly properties?: PropertiesInput;
  readonly validTime?: ValidTime;
}

export interface HyperedgeInput extends Expecting {
  readonly id?: GraphId;
  readonly type: string;
  readonly members: readonly (Omit<HyperedgeMember, "role"> & { readonly role?: string })[];
  /** Default: 1. */
  readonly weight?: number;
  /** 0 to 1. Default: 1. */
  readonly confidence?: number;
  readonly properties?: PropertiesInput;
  readonly validTime?: ValidTime;
}

export interface HyperedgePatch extends Expecting {
  /** Only these change; `null` removes one. */
  readonly properties?: PropertiesInput;
  readonly weight?: number;
  readonly confidence?: number;
  readonly validTime?: ValidTime;
}

type Kind = GraphMutation["kind"];
type KindInit = NonNullable<MessageInitShape<typeof GraphMutationSchema>["kind"]>;

const make = (kind: KindInit): GraphMutation => create(GraphMutationSchema, { kind });

const expecting = ({ expectedVersion }: Expecting) =>
  expectedVersion === undefined ? {} : { expectedVersion };
const identified = (id: GraphId | undefined) => (id === undefined ? {} : { id: toId(id) });
const valid = (span: ValidTime | undefined) =>
  span === undefined ? {} : { validTime: toSpan(span) };
const given = <K extends string>(name: K, value: number | undefined) =>
  (value === undefined ? {} : { [name]: value }) as { [P in K]?: number };

/** The changes of a batch; see `graphs.write`. */
export const mutation = {
  /** Inserts a node, or replaces all of it but its edges. */
  putNode: (node: NodeInput): GraphMutation =>
    make({
      case: "putNode",
      value: {
        node: {
          ...identified(node.id),
          labels: [...(node.labels ?? [])],
          properties: toProperties(node.properties ?? {}),
          ...(node.link && { link: node.link }),
        },
        ...expecting(node),
      },
    }),

  patchNode: (id: GraphId, patch: NodePatch): GraphMutation =>
    make({
      case: "patchNode",
      value: {
        id: toId(id),
        properties: toProperties(patch.properties ?? {}),
        addLabels: [...(patch.addLabels ?? [])],
        removeLabels: [...(patch.removeLabels ?? [])],
        ...(patch.link && { link: patch.link }),
        removeLink: patch.link === null,
        ...expecting(patch),
      },
    }),

  /** `detach` deletes its edges, and the hyperedges that it is in, as well. */
  deleteNode: (id: GraphId, options: Expecting & { readonly detach?: boolean } = {}) =>
    make({
      case: "deleteNode",
      value: { id: toId(id), detach: options.detach ?? false, ...expecting(options) },
    }),

  /** Inserts an edge, or replaces the properties and the time of one. */
  putEdge: (edge: EdgeInput): GraphMutation =>
    make({
      case: "putEdge",
      value: {
        edge: {
          ...identified(edge.id),
          type: edge.type,
          sourceId: toId(edge.source, "source"),
          targetId: toId(edge.target, "target"),
          properties: toProperties(edge.properties ?? {}),
          ...valid(edge.validTime),
        },
        merge: edge.merge ?? false,
        ...expecting(edge),
      },
    }),

  patchEdge: (id: GraphId, patch: EdgePatch): GraphMutation =>
    make({
      case: "patchEdge",
      value: {
        id: toId(id),
        properties: toProperties(patch.properties ?? {}),
        ...valid(patch.validTime),
        ...expecting(patch),
      },
    }),

  deleteEdge: (id: GraphId, options: Expecting = {}): GraphMutation =>
    make({ case: "deleteEdge", value: { id: toId(id), ...expecting(options) } }),

  /** Inserts a hyperedge, or replaces all of it. */
  putHyperedge: (hyperedge: HyperedgeInput): GraphMutation =>
    make({
      case: "putHyperedge",
      value: {
        hyperedge: {
          ...identified(hyperedge.id),
          type: hyperedge.type,
          members: hyperedge.members.map((member, i) => ({
            nodeId: toId(member.node, `members[${i}].node`),
            role: member.role ?? "",
          })),
          ...given("weight", hyperedge.weight),
          ...given("confidence", hyperedge.confidence),
          properties: toProperties(hyperedge.properties ?? {}),
          ...valid(hyperedge.validTime),
        },
        ...expecting(hyperedge),
      },
    }),

  patchHyperedge: (id: GraphId, patch: HyperedgePatch): GraphMutation =>
    make({
      case: "patchHyperedge",
      value: {
        id: toId(id),
        properties: toProperties(patch.properties ?? {}),
        ...given("weight", patch.weight),
        ...given("confidence", patch.confidence),
        ...valid(patch.validTime),
        ...expecting(patch),
      },
    }),

  deleteHyperedge: (id: GraphId, options: Expecting = {}): GraphMutation =>
    make({ case: "deleteHyperedge", value: { id: toId(id), ...expecting(options) } }),
} satisfies Record<NonNullable<Kind["case"]>, unknown>;
