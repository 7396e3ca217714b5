/** What this browser was told: shade and language.  Kept in the browser, and told to all its tabs. */
import { useSyncExternalStore } from "react";
import type { Shade } from "@/app/tokens";

export type ShadeChoice = Shade | "system";

const SHADE = "trunkline.shade";
const system = window.matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set<() => void>();
const tell = () => listeners.forEach((listener) => listener());

window.addEventListener("storage", tell);
system.addEventListener("change", tell);

export function shadeChoice(): ShadeChoice {
  const kept = localStorage.getItem(SHADE);
  return kept === "light" || kept === "dark" ? kept : "system";
}

export function chooseShade(choice: ShadeChoice): void {
  localStorage.setItem(SHADE, choice);
  tell();
}

function shade(): Shade {
  const choice = shadeChoice();
  if (choice !== "system") return choice;
  return system.matches ? "dark" : "light";
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const useShade = (): Shade => useSyncExternalStore(subscribe, shade);
export const useShadeChoice = (): ShadeChoice => useSyncExternalStore(subscribe, shadeChoice);
