import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { launchBrowser } from "../../testing/browser.ts";
import { TestGateway } from "../../testing/gateway.ts";
import { TestServer } from "../../testing/server.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** The built dashboard in a browser, behind a gateway, before a server. */
export class Stage {
  private constructor(
    readonly server: TestServer,
    readonly gateway: TestGateway,
    readonly browser: Browser,
  ) {}

  static async set(gatewayArgs: readonly string[] = ["--insecure-open"]): Promise<Stage> {
    const server = await TestServer.start();
    const gateway = await TestGateway.start(server.address, [
      ...gatewayArgs,
      `--dashboard-dir=${join(import.meta.dirname, "../dist")}`,
      `--upstream-metrics=${server.metricsUrl}`,
    ]);
    return new Stage(server, gateway, await launchBrowser());
  }

  async open(path: string, options: BrowserContextOptions = {}): Promise<Watched> {
    const context = await this.browser.newContext({
      viewport: { width: 1280, height: 900 },
      reducedMotion: "reduce",
      // The page's own rules forbid what is not its own, and so also axe.
      bypassCSP: true,
      ...options,
    });
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error") errors.push(message.text());
    });
    await page.goto(this.gateway.url + path);
    return { page, errors };
  }

  async strike(): Promise<void> {
    await this.browser.close();
    await this.gateway.stop();
    await this.server.stop();
  }
}

/** A page, and what it complained about. */
export interface Watched {
  readonly page: Page;
  readonly errors: string[];
}

/** What axe finds wrong, in words. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { axe } = window as unknown as { axe: typeof import("axe-core") };
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
    const result = await axe.run({ runOnly: tags });
    return result.violations.map(
      (v) => `${v.id}: ${v.help} (${v.nodes.map((n) => n.target.join(" ")).slice(0, 3)})`,
    );
  });
}

/** Whether something makes the page wider than the window. */
export function overflows(page: Page): Promise<boolean> {
  return page.evaluate(
    () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
  );
}
