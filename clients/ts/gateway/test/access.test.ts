import { spawnSync } from "node:child_process";
import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createWebTransport, MarketingIntelligence } from "@marketing-intelligence/sdk";
import { OperationsService } from "@marketing-intelligence/sdk/api";
import { describe, expect, test } from "vitest";
import { binDir } from "../../testing/server.ts";
import { generateKey } from "../src/access.ts";
import { later, post, startGateway, startServer } from "./setup.ts";

const info = "OperationsService/GetServerInfo";
const createCollection = "CollectionService/CreateCollection";

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "mi-gateway-"));
  later(() => rmSync(path, { recursive: true }));
  return path;
}

/** A server that knows one key, in a file that the gateway reads. */
async function serverWithKey() {
  const path = folder();
  const made = spawnSync(join(binDir, "mi-server"), ["--generate-key", "acme"]);
  const text = `${made.stdout}${made.stderr}`;
  writeFileSync(join(path, "keys"), `${/^acme mi_.*$/m.exec(text)?.[0]}\n`);
  const key = /mi_[0-9a-f]+\.[\w-]+/.exec(text)?.[0] ?? "";
  writeFileSync(join(path, "key"), `${key}\n`);
  const server = await startServer([`--api-keys-file=${join(path, "keys")}`]);
  return { server, key, keyFile: join(path, "key"), folder: path };
}

describe("access keys", () => {
  test("let their holder in; the server sees the gateway's own key, and no browser does", async () => {
    const { server, key, keyFile, folder } = await serverWithKey();
    const reader = generateKey("dashboard");
    const writer = generateKey("importer");
    const keys = join(folder, "access");
    writeFileSync(
      keys,
      `# who calls\n${reader.line}\n${writer.line.replace("scopes=read", "scopes=read,write")}\n`,
    );
    const gateway = await startGateway(server.address, [
      `--access-keys-file=${keys}`,
      `--upstream-key-file=${keyFile}`,
    ]);
    const as = (apiKey: string, rpc: string, body: object = {}) =>
      post(gateway.url, rpc, body, { "x-api-key": apiKey });

    const answer = await as(reader.key, info);
    expect(await answer.json()).toMatchObject({ tenant: "acme" });
    expect((await post(gateway.url, info, {})).status).toBe(401);
    expect((await as(`${reader.key}x`, info)).status).toBe(401);
    expect((await as("gw_00000000.x", info)).status).toBe(401);
    // The server's key opens nothing here: there is no reason to hand it out.
    expect((await as(key, info)).status).toBe(401);

    const config = { dimension: 2, metric: "METRIC_COSINE" };
    const denied = await as(reader.key, createCollection, { name: "a", config });
    expect(denied.status).toBe(403);
    expect((await as(writer.key, createCollection, { name: "a", config })).status).toBe(200);

    const search = (apiKey: string) =>
      fetch(`${gateway.url}/api/search`, {
        method: "POST",
        headers: { "x-api-key": apiKey },
        body: '{"collection": "a", "vector": [1, 0]}',
      });
    expect((await search(reader.key)).status).toBe(200);
    expect((await search("nobody")).status).toBe(401);
    expect((await fetch(`${gateway.url}/api/server-metrics`)).status).toBe(401);
    // What a page may know without a key: that somebody is there.
    expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200);
  });

  test("are read again at SIGHUP", async () => {
    const server = await startServer();
    const [before, after] = [generateKey("before"), generateKey("after")];
    const keys = join(folder(), "access");
    writeFileSync(keys, before.line);
    const gateway = await startGateway(server.address, [`--access-keys-file=${keys}`]);
    const status = async (key: string) =>
      (await post(gateway.url, info, {}, { "x-api-key": key })).status;
    expect(await status(before.key)).toBe(200);
    writeFileSync(keys, after.line);
    process.kill(gateway.process.pid, "SIGHUP");
    await expect.poll(() => status(after.key)).toBe(200);
    expect(await status(before.key)).toBe(401);
    writeFileSync(keys, "nonsense");
    process.kill(gateway.process.pid, "SIGHUP");
    await expect.poll(() => gateway.process.log.join("\n")).toContain("stay as they were");
    expect(await status(after.key)).toBe(200);
  });

  test("that the server refuses are the gateway's fault, not the caller's", async () => {
    const { server, folder } = await serverWithKey();
    writeFileSync(join(folder, "key"), "mi_00000000.wrong");
    const gateway = await startGateway(server.address, [
      "--insecure-open",
      `--upstream-key-file=${join(folder, "key")}`,
    ]);
    const answer = await post(gateway.url, info, {});
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({
      message: "the server refuses the gateway's own key",
    });
  });
});

/** Someone who issues ID tokens. */
async function issuer() {
  const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const keys = [
    { ...rsa.publicKey.export({ format: "jwk" }), kid: "rsa", alg: "RS256" },
    { ...ec.publicKey.export({ format: "jwk" }), kid: "ec", alg: "ES256" },
  ];
  const server = createServer((_, response) => response.end(JSON.stringify({ keys })));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  later(() => server.close());
  const address = server.address();
  const port = typeof address === "object" ? address?.port : 0;
  return { url: `http://127.0.0.1:${port}/`, rsa: rsa.privateKey, ec: ec.privateKey };
}

function token(key: KeyObject, claims: object, header: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const text = `${part(header)}.${part(claims)}`;
  const signature = sign("sha256", Buffer.from(text), { key, dsaEncoding: "ieee-p1363" });
  return `${text}.${signature.toString("base64url")}`;
}

describe("ID tokens", () => {
  const now = Math.floor(Date.now() / 1000);
  const good = { iss: "https://issuer.example", aud: "dashboard", sub: "ann", exp: now + 600 };

  test("let their bearer read, whichever algorithm signs them", async () => {
    const server = await startServer();
    const { url, rsa, ec } = await issuer();
    const gateway = await startGateway(server.address, [
      "--id-token-audience=dashboard",
      "--id-token-issuer=https://issuer.example",
      `--id-token-keys=${url}`,
    ]);
    const status = async (jwt: string, rpc = info) =>
      (await post(gateway.url, rpc, {}, { authorization: `Bearer ${jwt}` })).status;
    const rs = { alg: "RS256", kid: "rsa" };
    expect(await status(token(rsa, good, rs))).toBe(200);
    expect(await status(token(ec, good, { alg: "ES256", kid: "ec" }))).toBe(200);
    expect(await status(token(rsa, good, rs), createCollection)).toBe(403);

    const stranger = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
    const bad = {
      "signed by a stranger": token(stranger, good, rs),
      "of another issuer": token(rsa, { ...good, iss: "https://evil.example" }, rs),
      "for another audience": token(rsa, { ...good, aud: "other" }, rs),
      expired: token(rsa, { ...good, exp: now - 600 }, rs),
      "without an end": token(rsa, { ...good, exp: undefined }, rs),
      "not valid yet": token(rsa, { ...good, nbf: now + 600 }, rs),
      unsigned: `${token(rsa, good, { alg: "none", kid: "rsa" }).replace(/[^.]*$/, "")}`,
      "of an algorithm mixed up": token(rsa, good, { alg: "ES256", kid: "rsa" }),
      "of a key nobody knows": token(rsa, good, { alg: "RS256", kid: "new" }),
      nonsense: "a.b.c",
    };
    for (const [what, jwt] of Object.entries(bad)) expect(await status(jwt), what).toBe(401);
  });

  test("are sent by the SDK before each call", async () => {
    const server = await startServer();
    const { url, rsa } = await issuer();
    const gateway = await startGateway(server.address, [
      "--id-token-audience=dashboard",
      "--id-token-issuer=https://issuer.example",
      `--id-token-keys=${url}`,
    ]);
    let asked = 0;
    const client = new MarketingIntelligence({
      transport: createWebTransport({ address: gateway.url }),
      idToken: () => {
        asked++;
        return token(rsa, good, { alg: "RS256", kid: "rsa" });
      },
    });
    await client.server.info();
    await client.raw(OperationsService).getServerInfo({});
    expect(asked).toBe(2);
  });

  test("of the metadata server go to a server that asks for them, one for many calls", async () => {
    const claims = Buffer.from(JSON.stringify({ exp: now + 3_600 })).toString("base64url");
    const asked: string[] = [];
    const metadata = createServer((request, response) => {
      asked.push(`${request.headers["metadata-flavor"]} ${request.url}`);
      response.end(`head.${claims}.signature`);
    });
    await new Promise<void>((resolve) => metadata.listen(0, "127.0.0.1", resolve));
    later(() => metadata.close());
    const address = metadata.address();
    const host = `127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
    // Another gateway shows what arrives: it asks for a token that it cannot verify.
    const { url } = await issuer();
    const asking = await startGateway("127.0.0.1:1", [
      "--id-token-audience=x",
      "--id-token-issuer=y",
      `--id-token-keys=${url}`,
    ]);
    const gateway = await startGateway(
      asking.url,
      ["--insecure-open", "--upstream-id-token-audience=https://core.example"],
      { GCE_METADATA_HOST: host },
    );
    for (let i = 0; i < 3; i++) {
      const answer = await post(gateway.url, info, {});
      expect(await answer.json()).toMatchObject({
        message: "the server refuses the gateway's own key",
      });
    }
    expect(asked).toEqual([
      "Google /computeMetadata/v1/instance/service-accounts/default/identity" +
        "?audience=https%3A%2F%2Fcore.example",
    ]);
  });
});

describe("the command line", () => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [join(import.meta.dirname, "../dist/mi-gateway.js"), ...args], {
      encoding: "utf8",
    });

  test.each([
    [["--insecure-open", "--listen=0.0.0.0:0"], "0.0.0.0:0 is no loopback address"],
    [[], "who may call?"],
    [["--insecure-open", "--access-keys-file=x"], "excludes"],
    [["--insecure-open", "--max-inflight=0"], "'0' is not a whole number from 1 to 100000"],
    [["--insecure-open", "--listen=here"], "'here' is not an address and a port"],
    [["--insecure-open", "--allowed-origins=app.example.com"], "is no origin"],
    [["--id-token-audience=x"], "needs --id-token-issuer and --id-token-keys"],
    [["--insecure-open", "--nonsense"], "--nonsense"],
  ])("refuses %j", (args, message) => {
    const { status, stderr } = run(...args);
    expect(stderr).toContain(message);
    expect(status).toBe(2);
  });

  test("lists its settings, and makes keys", () => {
    expect(run("--help").stdout).toContain("GATEWAY_UPSTREAM_KEY_FILE");
    expect(run("--generate-key", "ann").stdout).toMatch(
      /^key {3}gw_[0-9a-f]{8}\.\S{43}\nline {2}ann gw_/,
    );
  });
});
