import { defineConfig } from "tsdown";

export default defineConfig({
  entry: ["src/index.node.ts", "src/index.browser.ts", "src/api.ts"],
  format: ["esm", "cjs"],
  platform: "neutral",
  target: "es2023",
  dts: true,
  tsconfig: "tsconfig.build.json",
  clean: true,
  fixedExtension: false,
  // A file for each source, so that a page loads what it uses and no more.
  unbundle: true,
});
