import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { binDir } from "./server.ts";

/** Loads generated campaigns as `make run` does. */
export function loadDemo(address: string, points: number): void {
  const folder = mkdtempSync(join(tmpdir(), "mi-demo-"));
  const mi = (...args: string[]) =>
    execFileSync(join(binDir, "mi"), ["--server", address, ...args], { stdio: "pipe" });
  try {
    const file = join(folder, "demo.ndjson");
    mi("generate-demo", "--points", String(points), "--output", file);
    mi(
      ...["load", "campaigns", file, "--create", "--metric", "cosine", "--index", "hnsw"],
      ...["--datetime", "start_date,end_date", "--geo", "location"],
      ...["--index-field", "platform:keyword,objective:keyword,market:keyword,tags:keyword"],
      ...["--index-field", "active:bool,budget.daily:float,spend:float,roas:float"],
      ...["--index-field", "start_date:datetime,location:geo,name:text"],
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}
