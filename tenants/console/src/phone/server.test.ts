import { describe, expect, it } from "vitest";
import type { CallView } from "@/api/shapes";
import { callAt, forgotten } from "@/phone/server";

const NOW = 1_700_000_000_000;

function callWith(...legs: { extension: string | null; answered_ms: number | null; ended_ms?: number | null }[]): CallView {
  const all = legs.map((leg, index) => ({ leg_id: `leg-${index}`, ended_ms: null, ...leg }));
  return { call_id: "call", legs: all } as unknown as CallView;
}

describe("a call that the page before had", () => {
  const talking = callWith({ extension: null, answered_ms: NOW - 9_000 }, { extension: "2301", answered_ms: NOW - 8_000 });

  it("is found by the station's leg", () => {
    expect(forgotten([talking], "2301", NOW)).toEqual({ callId: "call", legId: "leg-1" });
    expect(forgotten([talking], "2302", NOW)).toBeNull();
  });

  it("is none that this page took itself, that rings, or that the station has left", () => {
    expect(forgotten([callWith({ extension: "2301", answered_ms: NOW + 1 })], "2301", NOW)).toBeNull();
    expect(forgotten([callWith({ extension: "2301", answered_ms: null })], "2301", NOW)).toBeNull();
    expect(forgotten([callWith({ extension: "2301", answered_ms: NOW - 2, ended_ms: NOW - 1 })], "2301", NOW)).toBeNull();
  });
});

describe("the call of a station", () => {
  it("is one with a leg that lives", () => {
    const rings = callWith({ extension: "2301", answered_ms: null });
    expect(callAt([rings], "2301")).toBe(rings);
    expect(callAt([callWith({ extension: "2301", answered_ms: 1, ended_ms: 2 })], "2301")).toBeNull();
    expect(callAt([], null)).toBeNull();
  });
});
