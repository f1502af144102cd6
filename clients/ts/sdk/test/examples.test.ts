import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { TestServer } from "../../testing/server.ts";

const folder = join(import.meta.dirname, "../examples");

const wanted: Record<string, readonly (string | RegExp)[]> = {
  "quickstart.ts": [
    /^spring 0\.99\d meta\nsummer 0\.9\d\d google$/m,
    "with a budget over 100: spring, winter",
  ],
  "graph.ts": [
    /^0 spring\n1 video\n2 runners$/m,
    /^with meta: (video|runners), 0\.8$/m,
    /^4 ranked in \d+ rounds$/m,
  ],
  "budget.ts": [
    /^search: \d+\.\d\d \(\d+\.\d\d\), 0\.0\d\d at the margin$/m,
    /^\d+ -> \d+ responses$/m,
    /^a larger limit of meta earns 0\.0\d+ a unit$/m,
  ],
  "bulk_import.ts": ["4000 written", "5000 new, 0 replaced, in 10 batches"],
  "errors_and_deadlines.ts": [
    "a vector of three: INVALID_ARGUMENT, do not retry query.vector",
    "no vector at all: INVALID_ARGUMENT, do not retry query.vector",
    "too many: INVALID_ARGUMENT, do not retry k",
    "an unknown id: NOT_FOUND, do not retry",
    "cancelled: CANCELLED, do not retry",
    "nobody there: UNAVAILABLE, try later",
  ],
};

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server?.stop());

test("every example is tested", () => {
  expect(readdirSync(folder).sort()).toEqual(Object.keys(wanted).sort());
});

for (const [name, texts] of Object.entries(wanted)) {
  test(`${name} does what it says`, () => {
    const output = execFileSync(process.execPath, [join(folder, name), server.address]).toString();
    for (const text of texts) expect(output).toMatch(text);
  });
}
