import { createServer } from "node:http";
import { generateKey } from "./access.js";
import { type Config, ConfigError, helpText, parseAddress, readConfig } from "./config.js";
import { Gateway } from "./gateway.js";
import { listen } from "./listener.js";

async function main(): Promise<number> {
  try {
    const invocation = readConfig(process.argv.slice(2), process.env);
    switch (invocation.action) {
      case "help":
        process.stdout.write(helpText());
        return 0;
      case "generate-key": {
        const { key, line } = generateKey(invocation.name);
        process.stdout.write(`key   ${key}\nline  ${line}\n`);
        return 0;
      }
      case "serve":
        await serve(invocation.config);
        return 0;
    }
  } catch (error) {
    process.stderr.write(`mi-gateway: ${error instanceof Error ? error.message : error}\n`);
    return error instanceof ConfigError ? 2 : 1;
  }
}

/** Serves until SIGTERM or SIGINT. */
async function serve(config: Config): Promise<void> {
  const shutdown = new AbortController();
  const gateway = new Gateway(config, shutdown.signal);
  const address = parseAddress(config.listen) ?? { host: "127.0.0.1", port: 0 };
  const listener = await listen(address, (request, response) => gateway.handle(request, response));
  const metricsPort = await serveMetrics(config, gateway);
  log("INFO", "serving", { address: `${address.host}:${listener.port}`, metricsPort });
  process.on("SIGHUP", () => reload(gateway));
  const signal = await stopSignal();
  log("INFO", "stopping", { signal });
  setTimeout(() => shutdown.abort(), Math.max(config.drainTimeoutMs - 500, 0)).unref();
  await listener.drain(config.drainTimeoutMs);
  gateway.close();
  process.exit(0);
}

async function serveMetrics(config: Config, gateway: Gateway): Promise<number | undefined> {
  const address = parseAddress(config.metricsListen);
  if (!address) return undefined;
  const server = createServer((request, response) => {
    const known = request.url === "/metrics";
    response.writeHead(known ? 200 : 404, { "content-type": "text/plain; version=0.0.4" });
    response.end(known ? gateway.metrics.text() : "nothing here\n");
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(address.port, address.host, resolve);
  });
  server.unref();
  const bound = server.address();
  return typeof bound === "object" ? bound?.port : undefined;
}

function reload(gateway: Gateway): void {
  try {
    gateway.access.reload();
    log("INFO", "access keys read again", {});
  } catch (error) {
    log("ERROR", "access keys stay as they were", { error: String(error) });
  }
}

function stopSignal(): Promise<string> {
  return new Promise((resolve) => {
    for (const name of ["SIGTERM", "SIGINT"] as const) process.once(name, () => resolve(name));
  });
}

/** One JSON object a line, as Cloud Logging and people's tools read it. */
function log(severity: string, message: string, fields: Record<string, unknown>): void {
  const line = { time: new Date().toISOString(), severity, message, ...fields };
  process.stderr.write(`${JSON.stringify(line)}\n`);
}

process.exitCode = await main();
