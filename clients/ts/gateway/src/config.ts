import { parseArgs } from "node:util";

/** One setting: a flag and an environment variable. */
interface Setting {
  readonly flag: string;
  readonly help: string;
  readonly default: string;
  /** Range of a whole number. */
  readonly range?: readonly [number, number];
  readonly isSwitch?: boolean;
}

const settings = {
  listen: {
    flag: "listen",
    help: "Address and port that browsers and clients connect to. PORT replaces it by 0.0.0.0:PORT.",
    default: "127.0.0.1:7780",
  },
  metricsListen: {
    flag: "metrics-listen",
    help: "Address and port of /metrics. Empty: none.",
    default: "127.0.0.1:7781",
  },
  upstream: {
    flag: "upstream",
    help: "The server: host:port, or https://host with TLS.",
    default: "localhost:7700",
  },
  upstreamKeyFile: {
    flag: "upstream-key-file",
    help: "File with the server's API key that every call is forwarded with. Empty: none.",
    default: "",
  },
  upstreamIdTokenAudience: {
    flag: "upstream-id-token-audience",
    help: "Calls are forwarded with an ID token of Google's metadata server for this audience: the URL of a Cloud Run service that asks for one.",
    default: "",
  },
  upstreamMetrics: {
    flag: "upstream-metrics",
    help: "URL of the server's /metrics, which the dashboard's throughput and latency come from. Empty: it says that they are not known.",
    default: "",
  },
  accessKeysFile: {
    flag: "access-keys-file",
    help: "Who may call: file of access keys, one a line: name, prefix, SHA-256 of the secret in hexadecimal and, optionally, scopes=read,write (all when not given). --generate-key makes such a line. Read again at SIGHUP.",
    default: "",
  },
  idTokenAudience: {
    flag: "id-token-audience",
    help: "Who may call: bearers of an ID token for this audience. Needs --id-token-issuer and --id-token-keys.",
    default: "",
  },
  idTokenIssuer: { flag: "id-token-issuer", help: "Who issues those tokens.", default: "" },
  idTokenKeys: {
    flag: "id-token-keys",
    help: "URL of the issuer's public keys (JWKS).",
    default: "",
  },
  idTokenScopes: {
    flag: "id-token-scopes",
    help: "What bearers of an ID token may do: read, or read,write.",
    default: "read",
  },
  insecureOpen: {
    flag: "insecure-open",
    help: "Instead of keys and tokens: everybody who reaches the address may call. For a laptop: only loopback addresses are accepted.",
    default: "false",
    isSwitch: true,
  },
  allowedOrigins: {
    flag: "allowed-origins",
    help: "Other origins whose pages may call, separated by commas: https://app.example.com.",
    default: "",
  },
  dashboardDir: {
    flag: "dashboard-dir",
    help: "Folder of the dashboard's files. Empty: none is served.",
    default: "",
  },
  maxMessageBytes: {
    flag: "max-message-bytes",
    help: "Largest request.",
    default: "16777216",
    range: [1024, 1_073_741_824],
  },
  maxInflight: {
    flag: "max-inflight",
    help: "Requests at once; more are refused with 503.",
    default: "512",
    range: [1, 100_000],
  },
  defaultTimeoutMs: {
    flag: "default-timeout-ms",
    help: "Deadline of a single call whose client sets none.",
    default: "60000",
    range: [1, 86_400_000],
  },
  maxTimeoutMs: {
    flag: "max-timeout-ms",
    help: "Latest deadline that a client may set, and the longest life of a stream.",
    default: "3300000",
    range: [1, 86_400_000],
  },
  drainTimeoutMs: {
    flag: "drain-timeout-ms",
    help: "How long calls may go on after SIGTERM.",
    default: "8000",
    range: [0, 86_400_000],
  },
} satisfies Record<string, Setting>;

type Name = keyof typeof settings;
type ValueOf<S> = S extends { range: unknown }
  ? number
  : S extends { isSwitch: true }
    ? boolean
    : string;

/** What the gateway runs with. */
export type Config = { [N in Name]: ValueOf<(typeof settings)[N]> };

/** What the command line asks for. */
export type Invocation =
  | { readonly action: "serve"; readonly config: Config }
  | { readonly action: "generate-key"; readonly name: string }
  | { readonly action: "help" };

/** Every problem of the command line and the environment, each on a line. */
export class ConfigError extends Error {}

/** Reads flags and environment variables (GATEWAY_LISTEN for --listen); a flag wins. */
export function readConfig(args: readonly string[], environment: NodeJS.ProcessEnv): Invocation {
  const flags = parseFlags(args);
  if (flags.help === true) return { action: "help" };
  if (typeof flags["generate-key"] === "string") {
    return { action: "generate-key", name: flags["generate-key"] };
  }
  const problems: string[] = [];
  const config: Record<string, string | number | boolean> = {};
  for (const [name, setting] of Object.entries<Setting>(settings)) {
    const text = flags[setting.flag] ?? environment[variableOf(setting)] ?? setting.default;
    config[name] = parseSetting(setting, String(text), problems);
  }
  const result = config as Config;
  if (environment.PORT && flags.listen === undefined && !environment.GATEWAY_LISTEN) {
    result.listen = `0.0.0.0:${environment.PORT}`;
  }
  checkTogether(result, problems);
  if (problems.length > 0) throw new ConfigError(problems.join("\n"));
  return { action: "serve", config: result };
}

function parseFlags(args: readonly string[]) {
  const options: Record<string, { type: "string" | "boolean" }> = {
    help: { type: "boolean" },
    "generate-key": { type: "string" },
  };
  for (const setting of Object.values<Setting>(settings)) {
    options[setting.flag] = { type: setting.isSwitch ? "boolean" : "string" };
  }
  try {
    return parseArgs({ args: [...args], options, strict: true }).values;
  } catch (error) {
    throw new ConfigError(error instanceof Error ? error.message : String(error));
  }
}

function variableOf(setting: Setting): string {
  return `GATEWAY_${setting.flag.toUpperCase().replaceAll("-", "_")}`;
}

function parseSetting(setting: Setting, text: string, problems: string[]) {
  if (setting.isSwitch) {
    if (text !== "true" && text !== "false") {
      problems.push(`--${setting.flag}: '${text}' is neither true nor false`);
    }
    return text === "true";
  }
  if (!setting.range) return text;
  const [least, most] = setting.range;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most) {
    problems.push(`--${setting.flag}: '${text}' is not a whole number from ${least} to ${most}`);
  }
  return value;
}

function checkTogether(config: Config, problems: string[]): void {
  for (const [flag, text] of [
    ["listen", config.listen],
    ["metrics-listen", config.metricsListen],
  ] as const) {
    if (text !== "" && !parseAddress(text)) {
      problems.push(`--${flag}: '${text}' is not an address and a port, such as 127.0.0.1:7780`);
    }
  }
  const doors = [config.accessKeysFile !== "", config.idTokenAudience !== "", config.insecureOpen];
  if (!doors.includes(true)) {
    problems.push(
      "who may call? give --access-keys-file, --id-token-audience, or --insecure-open on a laptop",
    );
  }
  if (config.insecureOpen && (doors[0] || doors[1])) {
    problems.push("--insecure-open excludes --access-keys-file and --id-token-audience");
  }
  if (config.insecureOpen && !isLoopback(parseAddress(config.listen)?.host ?? "127.0.0.1")) {
    problems.push(`--insecure-open: ${config.listen} is no loopback address`);
  }
  if (config.idTokenAudience !== "" && (!config.idTokenIssuer || !config.idTokenKeys)) {
    problems.push("--id-token-audience needs --id-token-issuer and --id-token-keys");
  }
  if (!/^read(,write)?$/.test(config.idTokenScopes)) {
    problems.push(`--id-token-scopes: '${config.idTokenScopes}' is neither read nor read,write`);
  }
  for (const origin of originsOf(config)) {
    if (!URL.canParse(origin) || new URL(origin).origin !== origin) {
      problems.push(`--allowed-origins: '${origin}' is no origin, such as https://app.example.com`);
    }
  }
}

/** Host and port of `127.0.0.1:7780` or `[::1]:7780`. */
export function parseAddress(text: string): { host: string; port: number } | undefined {
  const match = /^(?:\[([0-9a-fA-F:]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (!match || port > 65_535) return undefined;
  return { host: match[1] ?? match[2] ?? "", port };
}

export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\.\d+\.\d+\.\d+$/.test(host);
}

export function originsOf(config: Config): string[] {
  return config.allowedOrigins.split(",").filter((origin) => origin !== "");
}

/** The text of --help. */
export function helpText(): string {
  const lines = Object.values<Setting>(settings).map((setting) => {
    const range = setting.range ? ` From ${setting.range[0]} to ${setting.range[1]}.` : "";
    const initial = setting.default === "" ? "" : ` Default: ${setting.default}.`;
    return `  --${setting.flag}  (${variableOf(setting)})\n          ${setting.help}${range}${initial}`;
  });
  return (
    "mi-gateway: Marketing Intelligence for browsers: grpc-web, Connect, gRPC and JSON on one port.\n\n" +
    "Usage:\n" +
    "  mi-gateway [--setting value ...]    serves until SIGTERM or SIGINT\n" +
    "  mi-gateway --generate-key NAME      makes an access key\n\n" +
    `Settings, and their environment variables (a flag wins):\n\n${lines.join("\n")}\n`
  );
}
