import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { ServingProcess } from "./process.ts";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../../..");

/** Folder with mi-server and mi; the release build's unless MI_BIN_DIR says otherwise. */
export const binDir = process.env.MI_BIN_DIR ?? join(root, "build/release/bin");

/** The real server, on ports of its own and a data folder that goes when it stops. */
export class TestServer {
  private process: ServingProcess;
  private readonly dataDir: string;
  private readonly args: readonly string[];

  private constructor(process: ServingProcess, dataDir: string, args: readonly string[]) {
    this.process = process;
    this.dataDir = dataDir;
    this.args = args;
  }

  static async start(args: readonly string[] = ["--insecure-single-tenant"]): Promise<TestServer> {
    const dataDir = mkdtempSync(join(tmpdir(), "mi-ts-"));
    return new TestServer(await run(dataDir, args, 0), dataDir, args);
  }

  get port(): number {
    return Number(this.process.serving.port);
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  get metricsUrl(): string {
    return `http://127.0.0.1:${this.process.serving.metrics_port}/metrics`;
  }

  /** Kills it without warning. */
  async kill(): Promise<void> {
    await this.process.stop("SIGKILL");
  }

  /** Starts it again after `kill`, on the same port and data. */
  async restart(): Promise<void> {
    this.process = await run(this.dataDir, this.args, this.port);
  }

  async stop(): Promise<void> {
    await this.process.stop("SIGKILL");
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}

function run(dataDir: string, args: readonly string[], port: number): Promise<ServingProcess> {
  return ServingProcess.start(join(binDir, "mi-server"), [
    `--listen=127.0.0.1:${port}`,
    "--metrics-listen=127.0.0.1:0",
    `--data-dir=${dataDir}`,
    ...args,
  ]);
}
