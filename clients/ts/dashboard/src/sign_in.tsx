import { MarketingIntelligenceError } from "@marketing-intelligence/sdk";
import { type FormEvent, useState } from "react";
import { messageOf } from "./components/states.tsx";
import { getClient, setAccessKey } from "./data/client.ts";

/** Asks for an access key, which the tab keeps until it is closed. */
export function SignIn({ done }: { done: () => void }) {
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const key = String(new FormData(event.currentTarget).get("key") ?? "").trim();
    setBusy(true);
    setAccessKey(key);
    try {
      await getClient().server.info();
      done();
    } catch (failure) {
      const wrong =
        failure instanceof MarketingIntelligenceError && failure.code === "UNAUTHENTICATED";
      setError(wrong ? "The gateway does not know this key." : messageOf(failure));
    } finally {
      setBusy(false);
    }
  };

  return (
    <form className="card" onSubmit={submit} style={{ maxWidth: "28rem" }}>
      <div className="card-head">
        <div>
          <h1>Access key</h1>
          <p>
            The gateway asks who you are. Whoever runs it has made a key for you; it begins with
            gw_.
          </p>
        </div>
      </div>
      <div className="card-body query">
        <div className="field">
          <label htmlFor="key">Key</label>
          <input
            id="key"
            name="key"
            className="input"
            type="password"
            autoComplete="current-password"
            required
            aria-invalid={error ? true : undefined}
            aria-describedby={error ? "key-error" : undefined}
          />
          {error && (
            <span id="key-error" className="field-error" role="alert">
              {error}
            </span>
          )}
        </div>
        <button type="submit" className="button primary" disabled={busy}>
          Continue
        </button>
      </div>
    </form>
  );
}
