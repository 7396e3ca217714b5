/** Where one is, as the address bar says it: a flat list of screens needs no more of a router than this. */
import { useSyncExternalStore } from "react";

const listeners = new Set<() => void>();
const tell = () => listeners.forEach((listener) => listener());
window.addEventListener("popstate", tell);

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Go to a screen of ours; `replace`: the way back does not lead here again. */
export function goTo(path: string, { replace = false } = {}): void {
  if (path === window.location.pathname + window.location.search) return;
  if (replace) window.history.replaceState(null, "", path);
  else window.history.pushState(null, "", path);
  tell();
}

export const usePath = (): string => useSyncExternalStore(subscribe, () => window.location.pathname);
export const useQueryText = (): string => useSyncExternalStore(subscribe, () => window.location.search);

/** Set a part of the address's query, null takes it away; the place in the history stays. */
export function setQuery(changes: Record<string, string | null>): void {
  const query = new URLSearchParams(window.location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === "") query.delete(name);
    else query.set(name, value);
  }
  const text = query.toString();
  goTo(window.location.pathname + (text ? `?${text}` : ""), { replace: true });
}
