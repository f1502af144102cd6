import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import {
  Direction,
  type EdgeSelectorSchema,
  type NodeSelectorSchema,
  type PropertyCondition,
  PropertyConditionSchema,
} from "../gen/marketing/intelligence/v1/graph_pb.js";
import { PropertyListSchema } from "../gen/marketing/intelligence/v1/property_value_pb.js";
import { type PropertyInput, toProperty } from "./property.js";

export type { PropertyCondition } from "../gen/marketing/intelligence/v1/graph_pb.js";

/** Which edges of a node are meant: those that start at it, those that end there, or both (default). */
export type DirectionName = "out" | "in" | "both";

/** Which nodes are meant; all when empty. */
export interface NodeSelection {
  /** At least one of these labels. */
  readonly anyLabel?: readonly string[];
  readonly allLabels?: readonly string[];
  /** All must hold; see {@link property}. */
  readonly where?: readonly PropertyCondition[];
}

/** Which edges, or which hyperedges, are meant; all when empty. */
export interface EdgeSelection {
  readonly types?: readonly string[];
  /** All must hold; see {@link property}. */
  readonly where?: readonly PropertyCondition[];
  /** Only those that are valid at this moment. */
  readonly asOf?: Date;
}

/**
 * Starts a condition on a property of a node, an edge or a hyperedge. A comparison of a missing property,
 * or of values that cannot be compared, fails, also `notEquals`.
 *
 * @example
 * { anyLabel: ["Campaign"], where: [property("roas").greaterThan(4)] }
 */
export function property(name: string): PropertyTest {
  return new PropertyTest(name);
}

/** Conditions on one property; made by {@link property}. */
export class PropertyTest {
  constructor(private readonly name: string) {}

  /** Integers and floats compare as numbers. */
  equals(value: PropertyInput): PropertyCondition {
    return this.condition({ case: "equal", value: toProperty(value, this.name) });
  }
  notEquals(value: PropertyInput): PropertyCondition {
    return this.condition({ case: "notEqual", value: toProperty(value, this.name) });
  }
  lessThan(value: PropertyInput): PropertyCondition {
    return this.condition({ case: "lessThan", value: toProperty(value, this.name) });
  }
  lessThanOrEqual(value: PropertyInput): PropertyCondition {
    return this.condition({ case: "lessThanOrEqual", value: toProperty(value, this.name) });
  }
  greaterThan(value: PropertyInput): PropertyCondition {
    return this.condition({ case: "greaterThan", value: toProperty(value, this.name) });
  }
  greaterThanOrEqual(value: PropertyInput): PropertyCondition {
    return this.condition({ case: "greaterThanOrEqual", value: toProperty(value, this.name) });
  }
  /** Equal to one of at most 10,000 values. */
  in(values: readonly PropertyInput[]): PropertyCondition {
    const list = create(PropertyListSchema, {
      values: values.map((value, i) => toProperty(value, `${this.name}[${i}]`)),
    });
    return this.condition({ case: "in", value: list });
  }
  exists(): PropertyCondition {
    return this.condition({ case: "exists", value: true });
  }
  missing(): PropertyCondition {
    return this.condition({ case: "exists", value: false });
  }
  startsWith(text: string): PropertyCondition {
    return this.condition({ case: "startsWith", value: text });
  }
  endsWith(text: string): PropertyCondition {
    return this.condition({ case: "endsWith", value: text });
  }
  contains(text: string): PropertyCondition {
    return this.condition({ case: "contains", value: text });
  }

  private condition(test: PropertyCondition["test"]): PropertyCondition {
    return create(PropertyConditionSchema, { property: this.name, test });
  }
}

export function toDirection(direction: DirectionName | undefined): Direction {
  switch (direction) {
    case "out":
      return Direction.OUT;
    case "in":
      return Direction.IN;
    default:
      return Direction.BOTH;
  }
}

export function toNodeSelector(
  selection: NodeSelection = {},
): MessageInitShape<typeof NodeSelectorSchema> {
  return {
    anyLabel: [...(selection.anyLabel ?? [])],
    allLabels: [...(selection.allLabels ?? [])],
    conditions: [...(selection.where ?? [])],
  };
}

/** Selectors of edges and of hyperedges have the same members. */
export function toEdgeSelector(
  selection: EdgeSelection = {},
): Omit<MessageInitShape<typeof EdgeSelectorSchema>, "$typeName"> {
  return {
    types: [...(selection.types ?? [])],
    conditions: [...(selection.where ?? [])],
    ...(selection.asOf && { asOf: timestampFromDate(selection.asOf) }),
  };
}
