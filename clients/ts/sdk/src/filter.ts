import { create } from "@bufbuild/protobuf";
import {
  type Condition,
  ConditionSchema,
  type Filter,
  FilterSchema,
  Quantifier,
} from "./gen/marketing/intelligence/v1/filter_pb.js";
import { type GeoPoint, type PayloadInput, toListValue, toValue } from "./value.js";

export type { Filter } from "./gen/marketing/intelligence/v1/filter_pb.js";

/** A value that one condition compares with: no list, no object. */
export type FilterValue = Exclude<PayloadInput, readonly PayloadInput[] | Record<string, unknown>>;

/** Bounds of {@link Field.range}; at least one, all of the same type. */
export interface RangeBounds<T extends number | bigint | string | Date> {
  readonly greaterThan?: T;
  readonly greaterThanOrEqual?: T;
  readonly lessThan?: T;
  readonly lessThanOrEqual?: T;
}

/** True when every filter is; without any it is true. */
export function and(...filters: readonly Filter[]): Filter {
  return create(FilterSchema, { kind: { case: "and", value: { filters: [...filters] } } });
}

/** True when at least one filter is; without any it is false. */
export function or(...filters: readonly Filter[]): Filter {
  return create(FilterSchema, { kind: { case: "or", value: { filters: [...filters] } } });
}

/** True when the filter is not. */
export function not(filter: Filter): Filter {
  return create(FilterSchema, { kind: { case: "not", value: filter } });
}

/**
 * Starts a condition on the values that a path reaches in a point's payload.
 *
 * @param path Keys joined by dots, `budget.daily`; {@link path} joins keys that contain dots. Where the
 *   path meets a list it goes on into every element.
 *
 * @example
 * and(field("platform").equals("meta"), field("budget.daily").greaterThan(100))
 */
export function field(path: string): Field {
  return new Field(path, Quantifier.UNSPECIFIED);
}

/** Joins keys into a path, with a backslash before each dot that belongs to a key. */
export function path(...keys: readonly string[]): string {
  return keys.map((key) => key.replace(/[\\.]/g, "\\$&")).join(".");
}

/** Conditions on one payload field; made by {@link field}. */
export class Field {
  constructor(
    private readonly path: string,
    private readonly quantifier: Quantifier,
  ) {}

  /** Asks that every value reached passes, instead of any. */
  get all(): Field {
    return new Field(this.path, Quantifier.ALL);
  }

  /** Equal to a value; integers and floats compare as numbers. */
  equals(value: FilterValue): Filter {
    return this.condition({ case: "equal", value: toValue(value, this.path) });
  }

  /** The opposite of {@link equals}: also true where the field is absent. */
  notEquals(value: FilterValue): Filter {
    return this.condition({ case: "notEqual", value: toValue(value, this.path) });
  }

  /** Equal to one of at most 10,000 values. */
  in(values: readonly FilterValue[]): Filter {
    return this.condition({ case: "in", value: toListValue(values, this.path) });
  }

  /** The opposite of {@link in}: also true where the field is absent. */
  notIn(values: readonly FilterValue[]): Filter {
    return this.condition({ case: "notIn", value: toListValue(values, this.path) });
  }

  /** Within bounds, on numbers, datetimes or strings (compared by bytes). */
  range<T extends number | bigint | string | Date>(bounds: RangeBounds<T>): Filter {
    const bound = (value: T | undefined) =>
      value === undefined ? undefined : toValue(value, this.path);
    return this.condition({
      case: "range",
      value: {
        $typeName: "marketing.intelligence.v1.Range",
        greaterThan: bound(bounds.greaterThan),
        greaterThanOrEqual: bound(bounds.greaterThanOrEqual),
        lessThan: bound(bounds.lessThan),
        lessThanOrEqual: bound(bounds.lessThanOrEqual),
      },
    });
  }

  greaterThan(value: number | bigint | string | Date): Filter {
    return this.range({ greaterThan: value });
  }

  greaterThanOrEqual(value: number | bigint | string | Date): Filter {
    return this.range({ greaterThanOrEqual: value });
  }

  lessThan(value: number | bigint | string | Date): Filter {
    return this.range({ lessThan: value });
  }

  lessThanOrEqual(value: number | bigint | string | Date): Filter {
    return this.range({ lessThanOrEqual: value });
  }

  /** Has the words of `query`, in any order: all of them, or, with `anyWord`, at least one. */
  matchesText(query: string, options: { readonly anyWord?: boolean } = {}): Filter {
    return this.condition({
      case: "textMatch",
      value: {
        $typeName: "marketing.intelligence.v1.TextMatch",
        query,
        anyWord: options.anyWord ?? false,
      },
    });
  }

  /** Within a great-circle distance of a place, 0 to 20,100,000 metres. */
  withinRadius(center: GeoPoint, radiusMeters: number): Filter {
    return this.condition({
      case: "geoRadius",
      value: {
        $typeName: "marketing.intelligence.v1.GeoRadius",
        center: { $typeName: "marketing.intelligence.v1.GeoPoint", ...center },
        radiusMeters,
      },
    });
  }

  /** Between two parallels and two meridians, in degrees; one with west > east crosses the antimeridian. */
  withinBox(box: {
    readonly south: number;
    readonly west: number;
    readonly north: number;
    readonly east: number;
  }): Filter {
    return this.condition({
      case: "geoBoundingBox",
      value: { $typeName: "marketing.intelligence.v1.GeoBoundingBox", ...box },
    });
  }

  /** The path reaches at least one value, null included. */
  exists(): Filter {
    return this.condition({
      case: "exists",
      value: { $typeName: "marketing.intelligence.v1.Exists" },
    });
  }

  /** The path reaches a null. An absent field is not null. */
  isNull(): Filter {
    return this.condition({
      case: "isNull",
      value: { $typeName: "marketing.intelligence.v1.IsNull" },
    });
  }

  private condition(test: Condition["test"]): Filter {
    const condition = create(ConditionSchema, {
      path: this.path,
      quantifier: this.quantifier,
      test,
    });
    return create(FilterSchema, { kind: { case: "condition", value: condition } });
  }
}
