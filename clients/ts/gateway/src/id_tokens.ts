import { createPublicKey, type JsonWebKey, type KeyObject, verify } from "node:crypto";
import { Code, ConnectError } from "@connectrpc/connect";
import type { Config } from "./config.js";

type Keys = Map<string, KeyObject>;

const clockSkewSeconds = 60;
const refetchAfterMs = 60_000;

/**
 * Verifies ID tokens (JWT, RFC 7519): signed with RS256 or ES256 by a key of the issuer, for our
 * audience, and not expired.
 */
export class IdTokens {
  private keys: Promise<Keys> | undefined;
  private fetchedAt = 0;

  constructor(
    private readonly config: Pick<Config, "idTokenAudience" | "idTokenIssuer" | "idTokenKeys">,
  ) {}

  /** Who the token is about: its e-mail address, or its subject. Throws UNAUTHENTICATED. */
  async verify(token: string): Promise<string> {
    const [head, body, signature, ...rest] = token.split(".");
    if (!head || !body || !signature || rest.length > 0) throw refused("is no JWT");
    const header = decode(head);
    const key = await this.key(String(header.kid));
    const algorithm = { RS256: "sha256", ES256: "sha256" }[String(header.alg)];
    const typeFits = key?.asymmetricKeyType === (header.alg === "ES256" ? "ec" : "rsa");
    const right =
      key &&
      algorithm &&
      typeFits &&
      verify(
        algorithm,
        Buffer.from(`${head}.${body}`),
        { key, dsaEncoding: "ieee-p1363" },
        Buffer.from(signature, "base64url"),
      );
    if (!right) throw refused("is not signed by its issuer");
    return this.checkClaims(decode(body));
  }

  private checkClaims(claims: Record<string, unknown>): string {
    const now = Date.now() / 1000;
    if (claims.iss !== this.config.idTokenIssuer) throw refused("is of another issuer");
    if (claims.aud !== this.config.idTokenAudience) throw refused("is for another audience");
    if (typeof claims.exp !== "number" || claims.exp + clockSkewSeconds < now) {
      throw refused("has expired");
    }
    if (typeof claims.nbf === "number" && claims.nbf - clockSkewSeconds > now) {
      throw refused("is not valid yet");
    }
    return String(claims.email ?? claims.sub ?? "");
  }

  // Issuers change their keys: an unknown one is worth another look, but not
  // one for each bad token.
  private async key(id: string): Promise<KeyObject | undefined> {
    const known = (await this.load(this.keys === undefined)).get(id);
    if (known || Date.now() - this.fetchedAt < refetchAfterMs) return known;
    return (await this.load(true)).get(id);
  }

  private load(again: boolean): Promise<Keys> {
    if (again || !this.keys) {
      this.fetchedAt = Date.now();
      this.keys = fetchKeys(this.config.idTokenKeys).catch((error) => {
        this.keys = undefined;
        throw new ConnectError(`the issuer's keys: ${error.message}`, Code.Unavailable);
      });
    }
    return this.keys;
  }
}

async function fetchKeys(url: string): Promise<Keys> {
  const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  const body = (await response.json()) as { keys?: (JsonWebKey & { kid?: string })[] };
  return new Map(
    (body.keys ?? []).map((jwk) => [String(jwk.kid), createPublicKey({ key: jwk, format: "jwk" })]),
  );
}

function decode(part: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch {
    // Said below.
  }
  throw refused("is no JWT");
}

function refused(why: string): ConnectError {
  return new ConnectError(`the ID token ${why}`, Code.Unauthenticated);
}
