// Takes the screenshots under screenshots/: every page, in both themes and at
// both widths, of a gateway that serves the demo data.
//
// Usage: npm run screenshots -- http://127.0.0.1:7780 [FOLDER]

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { launchBrowser } from "../../testing/browser.ts";

const [address = "http://127.0.0.1:7780", folder = join(import.meta.dirname, "../screenshots")] =
  process.argv.slice(2);

const where = encodeURIComponent(JSON.stringify(["platform", "oneOf", "meta, google, tiktok"]));
const pages = {
  overview: "/",
  explorer: `/explorer?id=cmp-000042&k=60&where=${where}`,
  budget: "/budget",
};
const widths = { wide: { width: 1360, height: 940 }, narrow: { width: 360, height: 780 } };
// For the charts of the overview: the time that they show must have passed.
const trafficMs = Number(process.env.TRAFFIC_MS ?? 40_000);

async function take(browser: Browser, name: string, theme: "light" | "dark"): Promise<void> {
  const path = pages[name as keyof typeof pages];
  for (const [size, viewport] of Object.entries(widths)) {
    const context = await browser.newContext({
      viewport,
      colorScheme: theme,
      deviceScaleFactor: size === "narrow" ? 2 : 1,
      reducedMotion: "reduce",
    });
    const page = await context.newPage();
    await page.goto(address + path);
    await page.locator("td").first().waitFor();
    await page.waitForTimeout(name === "overview" ? trafficMs : 1_500);
    const file = join(folder, `${name}-${theme}-${size}.png`);
    await page.screenshot({ path: file, fullPage: size === "narrow" || name === "overview" });
    console.log(file);
    await context.close();
  }
}

/** Searches of this page's own, so that the charts have something to show. */
async function makeTraffic(browser: Browser): Promise<() => Promise<void>> {
  const page = await browser.newPage();
  await page.goto(address);
  await page.evaluate(() => {
    let i = 0;
    const search = async () => {
      i += 7;
      const id = `cmp-${String(i % 20_000).padStart(6, "0")}`;
      const body = JSON.stringify({ id, k: 10, filter: i % 3 ? {} : { platform: "meta" } });
      await fetch("/api/search", { method: "POST", body }).then((response) => response.text());
      setTimeout(search, 20 + 60 * (1 + Math.sin(Date.now() / 9_000)));
    };
    for (let lane = 0; lane < 3; lane++) void search();
  });
  return () => page.close();
}

mkdirSync(folder, { recursive: true });
const browser = await launchBrowser();
const stop = await makeTraffic(browser);
try {
  for (const theme of ["light", "dark"] as const) {
    await Promise.all(Object.keys(pages).map((name) => take(browser, name, theme)));
  }
} finally {
  await stop();
  await browser.close();
}
