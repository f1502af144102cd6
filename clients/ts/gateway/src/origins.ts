import { cors } from "@connectrpc/connect";
import { type Config, isLoopback, originsOf } from "./config.js";
import type { Request, Response } from "./http.js";

const allowedHeaders = [
  ...cors.allowedHeaders,
  "authorization",
  "x-api-key",
  "traceparent",
  "tracestate",
].join(", ");

/**
 * Which pages may call: those of the gateway's own origin, and those of the origins on the list. Others
 * get nothing: no answer, no word about what is here.
 */
export class Origins {
  private readonly allowed: ReadonlySet<string>;
  private readonly onlyLoopback: boolean;

  constructor(config: Config) {
    this.allowed = new Set(originsOf(config));
    this.onlyLoopback = config.insecureOpen;
  }

  /**
   * Whether the request may go on; sets the headers that a page of another origin needs. Requests without
   * an origin are not from a page's script.
   */
  admit(request: Request, response: Response): boolean {
    const host = hostOf(request);
    // Without keys, a page of a name that someone points at 127.0.0.1 must not
    // get in (DNS rebinding).
    if (this.onlyLoopback && !isLoopback(hostName(host))) return false;
    const origin = request.headers.origin;
    if (origin === undefined) return true;
    response.setHeader("vary", "origin");
    if (this.allowed.has(origin)) {
      response.setHeader("access-control-allow-origin", origin);
      response.setHeader("access-control-expose-headers", cors.exposedHeaders.join(", "));
      return true;
    }
    return origin === `http://${host}` || origin === `https://${host}`;
  }

  /** Answers a preflight request of an admitted page. */
  answerPreflight(response: Response): void {
    response.setHeader("access-control-allow-methods", cors.allowedMethods.join(", "));
    response.setHeader("access-control-allow-headers", allowedHeaders);
    response.setHeader("access-control-max-age", "7200");
    response.writeHead(204).end();
  }
}

function hostOf(request: Request): string {
  const authority = request.headers[":authority"];
  return (typeof authority === "string" ? authority : request.headers.host) ?? "";
}

function hostName(host: string): string {
  return host.replace(/:\d+$/, "").replace(/^\[|\]$/g, "");
}
