// Writes a Cloud Run service file as a TypeScript constant of the API's type,
// so that the compiler finds misspelt fields and values of the wrong type.
//
// Usage: node to_typescript.mjs service.yaml > service.ts

import { readFileSync } from "node:fs";
import { parse } from "yaml";

const service = parse(readFileSync(process.argv[2], "utf8"));
process.stdout.write(
  `import type { run_v1 } from "@googleapis/run";\n\n` +
    `export const service: run_v1.Schema$Service = ${JSON.stringify(service, null, 2)};\n`,
);
