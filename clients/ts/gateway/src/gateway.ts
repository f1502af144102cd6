import { createRegistry } from "@bufbuild/protobuf";
import { ConnectError, type HandlerContext } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { MarketingIntelligenceError } from "@marketing-intelligence/sdk";
import * as api from "@marketing-intelligence/sdk/api";
import { Access, authorize, type Scope, scopeOf } from "./access.js";
import type { Config } from "./config.js";
import { forwardService } from "./forward.js";
import { headersOf, type Request, type Response, readBody, sendJson, sendText } from "./http.js";
import { Metrics } from "./metrics.js";
import { Origins } from "./origins.js";
import { failure, RestSearch } from "./rest/search.js";
import { readServerMetrics } from "./server_metrics.js";
import { StaticFiles } from "./static_files.js";
import { openUpstream, type Upstream } from "./upstream.js";

type Route = (request: Request, response: Response, signal: AbortSignal) => Promise<void> | void;

/** Answers every request of the gateway's port. Keeps nothing between requests but counters. */
export class Gateway {
  readonly metrics = new Metrics();
  readonly access: Access;
  private readonly upstream: Upstream;
  private readonly origins: Origins;
  private readonly files: StaticFiles | undefined;
  private readonly rpc: (request: Request, response: Response) => void;
  private readonly routes: ReadonlyMap<string, Route>;

  constructor(
    private readonly config: Config,
    shutdown: AbortSignal,
  ) {
    this.access = new Access(config);
    this.origins = new Origins(config);
    this.upstream = openUpstream(config);
    this.files = config.dashboardDir ? new StaticFiles(config.dashboardDir) : undefined;
    const rest = new RestSearch(this.upstream.transport);
    this.rpc = this.makeRpcHandler(shutdown) as typeof this.rpc;
    this.routes = new Map<string, Route>([
      ["GET /healthz", (_, response) => sendText(response, 200, "alive")],
      ["GET /readyz", (_, response) => this.answerReadiness(response)],
      [
        "GET /api/server-metrics",
        this.guarded("read", (_, response, signal) => this.answerServerMetrics(response, signal)),
      ],
      [
        "POST /api/search",
        this.guarded("read", async (request, response, signal) => {
          const text = await readBody(request, config.maxMessageBytes);
          if (text === undefined) {
            const code = "RESOURCE_EXHAUSTED";
            const detail = `the body is larger than ${config.maxMessageBytes} bytes`;
            const error = new MarketingIntelligenceError({ code, detail, origin: "server" });
            return sendJson(response, 413, failure(error).body);
          }
          const { status, body } = await rest.answer(text, signal);
          sendJson(response, status, body);
        }),
      ],
    ]);
  }

  close(): void {
    this.upstream.close();
  }

  /** Answers one request. */
  handle(request: Request, response: Response): void {
    this.metrics.inflight++;
    response.on("close", () => this.metrics.inflight--);
    if (this.metrics.inflight > this.config.maxInflight) {
      this.metrics.countRefused("inflight");
      response.setHeader("retry-after", "1");
      return sendText(response, 503, "too many requests at once");
    }
    if (!this.origins.admit(request, response)) {
      this.metrics.countRefused("origin");
      return sendText(response, 403, "this origin may not call");
    }
    if (request.method === "OPTIONS" && request.headers.origin !== undefined) {
      return this.origins.answerPreflight(response);
    }
    this.route(request, response);
  }

  private route(request: Request, response: Response): void {
    const path = (request.url ?? "/").replace(/\?.*/, "");
    const route = this.routes.get(`${request.method} ${path}`);
    if (route) {
      const left = new AbortController();
      response.on("close", () => left.abort());
      Promise.resolve(route(request, response, left.signal)).catch((error: unknown) => {
        sendJson(response, 500, failure(error).body);
      });
      return;
    }
    if (isRpc(path)) return this.rpc(request, response);
    if (this.files?.serve(request, response, path)) return;
    sendText(response, 404, "nothing here");
  }

  private makeRpcHandler(shutdown: AbortSignal) {
    const { config } = this;
    return connectNodeAdapter({
      routes: (router) => {
        for (const service of [...Object.values(api.generatedServices), api.Health]) {
          forwardService(router, service, this.upstream.transport, config.defaultTimeoutMs);
        }
      },
      requestGate: (context) => this.gate(context),
      interceptors: [this.metrics.interceptor],
      readMaxBytes: config.maxMessageBytes,
      maxTimeoutMs: config.maxTimeoutMs,
      shutdownSignal: shutdown,
      // For the details of a job's error, which are Any.
      jsonOptions: {
        registry: createRegistry(
          api.ErrorInfoSchema,
          api.BadRequestSchema,
          api.ResourceInfoSchema,
          api.RetryInfoSchema,
        ),
      },
    });
  }

  /** Finds out who calls, before anything of the message is read. */
  private async gate(context: HandlerContext): Promise<void> {
    try {
      const caller = await this.access.authenticate(context.requestHeader);
      authorize(caller, scopeOf(context.method));
    } catch (error) {
      this.metrics.countRefused("access");
      throw error;
    }
  }

  private guarded(scope: Scope, route: Route): Route {
    return async (request, response, signal) => {
      try {
        authorize(await this.access.authenticate(headersOf(request)), scope);
      } catch (thrown) {
        this.metrics.countRefused("access");
        return sendAccessError(response, ConnectError.from(thrown));
      }
      return route(request, response, signal);
    };
  }

  private async answerReadiness(response: Response): Promise<void> {
    try {
      const { message } = await this.upstream.transport.unary(
        api.Health.method.check,
        undefined,
        2_000,
        undefined,
        { service: "readiness" },
      );
      const serving = message.status === api.HealthCheckResponse_ServingStatus.SERVING;
      sendText(response, serving ? 200 : 503, serving ? "ready" : "the server is not ready");
    } catch (error) {
      sendText(response, 503, ConnectError.from(error).rawMessage);
    }
  }

  private async answerServerMetrics(response: Response, signal: AbortSignal): Promise<void> {
    if (this.config.upstreamMetrics === "") {
      return sendJson(response, 404, { error: "the gateway was not told where the metrics are" });
    }
    try {
      const samples = await readServerMetrics(this.config.upstreamMetrics, signal);
      sendJson(response, 200, { samples });
    } catch {
      sendJson(response, 503, { error: "the server's metrics cannot be read" });
    }
  }
}

// /package.Service/Method: no file has a dot in its folder.
function isRpc(path: string): boolean {
  return /^\/[a-z0-9_]+(\.[A-Za-z0-9_]+)+\/[A-Za-z0-9_]+$/.test(path);
}

function sendAccessError(response: Response, error: ConnectError): void {
  const { code, rawMessage } = error;
  const name = { 16: "UNAUTHENTICATED", 7: "PERMISSION_DENIED", 14: "UNAVAILABLE" }[code as number];
  const status = { 16: 401, 7: 403, 14: 503 }[code as number] ?? 500;
  sendJson(response, status, {
    error: { code: name ?? "INTERNAL", message: rawMessage, fields: [] },
  });
}
