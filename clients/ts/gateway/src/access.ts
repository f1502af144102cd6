import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import { Code, ConnectError } from "@connectrpc/connect";
import type { Config } from "./config.js";
import { IdTokens } from "./id_tokens.js";

/** What a caller may do: read, or also write. */
export type Scope = "read" | "write";

/** Who calls. */
export interface Caller {
  readonly name: string;
  readonly scopes: ReadonlySet<Scope>;
}

const everything: ReadonlySet<Scope> = new Set(["read", "write"]);

interface AccessKey {
  readonly caller: Caller;
  readonly hash: Buffer;
}

/**
 * Decides who may call the gateway. Its keys are its own: a browser that holds one can be shut out
 * without touching the server's keys, which no browser ever sees.
 */
export class Access {
  private keys = new Map<string, AccessKey>();
  private readonly tokens: IdTokens | undefined;

  constructor(private readonly config: Config) {
    this.reload();
    this.tokens = config.idTokenAudience ? new IdTokens(config) : undefined;
  }

  /** Reads the key file again; on an error the keys stay as they were, and the error is thrown. */
  reload(): void {
    if (this.config.accessKeysFile === "") return;
    this.keys = parseKeys(readFileSync(this.config.accessKeysFile, "utf8"));
  }

  /** Who sends these headers. Throws UNAUTHENTICATED. */
  async authenticate(headers: Headers): Promise<Caller> {
    if (this.config.insecureOpen) return { name: "anybody", scopes: everything };
    const bearer = /^Bearer (.+)$/.exec(headers.get("authorization") ?? "")?.[1];
    const key = headers.get("x-api-key");
    if (key) return this.byKey(key);
    if (bearer && this.tokens) return this.byToken(this.tokens, bearer);
    throw new ConnectError("no access key (x-api-key) or ID token", Code.Unauthenticated);
  }

  private byKey(key: string): Caller {
    const [prefix = "", secret = ""] = splitOnce(key, ".");
    const known = this.keys.get(prefix);
    const hash = sha256(secret);
    // Compares in any case, so that a wrong prefix takes as long as a wrong secret.
    const right = timingSafeEqual(known?.hash ?? Buffer.alloc(32), hash);
    if (!known || !right) throw new ConnectError("unknown access key", Code.Unauthenticated);
    return known.caller;
  }

  private async byToken(tokens: IdTokens, token: string): Promise<Caller> {
    const subject = await tokens.verify(token);
    return { name: subject, scopes: new Set(this.config.idTokenScopes.split(",") as Scope[]) };
  }
}

/** Throws PERMISSION_DENIED unless the caller may do what a method needs. */
export function authorize(caller: Caller, needs: Scope): void {
  if (caller.scopes.has(needs)) return;
  throw new ConnectError(`this access key may not ${needs}`, Code.PermissionDenied);
}

/** What a method needs. Methods whose name does not say that they only read count as writes. */
export function scopeOf(method: { readonly name: string }): Scope {
  return /^(Get|List|Count|Search|BatchSearch|RangeSearch|Check|Watch)/.test(method.name)
    ? "read"
    : "write";
}

/** A new key: what the client sends, and the line for the key file. */
export function generateKey(name: string): { key: string; line: string } {
  if (!/^[a-z0-9_-]{1,64}$/.test(name)) {
    throw new TypeError(`'${name}' is not 1 to 64 characters of a-z, 0-9, '_' and '-'`);
  }
  const prefix = `gw_${randomBytes(4).toString("hex")}`;
  const secret = randomBytes(32).toString("base64url");
  return {
    key: `${prefix}.${secret}`,
    line: `${name} ${prefix} ${sha256(secret).toString("hex")} scopes=read`,
  };
}

function parseKeys(text: string): Map<string, AccessKey> {
  const keys = new Map<string, AccessKey>();
  const problems: string[] = [];
  for (const [i, raw] of text.split("\n").entries()) {
    const line = raw.replace(/#.*/, "").trim();
    if (line === "") continue;
    const match = /^(\S+)\s+(\S+)\s+([0-9a-f]{64})(?:\s+scopes=(read|write|read,write))?$/.exec(
      line,
    );
    if (!match) {
      problems.push(`line ${i + 1} is not: name prefix sha256 [scopes=read,write]`);
      continue;
    }
    const [, name = "", prefix = "", hash = "", scopes] = match;
    if (keys.has(prefix)) problems.push(`line ${i + 1}: the prefix ${prefix} is there twice`);
    keys.set(prefix, {
      caller: { name, scopes: scopes ? new Set(scopes.split(",") as Scope[]) : everything },
      hash: Buffer.from(hash, "hex"),
    });
  }
  if (problems.length > 0) throw new Error(`access keys: ${problems.join("; ")}`);
  return keys;
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}
