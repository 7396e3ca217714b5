/** What of the platform needs somebody's eyes: pure. */
import type { PlatformStatus } from "@/api/shapes";

export interface Alarm {
  /** Under `hq.alarms`. */
  what: "store" | "redis" | "edge" | "node" | "spool" | "registration" | "media" | "names" | "channels" | "snapshots";
  name: string;
  grave: boolean;
}

/** The grave ones first. */
export function alarmsOf(status: PlatformStatus): readonly Alarm[] {
  const alarms: Alarm[] = [];
  const add = (what: Alarm["what"], name: string, grave: boolean) => alarms.push({ what, name, grave });
  if (!status.store) add("store", "", true);
  if (!status.redis) add("redis", "", true);
  for (const { edge_id, alive } of status.edges) if (!alive) add("edge", edge_id, true);
  for (const { node_id, alive, spool } of status.nodes) {
    if (!alive) add("node", node_id, true);
    if (spool === "full" || spool === "filling") add("spool", node_id, spool === "full");
  }
  for (const trunk of status.trunks) {
    if (!trunk.enabled) continue;
    if (trunk.registered === false) add("registration", trunk.trunk_id, true);
    if (trunk.media_refused.length > 0) add("media", trunk.trunk_id, false);
    if (trunk.name_troubles.length > 0) add("names", trunk.trunk_id, false);
    if (trunk.channels >= trunk.max_channels) add("channels", trunk.trunk_id, false);
  }
  for (const { name, version } of status.snapshots) if (version === null && status.redis) add("snapshots", name, false);
  return alarms.sort((a, b) => Number(b.grave) - Number(a.grave));
}

/** Parts of a hundred that are in use; 0 where nothing is known. */
export const load = (used: number | null | undefined, all: number | null | undefined): number =>
  used && all ? Math.min(100, Math.round((used / all) * 100)) : 0;

export type LinkGrade = "good" | "fair" | "poor";

/** How a line to a branch is for voice: loss from 0 to 1, times in milliseconds (ITU-T G.114 bounds one way by 150 ms). */
export function gradeOf(loss: number, jitterMs: number | null | undefined, rttMs: number | null | undefined): LinkGrade {
  if (loss > 0.03 || (jitterMs ?? 0) > 50 || (rttMs ?? 0) > 400) return "poor";
  return loss > 0.01 || (jitterMs ?? 0) > 30 || (rttMs ?? 0) > 250 ? "fair" : "good";
}
