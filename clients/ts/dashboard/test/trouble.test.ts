import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { MarketingIntelligence } from "@marketing-intelligence/sdk";
import { describe, expect, test } from "vitest";
import { generateKey } from "../../gateway/src/access.ts";
import { Random } from "../../testing/random.ts";
import { niceTicks } from "../src/components/time_chart.tsx";
import { between, quantile, type Reading } from "../src/data/telemetry.ts";
import { bytes, duration, span, text } from "../src/format.ts";
import { project } from "../src/pages/explorer/projection.ts";
import { fromSearch, toSearch } from "../src/pages/explorer/query.ts";
import { overflows, Stage, violations } from "./setup.ts";

describe("a server without anything", () => {
  test("leaves every page usable, and the page follows when something comes", async () => {
    const stage = await Stage.set();
    try {
      const { page, errors } = await stage.open("/");
      await page.getByText("No collections yet").waitFor();
      await page.getByText("No snapshots yet").waitFor();
      await page.getByText("No jobs since the server started").waitFor();
      expect(await violations(page)).toEqual([]);
      await page.getByRole("link", { name: "Campaign explorer" }).click();
      await page.getByText("No collections yet").waitFor();
      expect(await violations(page)).toEqual([]);
      await page.getByRole("link", { name: "Overview" }).click();
      using client = new MarketingIntelligence({ address: stage.server.address });
      await client.initialize({ collection: "campaigns", dimension: 4 });
      await page.getByRole("link", { name: "campaigns" }).waitFor({ timeout: 15_000 });
      expect(errors).toEqual([]);
    } finally {
      await stage.strike();
    }
  });
});

test("markup, long names and right-to-left text are shown as text, and break nothing", async () => {
  const stage = await Stage.set();
  try {
    using client = new MarketingIntelligence({ address: stage.server.address });
    await client.initialize({ collection: "campaigns", dimension: 4 });
    const random = new Random(5);
    const markup = '<img src=x onerror="window.hacked=true"><script>window.hacked=true</script>';
    const names = [markup, "n".repeat(5_000), "מבצע אביב לנעלי ריצה", "حملة الربيع", "a\nb\tc", ""];
    await client.upsertCampaigns(
      names.map((name, i) => ({
        id: i === 0 ? '<b id="x">"&' : `c${i}`,
        embedding: random.vector(4),
        payload: { name, [markup]: i, nested: { deep: { deeper: { deepest: [name] } } } },
      })),
    );
    const id = encodeURIComponent('<b id="x">"&');
    for (const width of [1280, 360]) {
      const { page, errors } = await stage.open(`/explorer?id=${id}`, {
        viewport: { width, height: 800 },
      });
      await page.getByRole("heading", { name: "5 nearest" }).waitFor();
      expect(await page.evaluate(() => "hacked" in window)).toBe(false);
      await page.locator("dd", { hasText: markup }).first().waitFor();
      expect(await overflows(page)).toBe(false);
      expect(await violations(page)).toEqual([]);
      expect(errors).toEqual([]);
      await page.context().close();
    }
  } finally {
    await stage.strike();
  }
});

test("a server that goes and comes back is noticed without loading the page again", async () => {
  const stage = await Stage.set();
  try {
    using client = new MarketingIntelligence({ address: stage.server.address });
    await client.initialize({ collection: "campaigns", dimension: 4 });
    await client.upsertCampaigns([
      { id: "a", embedding: [1, 0, 0, 0] },
      { id: "b", embedding: [0, 1, 0, 0] },
    ]);
    const { page } = await stage.open("/");
    const points = () => page.locator(".tile").first().locator(".tile-value").innerText();
    await expect.poll(points).toBe("2");
    const explorer = await stage.open("/explorer?id=a");
    await explorer.page.getByText("1 nearest").waitFor();
    await page.evaluate(() => Object.assign(window, { sameDocument: true }));
    await stage.server.kill();
    const alert = page.getByRole("alert");
    await alert.filter({ hasText: "The server does not answer" }).waitFor({ timeout: 30_000 });
    // What is known stays in sight.
    expect(await points()).toBe("2");
    expect(await violations(page)).toEqual([]);
    await explorer.page.getByRole("button", { name: "Search from b" }).click();
    await explorer.page.getByRole("alert").first().waitFor({ timeout: 30_000 });
    await stage.server.restart();
    await client.upsertCampaigns([{ id: "c", embedding: [0, 0, 1, 0] }]);
    await expect.poll(points, { timeout: 40_000 }).toBe("3");
    await expect.poll(() => alert.count(), { timeout: 30_000 }).toBe(0);
    await explorer.page.getByText("2 nearest").waitFor({ timeout: 40_000 });
    expect(await page.evaluate(() => "sameDocument" in window)).toBe(true);
  } finally {
    await stage.strike();
  }
}, 120_000);

test("a gateway that asks for a key gets one; a key that may only read is told so", async () => {
  const folder = mkdtempSync(join(tmpdir(), "mi-dashboard-"));
  const { key, line } = generateKey("ann");
  writeFileSync(join(folder, "access"), line);
  const stage = await Stage.set([`--access-keys-file=${join(folder, "access")}`]);
  try {
    const { page } = await stage.open("/");
    await page.getByRole("heading", { name: "Access key" }).waitFor();
    expect(await violations(page)).toEqual([]);
    const field = page.getByLabel("Key");
    await field.fill("gw_00000000.wrong");
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByText("The gateway does not know this key.").waitFor();
    await field.fill(key);
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByText("No collections yet").waitFor();
    await page.getByRole("button", { name: "Write one now" }).click();
    await page.getByText("it needs the scope “write”").waitFor();
    await page.reload();
    await page.getByText("No collections yet").waitFor();
  } finally {
    await stage.strike();
    rmSync(folder, { recursive: true });
  }
});

test("the page's own rules let it work, and nothing else", async () => {
  const stage = await Stage.set();
  try {
    const { page, errors } = await stage.open("/", { bypassCSP: false });
    await page.getByText("No collections yet").waitFor();
    expect(errors).toEqual([]);
    await page.evaluate(() => {
      const script = document.createElement("script");
      script.textContent = "window.injected = true";
      document.body.append(script);
    });
    expect(await page.evaluate(() => "injected" in window)).toBe(false);
  } finally {
    await stage.strike();
  }
});

test("the first load is at most 200 kB", () => {
  const dist = join(import.meta.dirname, "../dist");
  const assets = readdirSync(join(dist, "assets"));
  // Everything that the overview needs: all but the other pages.
  const first = assets.filter((name) => !/^explorer-/.test(name));
  const size = (path: string) => gzipSync(readFileSync(path), { level: 9 }).byteLength;
  const total = [...first.map((n) => join(dist, "assets", n)), join(dist, "index.html")].reduce(
    (sum, path) => sum + size(path),
    0,
  );
  expect(first.some((name) => name.endsWith(".js"))).toBe(true);
  process.stderr.write(`first load of the dashboard: ${total} bytes, gzipped\n`);
  expect(total).toBeGreaterThan(50_000);
  expect(total).toBeLessThanOrEqual(200_000);
});

describe("what the pages compute", () => {
  const reading = (at: number, counts: Record<string, number>, buckets: number[]): Reading => ({
    at,
    samples: {
      process_start_time_seconds: [{ labels: {}, value: 7 }],
      grpc_server_handled_total: Object.entries(counts).map(([grpc_method, value]) => ({
        labels: { grpc_method, grpc_code: grpc_method === "GetPoints" ? "NotFound" : "OK" },
        value,
      })),
      grpc_server_handling_seconds_bucket: ["0.001", "0.002", "+Inf"].map((le, i) => ({
        labels: { grpc_method: "Search", le },
        value: buckets[i] ?? 0,
      })),
    },
  });

  test("rates are differences of counters, latencies those of histograms", () => {
    const before = reading(1_000, { Search: 100, UpsertPoints: 5, GetPoints: 1 }, [90, 100, 100]);
    const after = reading(3_000, { Search: 300, UpsertPoints: 9, GetPoints: 3 }, [190, 300, 300]);
    expect(between(before, after)).toMatchObject({
      searches: 100,
      writes: 2,
      others: 1,
      errors: 1,
      p50: 1,
      p99: 1.98,
    });
    const restarted = {
      ...after,
      samples: { ...after.samples, process_start_time_seconds: [{ labels: {}, value: 8 }] },
    };
    expect(between(before, restarted)).toBeUndefined();
  });

  test("quantiles interpolate within a bucket", () => {
    const buckets = [
      [1, 10],
      [2, 30],
      [Number.POSITIVE_INFINITY, 40],
    ] as const;
    expect(quantile(buckets, 0.5)).toBeCloseTo(1_500);
    expect(quantile(buckets, 0.99)).toBe(2_000);
    expect(quantile([], 0.5)).toBeUndefined();
  });

  test("ticks are round, and reach above the highest value", () => {
    for (const highest of [0.003, 0.7, 1, 9.99, 10, 37, 100, 12_345]) {
      const ticks = niceTicks(highest);
      expect(ticks[0]).toBe(0);
      expect(ticks.at(-1)).toBeGreaterThanOrEqual(highest);
      expect(ticks.length).toBeLessThanOrEqual(5);
    }
    expect(niceTicks(0)).toEqual([0, 1]);
  });

  test("numbers have units that fit", () => {
    expect(text(bytes(1_536))).toBe("1.50 KiB");
    expect(text(bytes(24_696_061_952))).toBe("23.0 GiB");
    expect(text(duration(0.25))).toBe("250 µs");
    expect(text(duration(1_500))).toBe("1.50 s");
    expect(span(93_784)).toBe("1 d 2 h");
  });

  test("the projection keeps the two directions of largest variance", () => {
    const random = new Random(9);
    // Points of a plane in ten dimensions, stretched: their distances survive.
    const [u, v] = [random.vector(10), random.vector(10)];
    const vectors = Array.from({ length: 60 }, () => {
      const [a, b] = [5 * random.next(), random.next()];
      return u.map((x, j) => a * x + b * (v[j] ?? 0));
    });
    const places = project(vectors);
    for (let i = 1; i < vectors.length; i++) {
      const [p, q] = [places[0], places[i]];
      const drawn = Math.hypot((p?.x ?? 0) - (q?.x ?? 0), (p?.y ?? 0) - (q?.y ?? 0));
      const true_ = Math.hypot(...(vectors[0] ?? []).map((x, j) => x - (vectors[i]?.[j] ?? 0)));
      expect(drawn).toBeCloseTo(true_, 3);
    }
    expect(project([])).toEqual([]);
    expect(project([Float32Array.of(1, 2)])).toEqual([{ x: 0, y: 0 }]);
    const same = Float32Array.of(1, 2);
    expect(project([same, same])).toEqual([
      { x: 0, y: 0 },
      { x: 0, y: 0 },
    ]);
  });

  test("an address holds the whole query, and nonsense in it does no harm", () => {
    const query = {
      collection: "ads & more",
      by: "id" as const,
      id: "a=b&c",
      k: 5,
      exact: true,
      conditions: [{ path: "a.b", operator: "is" as const, value: '"x"' }],
    };
    expect(fromSearch(new URLSearchParams(toSearch(query)))).toEqual(query);
    const nonsense =
      "k=-1&by=%00&where=[&where=5&where=[1,2,3]&where=%5B%22a%22,%22__proto__%22,%22x%22%5D";
    expect(fromSearch(new URLSearchParams(nonsense))).toMatchObject({ k: 20, conditions: [] });
  });
});
