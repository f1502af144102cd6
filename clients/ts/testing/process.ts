import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** A program that says, in a JSON line with the message "serving", which ports it has. */
export class ServingProcess {
  readonly serving: Readonly<Record<string, unknown>>;
  readonly log: readonly string[];
  private readonly child: ChildProcess;

  private constructor(
    child: ChildProcess,
    serving: Readonly<Record<string, unknown>>,
    log: readonly string[],
  ) {
    this.child = child;
    this.serving = serving;
    this.log = log;
  }

  /** Starts it and waits until it serves. */
  static async start(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    const child = spawn(command, args, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...env },
    });
    const log: string[] = [];
    const serving = await new Promise<Record<string, unknown>>((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code) =>
        reject(new Error(`${command} ended with ${code}:\n${log.join("\n")}`)),
      );
      const onLine = (line: string) => {
        log.push(line);
        if (!line.startsWith("{")) return;
        const entry = JSON.parse(line) as Record<string, unknown>;
        if (entry.message === "serving") resolve(entry);
      };
      for (const input of [child.stdout, child.stderr]) {
        createInterface({ input }).on("line", onLine);
      }
    });
    return new ServingProcess(child, serving, log);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Ends it with a signal and waits until it is gone. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return this.child.exitCode;
    const gone = once(this.child, "exit");
    this.child.kill(signal);
    const [code] = (await gone) as [number | null];
    return code;
  }
}
