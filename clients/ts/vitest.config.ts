import { defineConfig } from "vitest/config";

// One run for everything: `npm test`. The projects can be run alone, as in
// `npx vitest --project sdk`.
export default defineConfig({
  test: {
    projects: ["sdk", "gateway", "dashboard"].map((name) => ({
      test: {
        name,
        root: name,
        include: ["test/**/*.test.{ts,tsx}"],
        testTimeout: 30_000,
        hookTimeout: 60_000,
        // A page's first load, on two busy processors.
        expect: { poll: { timeout: 15_000 } },
      },
    })),
    // The machine that CI has: two processors, and servers beside the tests.
    maxWorkers: 2,
  },
});
