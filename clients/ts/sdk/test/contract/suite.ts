// What every transport must do alike. Runs in Node and in a browser: it imports
// nothing of either, and no test library.

import {
  type Filter,
  field,
  GeoPoint,
  type MarketingIntelligence,
  type PointInput,
  type SimilarPoint,
} from "@marketing-intelligence/sdk";
import {
  CollectionService,
  OperationsService,
  SearchService,
} from "@marketing-intelligence/sdk/api";
import { Random } from "../../../testing/random.ts";
import { budgetCases } from "./budgets.ts";
import { check, equal, failure } from "./check.ts";
import { filterCases, randomPayload } from "./filters.ts";
import { graphCases } from "./graphs.ts";

/** What a case is given. */
export interface Bench {
  /** A client of a server of its own. */
  readonly client: MarketingIntelligence;
  /** Calls that were sent so far, as `SearchService.Search`. */
  readonly sent: readonly string[];
  /** Whether the transport can send streams. */
  readonly sendsStreams: boolean;
}

export interface Case {
  readonly name: string;
  readonly run: (bench: Bench) => Promise<void>;
}

const dimension = 24;
const seed = 20261123;

let collections = 0;
const newName = (prefix: string) => `${prefix}-${++collections}`;

function randomPoints(random: Random, count: number): (PointInput & { embedding: Float32Array })[] {
  return Array.from({ length: count }, (_, i) => ({
    id: `p-${String(i).padStart(5, "0")}`,
    embedding: random.vector(dimension),
    payload: randomPayload(random, i),
  }));
}

async function filled(client: MarketingIntelligence, count = 200) {
  const collection = newName("contract");
  const points = randomPoints(new Random(seed), count);
  await client.collections.create(collection, { dimension, metric: "cosine" });
  await client.points.upsert(collection, points);
  return { collection, points };
}

/** Cosine similarity in double precision: the oracle. */
function cosine(a: Float32Array, b: Float32Array): number {
  let dot = 0;
  let aa = 0;
  let bb = 0;
  for (let i = 0; i < a.length; i++) {
    const x = a[i] ?? 0;
    const y = b[i] ?? 0;
    dot += x * y;
    aa += x * x;
    bb += y * y;
  }
  return dot / Math.sqrt(aa * bb);
}

function nearest(points: readonly (PointInput & { embedding: Float32Array })[], q: Float32Array) {
  return points
    .map((point) => ({ id: point.id, score: cosine(point.embedding, q) }))
    .sort((a, b) => b.score - a.score);
}

function sameRanking(
  found: readonly SimilarPoint[],
  wanted: { id: string; score: number }[],
): void {
  equal(
    found.map((p) => p.id),
    wanted.map((p) => p.id),
  );
  for (const [i, point] of found.entries()) {
    check(Math.abs(point.score - (wanted[i]?.score ?? 9)) < 1e-5, `score ${i} is ${point.score}`);
  }
}

async function idsOf(client: MarketingIntelligence, collection: string, filter: Filter) {
  const ids: string[] = [];
  for await (const point of client.points.list(collection, { filter, pageSize: 64 })) {
    ids.push(point.id);
  }
  return ids;
}

/** Every case. Together they make every call of the API that the transport can carry. */
export const contract: readonly Case[] = [
  ...graphCases,
  ...budgetCases,
  {
    name: "initialize waits for the server and makes the collection",
    async run({ client }) {
      const collection = newName("initialized");
      const first = await client.initialize({ collection, dimension, metric: "dot" });
      equal(first.server.tenant, "default");
      equal(first.collection.config?.dimension, dimension);
      equal(client.collection, collection);
      const again = await client.initialize({ collection, dimension, metric: "dot" });
      equal(again.collection.version, first.collection.version);
      const other = await failure(client.initialize({ collection, dimension: dimension + 1 }));
      equal(other.code, "FAILED_PRECONDITION");
      const absent = await failure(client.initialize({ collection: "not-there" }));
      equal(absent.code, "NOT_FOUND");
      await client.initialize({ collection });
    },
  },
  {
    name: "campaigns that are written are found, nearest first, as brute force finds them",
    async run({ client }) {
      const collection = newName("campaigns");
      const points = randomPoints(new Random(seed), 300);
      await client.initialize({ collection, dimension });
      const result = await client.upsertCampaigns(points);
      equal([result.inserted, result.replaced], [300, 0]);
      equal(client.lastCommitToken, result.commitToken);
      const random = new Random(seed + 1);
      for (let i = 0; i < 5; i++) {
        const query = random.vector(dimension);
        const { points: found, plan } = await client.searchSimilarCampaigns(query, 10, undefined, {
          exact: true,
        });
        sameRanking(found, nearest(points, query).slice(0, 10));
        check((plan?.segments.length ?? 0) > 0, "no plan");
      }
      const [first] = await client.getCampaigns(["p-00007"], { withEmbedding: true });
      equal(Array.from(first?.embedding ?? []), Array.from(points[7]?.embedding ?? []));
    },
  },
  {
    name: "a search by id leaves the point itself out, and returns what it is asked for",
    async run({ client }) {
      const { collection, points } = await filled(client);
      const origin = points[3];
      check(origin, "no point");
      const { points: found } = await client.points.search(collection, { id: origin.id }, 5, {
        exact: true,
        withEmbedding: true,
        payloadFields: ["platform"],
      });
      sameRanking(found, nearest(points, origin.embedding).slice(1, 6));
      for (const point of found) {
        equal(point.embedding.length, dimension);
        equal(Object.keys(point.payload), ["platform"]);
      }
      const bare = await client.points.search(collection, { id: origin.id }, 1, {
        withPayload: false,
      });
      equal(bare.points[0]?.payload, {});
    },
  },
  {
    name: "every kind of value comes back as it went",
    async run({ client }) {
      const { collection } = await filled(client, 1);
      const payload = {
        nothing: null,
        yes: true,
        whole: 42,
        negative: -7,
        large: 9_007_199_254_740_993n,
        half: 0.5,
        text: "Grüße, שלום, 你好 <b>&amp;</b>",
        long: "x".repeat(5_000),
        when: new Date("2026-11-23T08:00:00.123Z"),
        where: new GeoPoint(52.52, 13.405),
        list: [1, "two", [3.5, null]],
        object: { nested: { deep: [true] } },
        "key.with.dots": "found",
        absent: undefined,
      };
      await client.points.upsert(collection, [
        { id: "values", embedding: new Random(1).vector(dimension), payload },
      ]);
      const [point] = await client.points.get(collection, ["values"]);
      const { absent: _, ...kept } = payload;
      equal(sorted(point?.payload), sorted(kept));
    },
  },
  ...filterCases().map(({ name, filter, matches }) => ({
    name: `filter: ${name}`,
    async run({ client }: Bench) {
      const collection = await filterCollection(client);
      const points = randomPoints(new Random(seed), 200);
      const wanted = points.filter((p) => matches(p.payload ?? {})).map((p) => p.id);
      equal(await idsOf(client, collection, filter), wanted);
      equal(await client.points.count(collection, filter), BigInt(wanted.length));
      const { points: found } = await client.points.search(collection, { id: "p-00000" }, 200, {
        filter,
      });
      equal(
        found.map((p) => p.id).sort(),
        wanted.filter((id) => id !== "p-00000"),
      );
    },
  })),
  {
    name: "points are deleted by id and by filter, and counted",
    async run({ client }) {
      const { collection, points } = await filled(client);
      const byId = await client.points.delete(collection, { ids: ["p-00001", "nobody"] });
      equal([byId.deleted, byId.missing], [1n, 1n]);
      const meta = field("platform").equals("meta");
      const left = points.filter((p) => p.id !== "p-00001");
      const metas = left.filter((p) => p.payload?.platform === "meta").length;
      const byFilter = await client.points.delete(collection, { filter: meta });
      equal(byFilter.deleted, BigInt(metas));
      equal(await client.points.count(collection), BigInt(left.length - metas));
      equal(client.lastCommitToken, byFilter.commitToken);
    },
  },
  {
    name: "several searches in one call answer as one by one; a range search finds all in range",
    async run({ client }) {
      const { collection, points } = await filled(client);
      const query = new Random(seed + 2).vector(dimension);
      const searches = [
        { query: { id: "p-00002" }, k: 4 },
        { query, k: 6, filter: field("platform").equals("meta") },
      ];
      const together = await client.points.batchSearch(collection, searches);
      for (const [i, { query: q, k, ...options }] of searches.entries()) {
        const alone = await client.points.search(collection, q, k, options);
        equal(
          together[i]?.points.map((p) => p.id),
          alone.points.map((p) => p.id),
        );
      }
      const all = nearest(points, query).filter((p) => p.score >= 0.2);
      const range = await client.points.rangeSearch(collection, query, 0.2, { limit: 5 });
      sameRanking(range.points, all.slice(0, 5));
      equal(range.totalCount, BigInt(all.length));
    },
  },
  {
    name: "an expected version that does not hold refuses the batch",
    async run({ client }) {
      const { collection } = await filled(client, 3);
      const embedding = new Random(5).vector(dimension);
      const error = await failure(
        client.points.upsert(collection, [
          { id: "new", embedding },
          { id: "p-00001", embedding, expectedVersion: 0n },
        ]),
      );
      equal([error.code, error.reason], ["ABORTED", "VERSION_CONFLICT"]);
      equal(await client.points.count(collection), 3n);
      const [stored] = await client.points.get(collection, ["p-00001"]);
      const version = stored?.version ?? 0n;
      await client.points.upsert(collection, [
        { id: "p-00001", embedding, expectedVersion: version },
      ]);
    },
  },
  {
    name: "a large upsert goes in batches, tells how far it is, and writes everything once",
    async run({ client }) {
      const collection = newName("large");
      await client.collections.create(collection, { dimension });
      const points = randomPoints(new Random(seed), 2_350);
      const written: number[] = [];
      const result = await client.points.upsert(collection, points, {
        batchSize: 1_000,
        onProgress: (progress) => written.push(progress.written),
      });
      equal([result.inserted, result.batches], [2_350, 3]);
      equal([written.length, written.at(-1)], [3, 2_350]);
      const again = await client.points.upsert(
        collection,
        (async function* () {
          yield* points.slice(0, 10);
        })(),
      );
      equal([again.inserted, again.replaced], [0, 10]);
      equal(await client.points.count(collection), 2_350n);
    },
  },
  {
    name: "a key of the caller's makes a write happen once",
    async run({ client }) {
      const { collection } = await filled(client, 10);
      const options = { idempotencyPrefix: `import-${collection}-0001` };
      const points = randomPoints(new Random(7), 4).map((p) => ({ ...p, id: `new-${p.id}` }));
      const first = await client.points.upsert(collection, points, options);
      const second = await client.points.upsert(collection, points, options);
      equal([first.inserted, second.inserted], [4, 4]);
      equal(second.commitToken, first.commitToken);
      const key = `delete-${collection}-000001`;
      const selector = { ids: ["new-p-00000"] };
      const gone = await client.points.delete(collection, selector, { idempotencyKey: key });
      const repeated = await client.points.delete(collection, selector, { idempotencyKey: key });
      equal([gone.deleted, repeated.deleted], [1n, 1n]);
    },
  },
  {
    name: "a stream of batches is written, where streams can be sent",
    async run({ client, sendsStreams }) {
      if (!sendsStreams) return;
      const { collection } = await filled(client, 5);
      const points = randomPoints(new Random(seed), 30);
      const result = await client.points.upsertStream(
        collection,
        (async function* () {
          for (let i = 0; i < 30; i += 10) yield points.slice(i, i + 10);
        })(),
      );
      equal([result.batches, result.inserted, result.replaced], [3n, 25n, 5n]);
    },
  },
  {
    name: "bad vectors are refused before they are sent",
    async run({ client, sent }) {
      const { collection } = await filled(client, 2);
      await client.points.search(collection, new Random(3).vector(dimension), 1);
      const before = sent.filter((rpc) => rpc.startsWith("SearchService.")).length;
      const bad = [
        new Float32Array(dimension).fill(1).fill(Number.NaN, 3, 4),
        new Float32Array(dimension).fill(Number.POSITIVE_INFINITY),
        new Float32Array(dimension),
        new Float32Array(dimension - 1).fill(1),
        [],
      ];
      for (const vector of bad) {
        const search = await failure(client.points.search(collection, vector, 1));
        equal([search.code, search.origin], ["INVALID_ARGUMENT", "client"]);
        equal(search.fieldViolations[0]?.field, "query.vector");
        const points = [
          { id: "good", embedding: new Random(4).vector(dimension) },
          { id: "bad", embedding: vector },
        ];
        const upsert = await failure(client.points.upsert(collection, points));
        equal(upsert.fieldViolations[0]?.field, "points[1].embedding");
      }
      equal(sent.filter((rpc) => rpc.startsWith("SearchService.")).length, before);
      equal(await client.points.count(collection), 2n);
    },
  },
  {
    name: "the server's refusals name every field at fault",
    async run({ client }) {
      const { collection } = await filled(client, 2);
      const error = await failure(
        client.points.search(collection, { id: "p-00000" }, 1_000_000, { efSearch: 9_999 }),
      );
      equal([error.code, error.origin, error.retryable], ["INVALID_ARGUMENT", "server", false]);
      const fields = error.fieldViolations.map((v) => v.field);
      check(fields.includes("k") && fields.includes("options.ef_search"), `fields: ${fields}`);
      check(error.message.includes("k: "), error.message);
      const absent = await failure(client.points.search(collection, { id: "nobody" }, 1));
      equal([absent.code, absent.resource?.name], ["NOT_FOUND", "nobody"]);
      const twice = await failure(
        client.points.upsert(collection, [
          { id: "a", embedding: new Random(1).vector(dimension) },
          { id: "a", embedding: new Random(2).vector(dimension) },
        ]),
      );
      equal(twice.fieldViolations[0]?.field, "points[1].id");
    },
  },
  {
    name: "a signal cancels a call",
    async run({ client }) {
      const error = await failure(client.server.info({ signal: AbortSignal.abort() }));
      equal(error.code, "CANCELLED");
    },
  },
  {
    name: "collections are created, described, changed and deleted",
    async run({ client }) {
      const name = newName("described");
      const created = await client.collections.create(name, {
        dimension: 8,
        metric: "euclidean",
        index: { kind: "hnsw", m: 8, efConstruction: 50 },
        payloadFields: { platform: "keyword", "budget.daily": "float" },
      });
      equal(created.config?.index?.kind.case, "hnsw");
      equal(created.config?.payloadFields.length, 2);
      equal(
        (await failure(client.collections.create(name, { dimension: 8 }))).code,
        "ALREADY_EXISTS",
      );
      const changed = await client.collections.update(name, {
        index: { kind: "ivf", nLists: 4 },
        payloadFields: { platform: "keyword" },
        expectedVersion: created.version,
      });
      equal(changed.config?.index?.kind.case, "ivf");
      equal(
        changed.config?.payloadFields.map((f) => f.path),
        ["platform"],
      );
      equal((await client.collections.get(name)).version, changed.version);
      const stats = await client.collections.stats(name);
      equal(stats.livePoints, 0n);
      const names: string[] = [];
      for await (const collection of client.collections.list({ pageSize: 2 })) {
        names.push(collection.name);
      }
      check(names.includes(name), `listed: ${names}`);
      const flat = await client.collections.update(name, { index: { kind: "flat" } });
      equal(flat.config?.index?.kind.case, "flat");
      await client.collections.delete(name);
      equal((await failure(client.collections.get(name))).code, "NOT_FOUND");
    },
  },
  {
    name: "an alias moves in one step, also to vectors of another dimension",
    async run({ client }) {
      const [before, after] = [newName("before"), newName("after")];
      const alias = newName("alias");
      await client.collections.create(before, { dimension: 4 });
      await client.collections.create(after, { dimension: 6 });
      await client.aliases.create(alias, before);
      await client.points.search(alias, new Random(1).vector(4), 1);
      // Moved by somebody else: the client must find out.
      await client
        .raw(CollectionService)
        .updateAlias({ alias: { name: alias, collection: after } });
      await client.points.search(alias, new Random(1).vector(6), 1);
      equal(
        (await failure(client.points.search(alias, new Random(1).vector(4), 1))).origin,
        "client",
      );
      const moved = await client.aliases.update(alias, before);
      equal([moved.alias.collection, moved.previousCollection], [before, after]);
      equal(
        (await client.aliases.list({ collection: before })).map((a) => a.name),
        [alias],
      );
      await client.aliases.delete(alias);
      equal(await client.aliases.list({ collection: before }), []);
    },
  },
  {
    name: "the raw clients take and return the messages of the API",
    async run({ client }) {
      const { collection } = await filled(client, 6);
      const answer = await client.raw(SearchService).countPoints({ collection });
      equal(answer.count, 6n);
      const { limits } = await client.raw(OperationsService).getServerInfo({});
      check((limits?.maxDimension ?? 0) >= 4_096, "limits");
    },
  },
  {
    name: "snapshots are written by a job, restored, and deleted",
    async run({ client }) {
      const { collection } = await filled(client, 20);
      const started = await client.snapshots.create({ description: "contract" });
      const steps: number[] = [];
      const { job, result } = await client.jobs.wait(started.name, {
        pollMs: 20,
        onProgress: (j) => steps.push(j.progress),
      });
      equal([result.case, job.progress], ["snapshot", 1]);
      const name = result.case === "snapshot" ? result.value.name : "";
      equal((await client.snapshots.get(name)).description, "contract");
      const all: string[] = [];
      for await (const snapshot of client.snapshots.list()) all.push(snapshot.name);
      check(all.includes(name), `listed: ${all}`);
      await client.points.delete(collection, { ids: ["p-00000"] });
      const restore = await client.snapshots.restore(name, { discardPresentState: true });
      const restored = await client.jobs.wait(restore.name, { pollMs: 20 });
      equal(restored.result.case, "restored");
      equal(await client.points.count(collection), 20n);
      equal((await client.jobs.get(started.name)).job.state, job.state);
      equal((await client.jobs.cancel(started.name)).state, job.state);
      const jobs: string[] = [];
      for await (const j of client.jobs.list()) jobs.push(j.name);
      check(jobs.includes(started.name), `jobs: ${jobs}`);
      // Of the new history, as many must stay as a start may need: two.
      const made: string[] = [];
      for (let i = 0; i < 3; i++) {
        const done = await client.jobs.wait((await client.snapshots.create()).name, { pollMs: 20 });
        if (done.result.case === "snapshot") made.push(done.result.value.name);
      }
      const [oldest = ""] = made;
      await client.snapshots.delete(oldest);
      equal((await failure(client.snapshots.get(oldest))).code, "NOT_FOUND");
    },
  },
];

const filterCollections = new WeakMap<MarketingIntelligence, Promise<string>>();

/** The collection that the filter cases share; they only read it. */
function filterCollection(client: MarketingIntelligence): Promise<string> {
  let made = filterCollections.get(client);
  if (!made) {
    made = filled(client).then(({ collection }) => collection);
    filterCollections.set(client, made);
  }
  return made;
}

function sorted(object: object | undefined): [string, unknown][] {
  return Object.entries(object ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
}
