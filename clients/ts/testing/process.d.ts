/** A program that says, in a JSON line with the message "serving", which ports it has. */
export declare class ServingProcess {
  private readonly child;
  readonly serving: Readonly<Record<string, unknown>>;
  readonly log: readonly string[];
  private constructor();
  /** Starts it and waits until it serves. */
  static start(
    command: string,
    args: readonly string[],
    env?: NodeJS.ProcessEnv,
  ): Promise<ServingProcess>;
  get pid(): number;
  /** Ends it with a signal and waits until it is gone. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}
