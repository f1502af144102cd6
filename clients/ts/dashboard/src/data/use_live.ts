import { useEffect, useRef, useState } from "react";

/** What is known of something that is asked for again and again. */
export interface Live<T> {
  /** The last answer; stays while a later one fails. */
  readonly data: T | undefined;
  /** Why the last question failed; undefined once one succeeds again. */
  readonly error: unknown;
  /** When the last answer came, in milliseconds since 1970. */
  readonly updatedAt: number | undefined;
  /** Asks now. */
  readonly refresh: () => void;
}

/**
 * Asks `load` every `intervalMs` while the page is visible, one question at a time. After an error it goes
 * on asking, more slowly at first: the page recovers by itself when the server does.
 *
 * @param key Starts anew, without the old answer, when it changes.
 */
export function useLive<T>(
  key: string,
  load: (signal: AbortSignal) => Promise<T>,
  intervalMs: number,
): Live<T> {
  const [state, setState] = useState<Omit<Live<T>, "refresh"> & { key: string }>();
  const [round, setRound] = useState(0);
  const loader = useRef(load);
  loader.current = load;

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new round asks at once.
  useEffect(() => {
    const left = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let failures = 0;
    const ask = async () => {
      try {
        const data = await loader.current(left.signal);
        if (left.signal.aborted) return;
        failures = 0;
        setState({ key, data, error: undefined, updatedAt: Date.now() });
      } catch (error) {
        if (left.signal.aborted) return;
        failures++;
        setState((before) => ({
          key,
          data: before?.key === key ? before.data : undefined,
          error,
          updatedAt: before?.key === key ? before.updatedAt : undefined,
        }));
      }
      timer = setTimeout(next, intervalMs * Math.min(2 ** failures, 5));
    };
    const next = () => {
      if (document.hidden) document.addEventListener("visibilitychange", next, { once: true });
      else void ask();
    };
    void ask();
    return () => {
      left.abort();
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", next);
    };
  }, [key, intervalMs, round]);

  const current = state?.key === key ? state : undefined;
  return {
    data: current?.data,
    error: current?.error,
    updatedAt: current?.updatedAt,
    refresh: () => setRound((n) => n + 1),
  };
}
