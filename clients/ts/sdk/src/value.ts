import { create } from "@bufbuild/protobuf";
import { NullValue, timestampFromMs } from "@bufbuild/protobuf/wkt";
import { invalidArgument } from "./errors.js";
import {
  GeoPointSchema,
  type ListValue,
  ListValueSchema,
  ObjectValueSchema,
  type Value,
  ValueSchema,
} from "./gen/marketing/intelligence/v1/value_pb.js";

/** A place on Earth, WGS 84. */
export class GeoPoint {
  constructor(
    /** Degrees north, -90 to 90. */
    readonly latitude: number,
    /** Degrees east, -180 to 180. */
    readonly longitude: number,
  ) {}
}

/** A number that is stored as a float even where it is whole; see {@link float}. */
export class Float {
  constructor(readonly value: number) {}
}

/**
 * Marks a number as a float: `float(3)` is stored as 3.0, a plain `3` as an integer. Filters compare
 * both as numbers; what differs is the payload index that serves them.
 */
export function float(value: number): Float {
  return new Float(value);
}

/**
 * What a payload may hold. Whole numbers that a JavaScript number holds exactly become integers, other
 * numbers floats; a `bigint` is an integer, a `Date` a datetime, a {@link GeoPoint} a place.
 */
export type PayloadInput =
  | null
  | boolean
  | number
  | bigint
  | string
  | Date
  | GeoPoint
  | Float
  | readonly PayloadInput[]
  | { readonly [key: string]: PayloadInput | undefined };

/**
 * What a payload is read as. An integer beyond 2^53 is a `bigint`. Datetimes are read to the
 * millisecond; the raw client has the microseconds.
 */
export type PayloadValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Date
  | GeoPoint
  | PayloadValue[]
  | { [key: string]: PayloadValue };

/** Fields of a point. */
export type Payload = { [key: string]: PayloadValue };

/** A JavaScript value as the API's Value. Fields that are `undefined` are left out. */
export function toValue(input: PayloadInput, field = "value"): Value {
  return create(ValueSchema, { kind: toKind(input, field) });
}

/** A list of values, as `in` of a filter takes it. */
export function toListValue(inputs: readonly PayloadInput[], field = "values"): ListValue {
  return create(ListValueSchema, {
    values: inputs.map((input, i) => toValue(input, `${field}[${i}]`)),
  });
}

/** A payload as the API's map of values. */
export function toFields(
  payload: { readonly [key: string]: PayloadInput | undefined },
  field = "payload",
): { [key: string]: Value } {
  const fields: { [key: string]: Value } = {};
  for (const [key, value] of Object.entries(payload)) {
    if (value !== undefined) fields[key] = toValue(value, `${field}["${key}"]`);
  }
  return fields;
}

/** What a value of the API holds, as JavaScript. */
export function fromValue(value: Value): PayloadValue {
  const kind = value.kind;
  switch (kind.case) {
    case "integerValue": {
      const number = Number(kind.value);
      return Number.isSafeInteger(number) ? number : kind.value;
    }
    case "boolValue":
    case "floatValue":
    case "stringValue":
      return kind.value;
    case "datetimeValue":
      return new Date(Number(kind.value.seconds) * 1000 + Math.floor(kind.value.nanos / 1e6));
    case "geoValue":
      return new GeoPoint(kind.value.latitude, kind.value.longitude);
    case "listValue":
      return kind.value.values.map(fromValue);
    case "objectValue":
      return fromFields(kind.value.fields);
    default:
      // Null, or a kind that a newer server knows.
      return null;
  }
}

/** The API's map of values, as a payload. */
export function fromFields(fields: { [key: string]: Value }): Payload {
  const payload: Payload = {};
  for (const [key, value] of Object.entries(fields)) payload[key] = fromValue(value);
  return payload;
}

function toKind(input: PayloadInput, field: string): Value["kind"] {
  switch (typeof input) {
    case "boolean":
      return { case: "boolValue", value: input };
    case "string":
      return { case: "stringValue", value: input };
    case "bigint":
      return { case: "integerValue", value: input };
    case "number":
      if (Number.isSafeInteger(input) && !Object.is(input, -0)) {
        return { case: "integerValue", value: BigInt(input) };
      }
      return { case: "floatValue", value: finite(input, field) };
    case "object":
      return objectKind(input, field);
    default:
      throw invalidArgument(field, `a ${typeof input} cannot be stored`);
  }
}

function objectKind(
  input: Exclude<PayloadInput, boolean | string | bigint | number>,
  field: string,
): Value["kind"] {
  if (input === null) return { case: "nullValue", value: NullValue.NULL_VALUE };
  if (input instanceof Float) return { case: "floatValue", value: finite(input.value, field) };
  if (input instanceof Date) {
    return { case: "datetimeValue", value: timestampFromMs(finite(input.getTime(), field)) };
  }
  if (input instanceof GeoPoint) {
    return { case: "geoValue", value: create(GeoPointSchema, input) };
  }
  if (isList(input)) return { case: "listValue", value: toListValue(input, field) };
  return {
    case: "objectValue",
    value: create(ObjectValueSchema, { fields: toFields(input, field) }),
  };
}

function isList(input: object): input is readonly PayloadInput[] {
  return Array.isArray(input);
}

function finite(value: number, field: string): number {
  if (!Number.isFinite(value)) throw invalidArgument(field, `is ${value}, not a finite number`);
  return value;
}
