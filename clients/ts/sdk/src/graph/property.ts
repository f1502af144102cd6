import { create } from "@bufbuild/protobuf";
import { NullValue } from "@bufbuild/protobuf/wkt";
import { invalidArgument } from "../errors.js";
import {
  PropertyListSchema,
  PropertyMapSchema,
  type PropertyValue,
  PropertyValueSchema,
  type SpatialPoint,
  SpatialPoint_Reference,
  SpatialPointSchema,
} from "../gen/marketing/intelligence/v1/property_value_pb.js";
import { Float, GeoPoint } from "../value.js";

/** Which of Cypher's types of dates and times a {@link Temporal} has. */
export type TemporalKind =
  | "date"
  | "localTime"
  | "time"
  | "localDateTime"
  | "zonedDateTime"
  | "duration";

/**
 * A date, a time or a duration as ISO 8601 text, to the nanosecond: what a `Date` cannot hold. Made by
 * {@link temporal}.
 */
export class Temporal {
  constructor(
    readonly kind: TemporalKind,
    readonly text: string,
  ) {}
}

/** Marks a text as a date or a time: `temporal("date", "2026-03-01")`, `temporal("duration", "P2W")`. */
export function temporal(kind: TemporalKind, text: string): Temporal {
  return new Temporal(kind, text);
}

/** A point of a plane or a space without a relation to the Earth. */
export class CartesianPoint {
  constructor(
    readonly x: number,
    readonly y: number,
    readonly z?: number,
  ) {}
}

/**
 * What a property of a graph may hold. Whole numbers that a JavaScript number holds exactly become
 * integers, other numbers floats; `float(3)` is 3.0; a `Date` becomes a zoned date-time in UTC.
 */
export type PropertyInput =
  | null
  | boolean
  | number
  | bigint
  | string
  | Date
  | Temporal
  | GeoPoint
  | CartesianPoint
  | Float
  | readonly PropertyInput[]
  | { readonly [key: string]: PropertyInput | undefined };

/** What a property is read as. An integer beyond 2^53 is a `bigint`; dates and times are {@link Temporal}. */
export type Property =
  | null
  | boolean
  | number
  | bigint
  | string
  | Temporal
  | GeoPoint
  | CartesianPoint
  | Property[]
  | { [key: string]: Property };

/** Properties of a node, an edge or a hyperedge. */
export type Properties = { [key: string]: Property };
export type PropertiesInput = { readonly [key: string]: PropertyInput | undefined };

/** A JavaScript value as the API's PropertyValue. */
export function toProperty(input: PropertyInput, field = "value"): PropertyValue {
  return create(PropertyValueSchema, { kind: toKind(input, field) });
}

/** Properties as the API's map. Members that are `undefined` are left out. */
export function toProperties(
  input: PropertiesInput,
  field = "properties",
): { [key: string]: PropertyValue } {
  const properties: { [key: string]: PropertyValue } = {};
  for (const [key, value] of Object.entries(input)) {
    if (value !== undefined) properties[key] = toProperty(value, `${field}["${key}"]`);
  }
  return properties;
}

/** What a value of the API holds, as JavaScript. */
export function fromProperty(value: PropertyValue): Property {
  const kind = value.kind;
  switch (kind.case) {
    case "integerValue": {
      const number = Number(kind.value);
      return Number.isSafeInteger(number) ? number : kind.value;
    }
    case "booleanValue":
    case "floatValue":
    case "stringValue":
      return kind.value;
    case "listValue":
      return kind.value.values.map(fromProperty);
    case "mapValue":
      return fromProperties(kind.value.entries);
    case "dateValue":
      return new Temporal("date", kind.value);
    case "localTimeValue":
      return new Temporal("localTime", kind.value);
    case "timeValue":
      return new Temporal("time", kind.value);
    case "localDateTimeValue":
      return new Temporal("localDateTime", kind.value);
    case "zonedDateTimeValue":
      return new Temporal("zonedDateTime", kind.value);
    case "durationValue":
      return new Temporal("duration", kind.value);
    case "pointValue":
      return fromPoint(kind.value);
    default:
      // Null, or a kind that a newer server knows.
      return null;
  }
}

/** The API's map of properties, as an object. */
export function fromProperties(values: { [key: string]: PropertyValue }): Properties {
  const properties: Properties = {};
  for (const [key, value] of Object.entries(values)) properties[key] = fromProperty(value);
  return properties;
}

// The height of a place has no member in a GeoPoint; the raw client has it.
function fromPoint(point: SpatialPoint): GeoPoint | CartesianPoint {
  if (point.reference === SpatialPoint_Reference.WGS_84) return new GeoPoint(point.y, point.x);
  return new CartesianPoint(point.x, point.y, point.z);
}

function toKind(input: PropertyInput, field: string): PropertyValue["kind"] {
  switch (typeof input) {
    case "boolean":
      return { case: "booleanValue", value: input };
    case "string":
      return { case: "stringValue", value: input };
    case "bigint":
      return { case: "integerValue", value: input };
    case "number":
      return Number.isSafeInteger(input) && !Object.is(input, -0)
        ? { case: "integerValue", value: BigInt(input) }
        : { case: "floatValue", value: input };
    case "object":
      return objectKind(input, field);
    default:
      throw invalidArgument(field, `a ${typeof input} cannot be stored`);
  }
}

function objectKind(
  input: Exclude<PropertyInput, boolean | string | bigint | number>,
  field: string,
): PropertyValue["kind"] {
  if (input === null) return { case: "nullValue", value: NullValue.NULL_VALUE };
  if (input instanceof Float) return { case: "floatValue", value: input.value };
  if (input instanceof Date) {
    if (Number.isNaN(input.getTime())) throw invalidArgument(field, "is an invalid Date");
    return { case: "zonedDateTimeValue", value: input.toISOString() };
  }
  if (input instanceof Temporal) return { case: `${input.kind}Value`, value: input.text };
  if (input instanceof GeoPoint) {
    return pointKind(SpatialPoint_Reference.WGS_84, input.longitude, input.latitude);
  }
  if (input instanceof CartesianPoint) {
    return pointKind(SpatialPoint_Reference.CARTESIAN, input.x, input.y, input.z);
  }
  if (Array.isArray(input)) {
    const values = input.map((value: PropertyInput, i) => toProperty(value, `${field}[${i}]`));
    return { case: "listValue", value: create(PropertyListSchema, { values }) };
  }
  const entries = toProperties(input as PropertiesInput, field);
  return { case: "mapValue", value: create(PropertyMapSchema, { entries }) };
}

function pointKind(
  reference: SpatialPoint_Reference,
  x: number,
  y: number,
  z?: number,
): PropertyValue["kind"] {
  const point = create(SpatialPointSchema, { reference, x, y });
  if (z !== undefined) point.z = z;
  return { case: "pointValue", value: point };
}
