import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchBrowser } from "../../testing/browser.ts";
import { TestGateway } from "../../testing/gateway.ts";
import { TestServer } from "../../testing/server.ts";
import { contract } from "./contract/suite.ts";

let browser: Browser;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "mi-page-"));
  await build({
    root: join(import.meta.dirname, "contract"),
    configFile: false,
    logLevel: "error",
    build: {
      outDir: folder,
      emptyOutDir: false,
      lib: {
        entry: join(import.meta.dirname, "contract/browser_entry.ts"),
        formats: ["es"],
        fileName: () => "page.js",
      },
      target: "es2023",
    },
    resolve: { conditions: ["browser", "module", "import", "default"] },
  });
  writeFileSync(
    join(folder, "index.html"),
    '<!doctype html><title>contract</title><script type="module" src="/page.js"></script>',
  );
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A page of another origin than the gateway's, with the same scripts. */
async function otherOrigin(): Promise<{ origin: string; close: () => void }> {
  const server = createServer((request, response) => {
    const file = join(folder, new URL(request.url ?? "/", "http://page").pathname);
    const type = file.endsWith(".js") ? "text/javascript" : "text/html";
    const content = readFileSync(file.endsWith(".js") ? file : join(folder, "index.html"));
    response.writeHead(200, { "content-type": type }).end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  return { origin: `http://127.0.0.1:${port}`, close: () => server.close() };
}

async function open(url: string): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(url);
  await page.waitForFunction(() => window.caseNames !== undefined);
  return page;
}

describe("grpc-web from Chromium, on the gateway's own page", () => {
  let server: TestServer;
  let gateway: TestGateway;
  let page: Page;
  beforeAll(async () => {
    server = await TestServer.start();
    gateway = await TestGateway.start(server.address, [
      "--insecure-open",
      `--dashboard-dir=${folder}`,
    ]);
    page = await open(gateway.url);
  });
  afterAll(async () => {
    await gateway?.stop();
    await server?.stop();
  });

  test("the package chooses grpc-web by itself", async () => {
    expect(await page.evaluate(() => window.backend)).toBe("grpc-web");
    expect(await page.evaluate(() => window.caseNames)).toEqual(contract.map((c) => c.name));
  });

  for (const [index, { name }] of contract.entries()) {
    test(name, async () => {
      const address = gateway.url;
      const wrong = await page.evaluate((args) => window.runCase(args.address, args.index), {
        address,
        index,
      });
      expect(wrong).toBeUndefined();
    });
  }
});

describe("grpc-web from Chromium, on a page of another origin", () => {
  let server: TestServer;
  let other: Awaited<ReturnType<typeof otherOrigin>>;
  beforeAll(async () => {
    server = await TestServer.start();
    other = await otherOrigin();
  });
  afterAll(async () => {
    other?.close();
    await server?.stop();
  });

  async function failuresThrough(args: readonly string[]): Promise<(string | undefined)[]> {
    const gateway = await TestGateway.start(server.address, ["--insecure-open", ...args]);
    const page = await open(other.origin);
    try {
      const results: (string | undefined)[] = [];
      // Writing, searching, filters and errors with details: enough to show
      // that the browser lets everything through.
      for (const index of [0, 1, 2, 3, contract.length - 6]) {
        const args_ = { address: gateway.url, index };
        results.push(
          await page.evaluate((args) => window.runCase(args.address, args.index), args_),
        );
      }
      return results;
    } finally {
      await page.close();
      await gateway.stop();
    }
  }

  test("works when the origin is on the list", async () => {
    const failures = await failuresThrough([`--allowed-origins=${other.origin}`]);
    expect(failures).toEqual(failures.map(() => undefined));
  });

  test("gets nothing when it is not", async () => {
    const failures = await failuresThrough(["--allowed-origins=https://app.example.com"]);
    for (const failure of failures) {
      expect(failure).toContain("UNAVAILABLE: no connection");
      expect(failure).toContain("does it allow the origin of this page?");
    }
  });
});
