/** What the live screen of a campaign works out of what the API and the events say.  Pure. */
import type { CallView } from "@/api/shapes";
import type { components } from "@/api/schema";

export type LiveView = components["schemas"]["LiveView"];
export type FiguresView = components["schemas"]["FiguresView"];

/** How many lines there were at a moment. */
export interface Sample {
  atMs: number;
  ringing: number;
  waiting: number;
  talking: number;
}

const KEPT_MS = 15 * 60_000;

/** The samples of the last quarter of an hour, with a new one; one of the same moment is in its place. */
export function withSample(samples: readonly Sample[], live: LiveView): readonly Sample[] {
  const { ringing, waiting, talking } = live.lines;
  const kept = samples.filter(({ atMs }) => atMs > live.at_ms - KEPT_MS && atMs < live.at_ms);
  return [...kept, { atMs: live.at_ms, ringing, waiting, talking }];
}

/** What of the live calls tells that something of the campaign has changed: looked at again then, and not by the clock. */
export function changesOf(calls: readonly CallView[], campaignId: string): string {
  const mine = calls.filter((call) => call.campaign_id === campaignId);
  return mine.map((call) => `${call.call_id}:${call.version}`).sort().join(" ");
}

/** Percent, with one place behind the point; a dash before there is any. */
export function percentText(share: number | null, language: string): string {
  return share === null ? "–" : new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 1 }).format(share);
}

/** Whether a window is above its cap, near it (four fifths), or well below. */
export function standingOf(share: number | null, cap: number): "good" | "near" | "over" {
  if (share === null || share < 0.8 * cap) return "good";
  return share > cap ? "over" : "near";
}

/** How much of a list has been entered for dialling, in percent. */
export const donePercent = ({ leads, left }: { leads: number; left: number }): number => (leads === 0 ? 0 : Math.floor((100 * (leads - left)) / leads));
