import { readdirSync, readFileSync } from "node:fs";
import { extname, join, relative } from "node:path";
import { gzipSync } from "node:zlib";
import type { Request, Response } from "./http.js";

const types: Record<string, string> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};

const securityHeaders: Record<string, string> = {
  "content-security-policy":
    "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

interface StaticFile {
  readonly body: Buffer;
  readonly gzipped: Buffer | undefined;
  readonly type: string;
  readonly cacheControl: string;
}

/**
 * The dashboard's files, held in memory: they are few and small. Files under assets/ have a hash in their
 * names and are kept by browsers for a year; everything else is asked for each time.
 */
export class StaticFiles {
  private readonly files = new Map<string, StaticFile>();

  constructor(folder: string) {
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      this.files.set(`/${relative(folder, path).replaceAll("\\", "/")}`, load(path));
    }
    if (!this.files.has("/index.html")) throw new Error(`${folder} has no index.html`);
  }

  /**
   * Answers with a file. A path that is no file and looks like a page is the dashboard's own business: it
   * gets index.html. Returns false when there is nothing to answer with.
   */
  serve(request: Request, response: Response, path: string): boolean {
    if (request.method !== "GET" && request.method !== "HEAD") return false;
    const file =
      this.files.get(path) ?? (extname(path) === "" ? this.files.get("/index.html") : undefined);
    if (!file) return false;
    for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value);
    response.setHeader("content-type", file.type);
    response.setHeader("cache-control", file.cacheControl);
    response.setHeader("vary", "accept-encoding");
    const gzip = file.gzipped && /\bgzip\b/.test(String(request.headers["accept-encoding"] ?? ""));
    const body = gzip && file.gzipped ? file.gzipped : file.body;
    if (gzip) response.setHeader("content-encoding", "gzip");
    response.setHeader("content-length", String(body.byteLength));
    response.writeHead(200).end(request.method === "HEAD" ? undefined : body);
    return true;
  }
}

function load(path: string): StaticFile {
  const body = readFileSync(path);
  const hashed = /[/\\]assets[/\\]/.test(path);
  return {
    body,
    gzipped: body.byteLength > 1024 ? gzipSync(body, { level: 9 }) : undefined,
    type: types[extname(path)] ?? "application/octet-stream",
    cacheControl: hashed ? "public, max-age=31536000, immutable" : "no-cache",
  };
}
