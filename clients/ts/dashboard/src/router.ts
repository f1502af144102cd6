import { useSyncExternalStore } from "react";

// The address is the only state that pages share: a link to it shows the same
// page with the same query.

const changed = "mi:navigate";

function subscribe(listener: () => void): () => void {
  addEventListener("popstate", listener);
  addEventListener(changed, listener);
  return () => {
    removeEventListener("popstate", listener);
    removeEventListener(changed, listener);
  };
}

/** Path and query of the page, for example `/explorer?id=cmp-000042`. */
export function useAddress(): URL {
  const href = useSyncExternalStore(subscribe, () => location.href);
  return new URL(href);
}

/** Goes to another page, or to another query of this one. */
export function navigate(to: string): void {
  history.pushState(null, "", to);
  dispatchEvent(new Event(changed));
}

/** Puts another query into the address without a step to go back to: for changes that come by the dozen. */
export function replaceAddress(to: string): void {
  history.replaceState(null, "", to);
  dispatchEvent(new Event(changed));
}

/** For links: goes there without loading the page again, unless a new tab is wanted. */
export function follow(event: React.MouseEvent<HTMLAnchorElement>): void {
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  navigate(event.currentTarget.href);
}
