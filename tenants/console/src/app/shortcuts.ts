/** Keys that do something now.  Whoever draws a thing that a key works registers it; the palette and the help list them. */
import { useEffect, useEffectEvent, useSyncExternalStore } from "react";

export interface Command {
  id: string;
  /** Such as `alt+a`; empty where only the palette reaches it. */
  keys: string;
  label: string;
  run: () => void;
}

class Registry {
  #commands: readonly Command[] = [];
  readonly #listeners = new Set<() => void>();

  readonly list = (): readonly Command[] => this.#commands;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Returns what takes it away again. */
  add(command: Command): () => void {
    this.#change([...this.#commands.filter((each) => each.id !== command.id), command]);
    return () => this.#change(this.#commands.filter((each) => each !== command));
  }

  #change(commands: readonly Command[]): void {
    this.#commands = commands;
    this.#listeners.forEach((listener) => listener());
  }
}

export const commands = new Registry();

/** How a key press is written; a Mac's option key changes `key`, so letters and digits are taken from `code`. */
export function keysOf(event: Pick<KeyboardEvent, "key" | "code" | "altKey" | "ctrlKey" | "metaKey" | "shiftKey">): string {
  const plain = /^(?:Key|Digit)(.)$/.exec(event.code)?.[1] ?? event.key;
  const parts = [event.ctrlKey || event.metaKey ? "ctrl" : "", event.altKey ? "alt" : "", event.shiftKey ? "shift" : ""];
  return [...parts.filter(Boolean), plain.toLowerCase()].join("+");
}

/** Run what the press means, if anything.  Without Ctrl or Alt a key is text to whoever types. */
export function press(event: KeyboardEvent): void {
  const typing = event.target instanceof HTMLElement && event.target.matches("input, textarea, select, [contenteditable]");
  if (event.isComposing || event.repeat) return;
  const keys = event.key === "?" ? "?" : keysOf(event);
  if (typing && !/^(ctrl|alt)\+/.test(keys)) return;
  const found = commands.list().find((command) => command.keys === keys);
  if (!found) return;
  event.preventDefault();
  found.run();
}

export function useCommand(id: string, keys: string, label: string, run: () => void, enabled = true): void {
  const onRun = useEffectEvent(run);
  useEffect(
    () => (enabled ? commands.add({ id, keys, label, run: () => onRun() }) : undefined),
    [id, keys, label, enabled],
  );
}

export const useCommands = (): readonly Command[] => useSyncExternalStore(commands.subscribe, commands.list);

/** `alt+a` as people read it. */
export const shownKeys = (keys: string): string =>
  keys.split("+").map((part) => part.charAt(0).toUpperCase() + part.slice(1)).join(" + ");
