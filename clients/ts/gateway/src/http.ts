import type { IncomingMessage, ServerResponse } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";

// What HTTP/1.1 and HTTP/2 have in common in Node.
export type Request = IncomingMessage | Http2ServerRequest;
export type Response = (ServerResponse | Http2ServerResponse) & {
  setHeader(name: string, value: string): unknown;
  writeHead(status: number): Response;
  end(body?: string | Uint8Array): unknown;
};

export function sendText(response: Response, status: number, text: string): void {
  response.setHeader("content-type", "text/plain; charset=utf-8");
  response.setHeader("cache-control", "no-store");
  response.writeHead(status).end(`${text}\n`);
}

export function sendJson(response: Response, status: number, value: unknown): void {
  response.setHeader("content-type", "application/json");
  response.setHeader("cache-control", "no-store");
  response.writeHead(status).end(`${JSON.stringify(value)}\n`);
}

/** The whole body as text; undefined when it is longer than `limit` bytes. */
export async function readBody(request: Request, limit: number): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > limit) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** The headers of a request, without those that HTTP/2 begins with a colon. */
export function headersOf(request: Request): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined && !name.startsWith(":")) headers.set(name, String(value));
  }
  return headers;
}
