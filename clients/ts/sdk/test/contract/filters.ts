import {
  and,
  type Filter,
  field,
  GeoPoint,
  not,
  or,
  type PayloadInput,
  path,
} from "@marketing-intelligence/sdk";
import type { Random } from "../../../testing/random.ts";

type Fields = Readonly<Record<string, PayloadInput | undefined>>;

/** A filter, and the same question asked in JavaScript: the oracle. */
export interface FilterCase {
  readonly name: string;
  readonly filter: Filter;
  readonly matches: (payload: Fields) => boolean;
}

const places = [
  new GeoPoint(52.52, 13.405),
  new GeoPoint(48.857, 2.352),
  new GeoPoint(-17.71, 178.06),
] as const;
const firstDay = Date.UTC(2026, 0, 1);
const day = 86_400_000;

/** A campaign's payload with every kind of value that filters can ask about. */
export function randomPayload(random: Random, i: number) {
  return {
    platform: random.pick(["meta", "google", "tiktok"]),
    budget: { daily: random.below(1_000) + 0.5 },
    conversions: random.below(100),
    active: random.next() < 0.5,
    start: new Date(firstDay + random.below(300) * day),
    tags: Array.from({ length: random.below(4) }, () => random.pick(["sale", "new", "video"])),
    name: `${random.pick(["Spring", "Summer"])} sale ${i} | ${random.pick(["Berlin", "Paris"])}`,
    where: random.pick(places),
    note: random.next() < 0.3 ? null : random.next() < 0.5 ? "yes" : undefined,
    "utm.source": random.pick(["mail", "ad"]),
  };
}

type Campaign = ReturnType<typeof randomPayload>;

const middle = new Date(firstDay + 150 * day);

/** One case for each test of the filter message, and combinations of them. */
export function filterCases(): FilterCase[] {
  const of =
    (predicate: (c: Campaign) => boolean) =>
    (payload: Fields): boolean =>
      predicate(payload as unknown as Campaign);
  return [
    {
      name: "equal",
      filter: field("platform").equals("meta"),
      matches: of((c) => c.platform === "meta"),
    },
    {
      name: "not equal",
      filter: field("active").notEquals(true),
      matches: of((c) => !c.active),
    },
    {
      name: "range of numbers",
      filter: field("budget.daily").range({ greaterThan: 200, lessThanOrEqual: 700.5 }),
      matches: of((c) => c.budget.daily > 200 && c.budget.daily <= 700.5),
    },
    {
      name: "range of datetimes",
      filter: field("start").greaterThanOrEqual(middle),
      matches: of((c) => c.start >= middle),
    },
    {
      name: "less than, on integers",
      filter: field("conversions").lessThan(33n),
      matches: of((c) => c.conversions < 33),
    },
    {
      name: "less than or equal, and greater than",
      filter: and(field("conversions").lessThanOrEqual(60), field("conversions").greaterThan(20)),
      matches: of((c) => c.conversions <= 60 && c.conversions > 20),
    },
    {
      name: "in",
      filter: field("platform").in(["google", "tiktok"]),
      matches: of((c) => c.platform !== "meta"),
    },
    {
      name: "not in",
      filter: field("platform").notIn(["google", "tiktok"]),
      matches: of((c) => c.platform === "meta"),
    },
    {
      name: "any element of a list",
      filter: field("tags").equals("video"),
      matches: of((c) => c.tags.includes("video")),
    },
    {
      name: "all elements of a list",
      filter: field("tags").all.equals("sale"),
      matches: of((c) => c.tags.length > 0 && c.tags.every((tag) => tag === "sale")),
    },
    {
      name: "all words of a text",
      filter: field("name").matchesText("berlin SPRING"),
      matches: of((c) => c.name.includes("Spring") && c.name.includes("Berlin")),
    },
    {
      name: "any word of a text",
      filter: field("name").matchesText("paris spring", { anyWord: true }),
      matches: of((c) => c.name.includes("Spring") || c.name.includes("Paris")),
    },
    {
      name: "radius",
      filter: field("where").withinRadius(new GeoPoint(52.4, 13.1), 50_000),
      matches: of((c) => c.where === places[0]),
    },
    {
      name: "box across the antimeridian",
      filter: field("where").withinBox({ south: -30, west: 170, north: 0, east: -170 }),
      matches: of((c) => c.where === places[2]),
    },
    { name: "exists", filter: field("note").exists(), matches: of((c) => c.note !== undefined) },
    { name: "is null", filter: field("note").isNull(), matches: of((c) => c.note === null) },
    {
      name: "a key with a dot",
      filter: field(path("utm.source")).equals("mail"),
      matches: of((c) => c["utm.source"] === "mail"),
    },
    {
      name: "or, not, and",
      filter: or(
        not(field("active").equals(true)),
        and(field("platform").equals("meta"), field("tags").exists()),
      ),
      matches: of((c) => !c.active || (c.platform === "meta" && c.tags.length > 0)),
    },
    { name: "and of nothing", filter: and(), matches: () => true },
    { name: "or of nothing", filter: or(), matches: () => false },
  ];
}
