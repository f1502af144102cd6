import { MarketingIntelligence } from "@marketing-intelligence/sdk";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadDemo } from "../../testing/demo.ts";
import { overflows, Stage, violations } from "./setup.ts";

const points = 2_000;
const origin = "cmp-000042";

let stage: Stage;
let client: MarketingIntelligence;
beforeAll(async () => {
  stage = await Stage.set();
  loadDemo(stage.server.address, points);
  client = new MarketingIntelligence({ address: stage.server.address });
});
afterAll(async () => {
  client?.close();
  await stage?.strike();
});

describe("every page", () => {
  const paths = { overview: "/", explorer: `/explorer?id=${origin}&k=60`, budget: "/budget" };
  const ready: Record<string, RegExp> = {
    overview: /cosine/,
    explorer: /cmp-/,
    budget: /the limit of meta/,
  };
  for (const [name, path] of Object.entries(paths)) {
    for (const colorScheme of ["light", "dark"] as const) {
      for (const width of [1280, 360]) {
        test(`${name}, ${colorScheme}, ${width} px: no axe violation, nothing sticks out, no error`, async () => {
          const viewport = { width, height: 800 };
          const { page, errors } = await stage.open(path, { colorScheme, viewport });
          await page.getByRole("heading", { level: 1 }).waitFor();
          await page
            .locator("td", { hasText: ready[name] ?? "" })
            .first()
            .waitFor();
          expect(await violations(page)).toEqual([]);
          expect(await overflows(page)).toBe(false);
          expect(errors).toEqual([]);
          await page.context().close();
        });
      }
    }
  }
});

describe("the overview", () => {
  test("shows the numbers that the server has", async () => {
    const { page } = await stage.open("/");
    const tile = (name: string) => page.locator(".tile", { hasText: name }).locator(".tile-value");
    await expect.poll(() => tile("Points").innerText()).toBe("2,000");
    const row = page.locator("tr", { hasText: "campaigns" });
    expect(await row.innerText()).toMatch(/campaigns\s+2,000\s+384\s+cosine\s+HNSW/);
    // A search by somebody else shows up in the rates.
    for (let i = 0; i < 50; i++) await client.searchSimilarCampaigns({ id: origin }, 3);
    await expect
      .poll(() => tile("Search, median").innerText(), { timeout: 10_000 })
      .toMatch(/[µm]s/);
    expect(await tile("Memory").innerText()).toMatch(/MiB/);
    await page.context().close();
  });

  test("writes a snapshot, and shows it and its job", async () => {
    const { page } = await stage.open("/");
    await page.getByRole("button", { name: "Write one now" }).click();
    const snapshots = page.getByRole("region", { name: "Snapshots" });
    await snapshots.getByText("from the dashboard").waitFor();
    const jobs = page.getByRole("region", { name: "Jobs" });
    await jobs.getByText("create snapshot").waitFor();
    await jobs.getByText("done").waitFor();
    const found: string[] = [];
    for await (const snapshot of client.snapshots.list()) found.push(snapshot.description);
    expect(found).toEqual(["from the dashboard"]);
    await page.context().close();
  });
});

describe("the budget planner", () => {
  test("shows the split that the SDK computes, and follows every change", async () => {
    const { page } = await stage.open("/budget");
    const row = page.locator("tr", { hasText: "generic search" });
    await row.waitFor();
    const response = page.locator(".tile", { hasText: "Response" }).locator(".tile-value");
    const before = await response.innerText();
    await page.getByLabel("Limit of meta").fill("3000");
    await expect.poll(() => response.innerText()).not.toBe(before);
    await page.getByLabel("Maximum of generic search").fill("1000");
    await expect.poll(() => row.innerText()).toMatch(/at its maximum/);
    await page.getByRole("spinbutton", { name: "Budget" }).fill("9000");
    const spend = page.locator(".tile", { hasText: "Planned spend" }).locator(".tile-value");
    await expect.poll(() => spend.innerText()).toBe("9,000");

    // The address holds the plan, and the numbers are those of the SDK.
    const { toInput } = await import("../src/pages/budget/plan.ts");
    const plan = JSON.parse(new URL(page.url()).searchParams.get("plan") ?? "");
    const split = await client.optimizeBudgetAllocation(toInput(plan));
    const shown = await page.locator(".plan-table tbody tr").allInnerTexts();
    for (const [i, campaign] of split.campaigns.entries()) {
      expect(shown[i]).toContain(Math.round(campaign.spend).toLocaleString("en"));
    }
    await page.context().close();
  });

  test("says what is wrong with a plan, and keeps the last split", async () => {
    const { page } = await stage.open("/budget");
    await page.getByLabel("Minimum of feed").fill("8000");
    await page.getByRole("alert").filter({ hasText: "group 'meta'" }).waitFor();
    expect(await page.locator(".plan-table tbody tr").count()).toBe(6);
    expect(await violations(page)).toEqual([]);
    await page.context().close();
    const wrong = await stage.open("/budget?plan=nonsense");
    await wrong.page.locator("td", { hasText: "video" }).first().waitFor();
    await wrong.page.context().close();
  });
});

describe("the explorer", () => {
  test("finds what the SDK finds, with filters", async () => {
    const { page } = await stage.open("/explorer");
    await page.getByLabel("Campaign id").fill(origin);
    await page.getByLabel("How many").fill("7");
    await page.getByRole("button", { name: "Add a filter" }).click();
    await page.getByLabel("Field of filter 1").fill("platform");
    await page.getByLabel("Test of filter 1").selectOption("oneOf");
    await page.getByLabel("Value of filter 1").fill("meta, google");
    await page.getByRole("button", { name: "Add a filter" }).click();
    await page.getByLabel("Field of filter 2").fill("budget.daily");
    await page.getByLabel("Test of filter 2").selectOption("over");
    await page.getByLabel("Value of filter 2").fill("100");
    await page.getByLabel(/^Exact/).check();
    await page.getByRole("button", { name: "Search", exact: true }).click();
    await page.getByRole("heading", { name: "7 nearest" }).waitFor();
    const shown = await page.locator(".point-id").allInnerTexts();
    const { field, and } = await import("@marketing-intelligence/sdk");
    const filter = and(
      field("platform").in(["meta", "google"]),
      field("budget.daily").greaterThan(100),
    );
    const found = await client.searchSimilarCampaigns({ id: origin }, 7, filter, { exact: true });
    expect(shown).toEqual(found.points.map((p) => p.id));
    expect(await page.getByRole("region", { name: "Plan" }).innerText()).toContain("exact scan");
    expect(await page.locator("svg.plot path").count()).toBe(7);

    // The address holds the query: whoever opens it sees the same.
    const again = await stage.browser.newPage();
    await again.goto(page.url());
    await again.getByRole("heading", { name: "7 nearest" }).waitFor();
    expect(await again.locator(".point-id").allInnerTexts()).toEqual(shown);
    await again.close();

    // On from a neighbour, and back.
    await page.getByRole("button", { name: `Search from ${shown[2]}` }).click();
    await page
      .locator(".card", { hasText: "Searched for" })
      .getByText(shown[2] ?? "")
      .waitFor();
    await page.goBack();
    await page.locator(".card", { hasText: "Searched for" }).getByText(origin).waitFor();
    await page.context().close();
  });

  test("finds by a vector, and says what is wrong with one", async () => {
    const [point] = await client.getCampaigns([origin], { withEmbedding: true });
    const { page } = await stage.open("/explorer");
    await page.getByText("A vector", { exact: true }).click();
    const box = page.getByLabel("Vector, 384 numbers");
    const search = page.getByRole("button", { name: "Search", exact: true });
    await box.fill("[1, 2, x]");
    await search.click();
    await page.getByRole("alert").filter({ hasText: "“x” is not a number" }).waitFor();
    await box.fill("[1, 2, 3]");
    await search.click();
    await page
      .getByRole("alert")
      .filter({ hasText: "3 numbers; the collection has 384" })
      .waitFor();
    await box.fill(JSON.stringify(Array.from(point?.embedding ?? [])));
    await search.click();
    await page.locator(".point-id").first().waitFor();
    expect(await page.locator(".point-id").first().innerText()).toBe(origin);
    await page.context().close();
  });

  test("says what is wrong with a filter, with an id, and when nothing matches", async () => {
    const number = JSON.stringify(["budget.daily", "over", "much"]);
    const bad = await stage.open(`/explorer?id=${origin}&where=${encodeURIComponent(number)}`);
    await bad.page.getByRole("alert").filter({ hasText: "“much” is not a number" }).waitFor();
    expect(await violations(bad.page)).toEqual([]);
    await bad.page.context().close();
    const absent = await stage.open("/explorer?id=nobody");
    await absent.page.getByRole("alert").filter({ hasText: "no point 'nobody'" }).waitFor();
    await absent.page.context().close();
    const none = JSON.stringify(["platform", "is", "fax"]);
    const empty = await stage.open(`/explorer?id=${origin}&where=${encodeURIComponent(none)}`);
    await empty.page.getByText("No campaign passes all of the filters").waitFor();
    expect(await violations(empty.page)).toEqual([]);
    await empty.page.context().close();
    const nowhere = await stage.open("/explorer?collection=nowhere");
    await nowhere.page.getByText("There is no collection “nowhere”").waitFor();
    await nowhere.page.context().close();
  });

  test("works by keyboard alone", async () => {
    const { page } = await stage.open("/explorer");
    const focused = () =>
      page.evaluate(() => document.activeElement?.outerHTML.slice(0, 200) ?? "");
    const tabTo = async (pattern: RegExp) => {
      for (let i = 0; i < 60; i++) {
        await page.keyboard.press("Tab");
        if (pattern.test(await focused())) return;
      }
      throw new Error(`the keyboard does not reach ${pattern}`);
    };
    await page.getByLabel("Campaign id").waitFor();
    await page.keyboard.press("Tab");
    expect(await focused()).toContain("Skip to content");
    await tabTo(/id="id"/);
    await page.keyboard.type(origin);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "20 nearest" }).waitFor();
    await tabTo(/point-id/);
    const id = await page.evaluate(() => document.activeElement?.textContent);
    await page.keyboard.press("Enter");
    await page
      .locator(".card", { hasText: "Chosen" })
      .getByText(id ?? "")
      .waitFor();
    await tabTo(/Search from/);
    await page.keyboard.press("Enter");
    await page
      .locator(".card", { hasText: "Searched for" })
      .getByText(id ?? "")
      .waitFor();
    await page.context().close();
  });

  test("sorts, chooses columns and pages through 2,000 results", async () => {
    const { page } = await stage.open(`/explorer?id=${origin}&k=10000`);
    await page.getByRole("heading", { name: "1,999 nearest" }).waitFor();
    expect(await page.locator("tbody tr").count()).toBe(50);
    await page.getByText("The nearest 200 are drawn.").waitFor();
    const first = () => page.locator(".point-id").first().innerText();
    const nearest = await first();
    await page.getByRole("button", { name: "Next" }).click();
    await page.getByText("51 to 100 of 1,999").waitFor();
    expect(await first()).not.toBe(nearest);
    await page.getByRole("button", { name: "budget.daily" }).click();
    await page.getByRole("columnheader", { name: "budget.daily" }).waitFor();
    const budgets = await page.locator("tbody tr td:nth-child(7)").allInnerTexts();
    const values = budgets.map((b) => Number(b.replaceAll(",", "")));
    expect(values).toEqual(values.toSorted((a, b) => a - b));
    await page.getByText("Columns").click();
    await page.getByRole("checkbox", { name: "clicks" }).check();
    await page.getByRole("columnheader", { name: "clicks" }).waitFor();
    await page.context().close();
  });
});

test("the theme that was chosen stays", async () => {
  const { page } = await stage.open("/", { colorScheme: "light" });
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await background();
  await page.getByTitle("Dark theme").click();
  await expect.poll(background).not.toBe(light);
  // Colours fade over; what counts is where they end.
  let dark = "";
  for (let now = await background(); now !== dark; now = await background()) {
    dark = now;
    await page.waitForTimeout(250);
  }
  await page.reload();
  await page.getByRole("heading", { name: "Overview" }).waitFor();
  expect(await background()).toBe(dark);
  await page.context().close();
});
