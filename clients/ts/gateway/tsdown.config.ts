import { defineConfig } from "tsdown";

// One file with everything in it: an image needs Node and this file.
export default defineConfig({
  entry: { "mi-gateway": "src/main.ts" },
  format: "esm",
  platform: "node",
  target: "node22",
  tsconfig: "tsconfig.build.json",
  clean: true,
  fixedExtension: false,
  outputOptions: { codeSplitting: false },
  deps: { alwaysBundle: [/.*/], onlyBundle: false },
});
