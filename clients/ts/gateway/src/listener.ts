import { createServer as createHttp1 } from "node:http";
import { createServer as createHttp2, type ServerHttp2Session } from "node:http2";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import type { Request, Response } from "./http.js";

/** A port that speaks HTTP/1.1 and, without TLS, HTTP/2. */
export interface Listener {
  readonly port: number;
  /** Takes no more connections, tells clients to go, and waits until they have, at most `ms`. */
  drain(ms: number): Promise<void>;
}

const firstBytesMs = 10_000;

/**
 * Listens on one port for both: HTTP/2 with prior knowledge, as gRPC clients and Cloud Run speak it,
 * begins with "PRI".
 */
export async function listen(
  address: { host: string; port: number },
  handle: (request: Request, response: Response) => void,
): Promise<Listener> {
  let draining = false;
  const http1 = createHttp1({ headersTimeout: 10_000, requestTimeout: 0 }, (request, response) => {
    if (draining) response.setHeader("connection", "close");
    handle(request, response as unknown as Response);
  });
  const sessions = new Set<ServerHttp2Session>();
  const http2 = createHttp2({ settings: { maxConcurrentStreams: 256 } }, (request, response) =>
    handle(request, response as unknown as Response),
  );
  http2.on("session", (session) => {
    sessions.add(session);
    session.on("close", () => sessions.delete(session));
  });
  // A client that sends nonsense ends its own connection and nothing else.
  http2.on("sessionError", () => {});
  http1.on("clientError", (_, socket) => socket.destroy());

  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    sortByFirstBytes(socket, (isHttp2) => (isHttp2 ? http2 : http1).emit("connection", socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(address.port, address.host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    async drain(ms) {
      draining = true;
      const closed = closeServer(server);
      for (const session of sessions) session.close();
      const http1Closed = new Promise((resolve) => http1.close(resolve));
      http1.closeIdleConnections();
      const waiting = setInterval(() => http1.closeIdleConnections(), 50);
      const timer = setTimeout(() => {
        for (const socket of sockets) socket.destroy();
      }, ms);
      await Promise.all([closed, http1Closed.catch(() => {})]);
      clearInterval(waiting);
      clearTimeout(timer);
    },
  };
}

function sortByFirstBytes(socket: Socket, to: (isHttp2: boolean) => void): void {
  // Clients that connect and then say nothing.
  socket.setTimeout(firstBytesMs, () => socket.destroy());
  socket.once("readable", () => {
    const chunk = socket.read();
    if (chunk === null) return socket.destroy();
    socket.setTimeout(0);
    socket.removeAllListeners("timeout");
    socket.unshift(chunk);
    to(chunk.subarray(0, 3).toString("latin1") === "PRI");
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
