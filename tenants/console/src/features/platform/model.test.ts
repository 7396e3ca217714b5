import { describe, expect, it } from "vitest";
import type { PlatformStatus, TrunkHealth } from "@/api/shapes";
import { alarmsOf, gradeOf, load } from "@/features/platform/model";

const trunk = (more: Partial<TrunkHealth>): TrunkHealth => ({
  trunk_id: "carrier", enabled: true, channels: 0, max_channels: 30, registered: true, edge_id: "edge-1", attempts: 0, answered: 0, answer_rate: null,
  last_answer_ms: null, last_failures: [], media_refused: [], name_troubles: [], ...more,
});
const well: PlatformStatus = { store: true, redis: true, snapshots: [{ name: "edge", version: 4 }], edges: [{ edge_id: "edge-1", alive: true }], nodes: [{ node_id: "node-1", alive: true }], trunks: [trunk({})] };
const told = (status: Partial<PlatformStatus>) => alarmsOf({ ...well, ...status }).map(({ what, grave }) => `${what}${grave ? "!" : ""}`);

describe("alarms", () => {
  it("are none while all is well", () => expect(told({})).toEqual([]));

  it("tell of what is silent, the grave first", () => {
    expect(told({ edges: [{ edge_id: "edge-1", alive: false }], nodes: [{ node_id: "n", alive: true, spool: "filling" }] })).toEqual(["edge!", "spool"]);
    expect(told({ store: false, trunks: [] })).toEqual(["store!"]);
  });

  it("tell of trunks that are in use, and of no others", () => {
    expect(told({ trunks: [trunk({ registered: false, channels: 30 })] })).toEqual(["registration!", "channels"]);
    expect(told({ trunks: [trunk({ registered: false, enabled: false })] })).toEqual([]);
    expect(told({ trunks: [trunk({ registered: null })] })).toEqual([]);
  });
});

describe("load", () => {
  it.each([[5, 10, 50], [null, 10, 0], [20, 10, 100], [1, 0, 0]] as const)("%s of %s is %s", (used, all, percent) => expect(load(used, all)).toBe(percent));
});

describe("a line", () => {
  it.each([[0, 5, 40, "good"], [0.02, 5, 40, "fair"], [0, 60, 40, "poor"], [0, null, null, "good"]] as const)("%s %s %s: %s", (loss, jitter, rtt, grade) =>
    expect(gradeOf(loss, jitter, rtt)).toBe(grade));
});
