import { Code, ConnectError } from "@connectrpc/connect";

/**
 * ID tokens of the service account that this instance runs as, from Google's metadata server. Each is
 * used until five minutes before it expires. GCE_METADATA_HOST replaces the server's name, as in
 * Google's own libraries.
 */
export class MetadataTokens {
  private current: Promise<{ token: string; freshUntil: number }> | undefined;

  constructor(private readonly audience: string) {}

  async get(): Promise<string> {
    const known = await this.current;
    if (known && Date.now() < known.freshUntil) return known.token;
    this.current = this.fetchToken();
    this.current.catch(() => {
      this.current = undefined;
    });
    return (await this.current).token;
  }

  private async fetchToken() {
    const host = process.env.GCE_METADATA_HOST ?? "metadata.google.internal";
    const url =
      `http://${host}/computeMetadata/v1/instance/service-accounts/default/identity` +
      `?audience=${encodeURIComponent(this.audience)}`;
    try {
      const response = await fetch(url, {
        headers: { "metadata-flavor": "Google" },
        signal: AbortSignal.timeout(5_000),
      });
      if (!response.ok) throw new Error(`HTTP ${response.status}`);
      const token = (await response.text()).trim();
      return { token, freshUntil: expiry(token) - 5 * 60_000 };
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new ConnectError(`no ID token from the metadata server: ${why}`, Code.Unavailable);
    }
  }
}

function expiry(token: string): number {
  const claims = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8"));
  return Number(claims.exp) * 1000;
}
