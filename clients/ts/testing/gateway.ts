import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ServingProcess } from "./process.ts";

const program = join(dirname(fileURLToPath(import.meta.url)), "../gateway/dist/mi-gateway.js");

/** The built gateway, in a process of its own. */
export class TestGateway {
  readonly process: ServingProcess;

  private constructor(process: ServingProcess) {
    this.process = process;
  }

  static async start(
    upstream: string,
    args: readonly string[] = ["--insecure-open"],
    env: NodeJS.ProcessEnv = {},
  ): Promise<TestGateway> {
    const all = [
      program,
      "--listen=127.0.0.1:0",
      "--metrics-listen=127.0.0.1:0",
      `--upstream=${upstream}`,
      ...args,
    ];
    return new TestGateway(await ServingProcess.start(process.execPath, all, env));
  }

  get url(): string {
    return `http://${this.process.serving.address}`;
  }

  async metrics(): Promise<string> {
    const response = await fetch(`http://127.0.0.1:${this.process.serving.metricsPort}/metrics`);
    return response.text();
  }

  stop(signal: NodeJS.Signals = "SIGKILL"): Promise<number | null> {
    return this.process.stop(signal);
  }
}
