import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { type Timestamp, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { invalidArgument } from "../errors.js";
import {
  type ElementId,
  ElementIdSchema,
  type StoredEdge,
  type StoredHyperedge,
  type StoredNode,
  type TimeSpan,
  type TimeSpanSchema,
} from "../gen/marketing/intelligence/v1/graph_pb.js";
import { fromProperties, type Properties } from "./property.js";

/** Names a node, an edge or a hyperedge. The text "7" and the number 7 are different ids. */
export type GraphId = string | number;

/** When something holds: from `from` on, before `to`; an end that is missing is open. */
export interface ValidTime {
  readonly from?: Date;
  readonly to?: Date;
}

/** The point of a collection that a node stands for. */
export interface PointLink {
  readonly collection: string;
  readonly pointId: string;
}

export interface GraphNode {
  readonly id: GraphId;
  readonly labels: readonly string[];
  /** Empty where a read was not asked for properties. */
  readonly properties: Properties;
  readonly link: PointLink | undefined;
  /** Journal sequence of its last write: what `expectedVersion` compares with. */
  readonly version: bigint;
}

export interface GraphEdge {
  readonly id: GraphId;
  readonly type: string;
  readonly source: GraphId;
  readonly target: GraphId;
  readonly properties: Properties;
  readonly validTime: ValidTime | undefined;
  readonly version: bigint;
}

export interface HyperedgeMember {
  readonly node: GraphId;
  /** May be empty. */
  readonly role: string;
}

export interface GraphHyperedge {
  readonly id: GraphId;
  readonly type: string;
  readonly members: readonly HyperedgeMember[];
  readonly weight: number;
  readonly confidence: number;
  readonly properties: Properties;
  readonly validTime: ValidTime | undefined;
  readonly version: bigint;
}

export function toId(id: GraphId, field = "id"): ElementId {
  if (typeof id === "string") {
    return create(ElementIdSchema, { kind: { case: "name", value: id } });
  }
  if (!Number.isSafeInteger(id) || id < 0) {
    throw invalidArgument(field, `is ${id}, not a text or a whole number from 0 to 2^53 - 1`);
  }
  return create(ElementIdSchema, { kind: { case: "number", value: BigInt(id) } });
}

export function toIds(ids: readonly GraphId[], field = "ids"): ElementId[] {
  return ids.map((id, i) => toId(id, `${field}[${i}]`));
}

export function fromId(id: ElementId | undefined): GraphId {
  return id?.kind.case === "number" ? Number(id.kind.value) : (id?.kind.value ?? "");
}

export function toSpan(span: ValidTime): MessageInitShape<typeof TimeSpanSchema> {
  return {
    ...(span.from && { from: timestampFromDate(span.from) }),
    ...(span.to && { to: timestampFromDate(span.to) }),
  };
}

function fromTimestamp(time: Timestamp): Date {
  return new Date(Number(time.seconds) * 1000 + Math.floor(time.nanos / 1e6));
}

function fromSpan(span: TimeSpan | undefined): ValidTime | undefined {
  if (!span) return undefined;
  return {
    ...(span.from && { from: fromTimestamp(span.from) }),
    ...(span.to && { to: fromTimestamp(span.to) }),
  };
}

export function fromNode(stored: StoredNode | undefined): GraphNode {
  const node = stored?.node;
  return {
    id: fromId(node?.id),
    labels: node?.labels ?? [],
    properties: fromProperties(node?.properties ?? {}),
    link: node?.link && { collection: node.link.collection, pointId: node.link.pointId },
    version: stored?.version ?? 0n,
  };
}

export function fromEdge(stored: StoredEdge | undefined): GraphEdge {
  const edge = stored?.edge;
  return {
    id: fromId(edge?.id),
    type: edge?.type ?? "",
    source: fromId(edge?.sourceId),
    target: fromId(edge?.targetId),
    properties: fromProperties(edge?.properties ?? {}),
    validTime: fromSpan(edge?.validTime),
    version: stored?.version ?? 0n,
  };
}

export function fromHyperedge(stored: StoredHyperedge | undefined): GraphHyperedge {
  const hyperedge = stored?.hyperedge;
  return {
    id: fromId(hyperedge?.id),
    type: hyperedge?.type ?? "",
    members: (hyperedge?.members ?? []).map((member) => ({
      node: fromId(member.nodeId),
      role: member.role,
    })),
    weight: hyperedge?.weight ?? 1,
    confidence: hyperedge?.confidence ?? 1,
    properties: fromProperties(hyperedge?.properties ?? {}),
    validTime: fromSpan(hyperedge?.validTime),
    version: stored?.version ?? 0n,
  };
}
