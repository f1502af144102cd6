/** Folder with mi-server and mi; the release build's unless MI_BIN_DIR says otherwise. */
export declare const binDir: string;
/** The real server, on ports of its own and a data folder that goes when it stops. */
export declare class TestServer {
  private process;
  private readonly dataDir;
  private readonly args;
  private constructor();
  static start(args?: readonly string[]): Promise<TestServer>;
  get port(): number;
  get address(): string;
  get metricsUrl(): string;
  /** Kills it without warning. */
  kill(): Promise<void>;
  /** Starts it again after `kill`, on the same port and data. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}
