import { ServingProcess } from "./process.ts";
/** The built gateway, in a process of its own. */
export declare class TestGateway {
  readonly process: ServingProcess;
  private constructor();
  static start(
    upstream: string,
    args?: readonly string[],
    env?: NodeJS.ProcessEnv,
  ): Promise<TestGateway>;
  get url(): string;
  metrics(): Promise<string>;
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}
