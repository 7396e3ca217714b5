/** The colours of what is drawn, for both shades. */
import type { Shade } from "@/app/tokens";

/** Told apart by who sees colours badly too (after Okabe and Ito), and by light on either ground. */
export const COLOURS: Record<Shade, string[]> = {
  light: ["#0f766e", "#2c5f9e", "#b45309", "#7c3aed", "#be185d", "#4d7c0f", "#0369a1", "#6b7280"],
  dark: ["#5ed1c4", "#8db8ea", "#e5b268", "#b79cf7", "#f28cb1", "#a9cf6b", "#7cc4f0", "#a3b1b9"],
};
export const INK = { light: { text: "#16232a", quiet: "#55646d", line: "#dde3e6" }, dark: { text: "#e4ebee", quiet: "#9fb0b9", line: "#2c3a42" } };
/** What goes well and what does not. */
export const SIGNS = { light: { good: "#15803d", bad: "#b91c1c" }, dark: { good: "#5ecb86", bad: "#f38b83" } };

/** An axis in these colours. */
export function axisLook(shade: Shade) {
  const ink = INK[shade];
  return { axisLabel: { color: ink.quiet, hideOverlap: true }, axisLine: { lineStyle: { color: ink.line } }, splitLine: { lineStyle: { color: ink.line } }, axisTick: { show: false } };
}
