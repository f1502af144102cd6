import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ServingProcess } from "../../testing/process.ts";
import { helpText } from "../src/config.ts";
import { later, startServer } from "./setup.ts";

// No container engine runs where the tests run: they read the files, and run
// what the image would run.

const root = join(import.meta.dirname, "../../../..");
const read = (path: string) => readFileSync(join(root, path), "utf8");

const dockerfile = read("clients/ts/Dockerfile");
const service = read("deploy/cloudrun/gateway.yaml");
const page = read("deploy/cloudrun/gateway.md");

test("the bundle serves without anything beside it, as the image has it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "mi-image-"));
  later(() => rmSync(folder, { recursive: true }));
  cpSync(join(import.meta.dirname, "../dist/mi-gateway.js"), join(folder, "mi-gateway.mjs"));
  cpSync(join(import.meta.dirname, "../../dashboard/dist"), join(folder, "dashboard"), {
    recursive: true,
  });
  const server = await startServer();
  const gateway = await ServingProcess.start(process.execPath, [join(folder, "mi-gateway.mjs")], {
    GATEWAY_DASHBOARD_DIR: join(folder, "dashboard"),
    GATEWAY_LISTEN: "127.0.0.1:0",
    GATEWAY_METRICS_LISTEN: "",
    GATEWAY_UPSTREAM: server.address,
    GATEWAY_INSECURE_OPEN: "true",
  });
  later(() => gateway.stop("SIGKILL"));
  const url = `http://${gateway.serving.address}`;
  expect(await (await fetch(url)).text()).toContain("<title>Marketing Intelligence</title>");
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
});

test("the image runs unprivileged, without a shell, and holds no sources", () => {
  const last = dockerfile.slice(dockerfile.lastIndexOf("FROM "));
  expect(last).toContain("USER 65532:65532");
  expect(last).toContain('ENTRYPOINT ["/usr/local/bin/node", "/app/mi-gateway.js"]');
  expect(last.match(/^COPY .*/gm)?.every((line) => line.startsWith("COPY --from=build"))).toBe(
    true,
  );
  expect(last).not.toMatch(/^RUN /m);
});

test("what the image copies is there, and in its context", () => {
  const ignore = read("clients/ts/Dockerfile.dockerignore");
  for (const [, path = ""] of dockerfile.matchAll(/^COPY (?!--from)(\S+)/gm)) {
    expect(existsSync(join(root, path)), path).toBe(true);
    expect(ignore).toContain(`!${path}`);
  }
});

test("the service's settings are the gateway's, and the page explains each", () => {
  const names = [...service.matchAll(/name: (GATEWAY_\w+)/g)].map((match) => match[1] ?? "");
  expect(names.length).toBeGreaterThan(4);
  for (const name of names) {
    expect(helpText()).toContain(`(${name})`);
    expect(page).toContain(`\`${name}\``);
  }
  for (const [, name] of dockerfile.matchAll(/(GATEWAY_\w+)=/g)) {
    expect(helpText()).toContain(`(${name})`);
  }
});

test("the service turns requests away itself, and streams end before the platform cuts them", () => {
  const number = (pattern: RegExp) => Number(pattern.exec(service)?.[1]);
  const inflight = number(/GATEWAY_MAX_INFLIGHT\n\s+value: "(\d+)"/);
  expect(inflight).toBeLessThan(number(/containerConcurrency: (\d+)/));
  const longest = Number(/--max-timeout-ms.*?Default: (\d+)/s.exec(helpText())?.[1]);
  expect(longest).toBeLessThan(1000 * number(/timeoutSeconds: (3\d+)/));
});
