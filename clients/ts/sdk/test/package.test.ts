import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import { expect, test } from "vitest";
import { ConditionSchema, FilterSchema } from "../src/gen/marketing/intelligence/v1/filter_pb.ts";
import { filterCases } from "./contract/filters.ts";

const sdk = join(import.meta.dirname, "..");
const workspace = join(sdk, "..");
const tool = (name: string) => join(workspace, "node_modules/.bin", name);

/** A folder inside the package, so that imports resolve; gone after the test. */
function inFolder<T>(use: (folder: string) => T): T {
  const folder = mkdtempSync(join(sdk, "dist/.test-"));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("the generated code is what buf makes of the API definitions today", () => {
  const folder = mkdtempSync(join(tmpdir(), "mi-gen-"));
  try {
    execFileSync(tool("buf"), ["generate", "-o", folder], { cwd: workspace });
    const fresh = join(folder, "sdk/src/gen");
    const names = (root: string) =>
      readdirSync(root, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => relative(root, join(entry.parentPath, entry.name)))
        .sort();
    expect(names(join(sdk, "src/gen"))).toEqual(names(fresh));
    for (const name of names(fresh)) {
      const [kept, made] = [join(sdk, "src/gen", name), join(fresh, name)].map((path) =>
        readFileSync(path, "utf8"),
      );
      expect(kept === made, `${name}: npm run generate`).toBe(true);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("the browser's bundle is small and has nothing of Node in it", async () => {
  const folder = mkdtempSync(join(sdk, "dist/.test-"));
  try {
    const entry = join(folder, "entry.js");
    writeFileSync(
      entry,
      `import { MarketingIntelligence } from "@marketing-intelligence/sdk";
       const client = new MarketingIntelligence();
       console.log(await client.searchSimilarCampaigns({ id: "a" }, 1), client.backend);`,
    );
    const result = await build({
      root: folder,
      configFile: false,
      logLevel: "error",
      build: { write: false, rollupOptions: { input: entry }, target: "es2023" },
    });
    const outputs = Array.isArray(result) ? result : [result];
    const chunks = outputs
      .flatMap((one) => ("output" in one ? one.output : []))
      .filter((chunk) => chunk.type === "chunk");
    // What a page loads at once: the entry and what it imports, without what is loaded when first used.
    const first = new Set(chunks.filter((chunk) => chunk.isEntry));
    for (const chunk of first) {
      for (const name of chunk.imports) {
        const imported = chunks.find((other) => other.fileName === name);
        if (imported) first.add(imported);
      }
    }
    expect(chunks.length).toBeGreaterThan(first.size);
    const code = [...first].map((chunk) => chunk.code).join("\n");
    const gzipped = gzipSync(code, { level: 9 }).byteLength;
    expect(code).toContain("grpc-web");
    expect(code).not.toMatch(/["'`]node:|http2|grpc-js/);
    expect(gzipped).toBeGreaterThan(20_000);
    expect(gzipped).toBeLessThanOrEqual(45_000);
    process.stderr.write(`browser bundle: ${code.length} bytes, ${gzipped} gzipped\n`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("Node finds gRPC, from ESM and from CommonJS", () => {
  inFolder((folder) => {
    const use =
      'const c = new MarketingIntelligence({ address: "127.0.0.1:1" }); console.log(c.backend); c.close();';
    const esm = join(folder, "esm.mjs");
    const cjs = join(folder, "cjs.cjs");
    writeFileSync(
      esm,
      `import { MarketingIntelligence } from "@marketing-intelligence/sdk"; ${use}`,
    );
    writeFileSync(
      cjs,
      `const { MarketingIntelligence } = require("@marketing-intelligence/sdk"); ${use}`,
    );
    for (const file of [esm, cjs]) {
      expect(execFileSync(process.execPath, [file]).toString().trim()).toBe("grpc");
    }
  });
});

test("publint and attw find nothing wrong with the package", () => {
  execFileSync(tool("publint"), ["--strict"], { cwd: sdk, stdio: "pipe" });
  execFileSync(tool("attw"), ["--pack", ".", "--profile", "node16"], { cwd: sdk, stdio: "pipe" });
});

test("the filter builder has every form of the filter message", () => {
  const used = new Set<string>();
  const walk = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    if ("case" in value && typeof value.case === "string") used.add(value.case);
    for (const member of Object.values(value)) walk(member);
  };
  for (const { filter } of filterCases()) walk(filter);
  const forms = [FilterSchema, ConditionSchema].flatMap((schema) =>
    schema.oneofs.flatMap((oneof) => oneof.fields.map((f) => f.localName)),
  );
  expect(forms.length).toBeGreaterThan(12);
  expect(forms.filter((form) => !used.has(form))).toEqual([]);
});
