import { describe, expect, it } from "vitest";
import type { LegView } from "@/api/shapes";
import { addressOf, askedOf, csvOf, midnight, MOST_MS, rangeOf, sipLadderOf, stepsOf, type Head } from "@/features/calls/model";

const NOW = new Date(2026, 4, 6, 15, 30).getTime();

describe("what is asked for", () => {
  it("is today's calls, where the address says nothing or nonsense", () => {
    const today = { range: "today", since_ms: new Date(2026, 4, 6).getTime(), until_ms: new Date(2026, 4, 7).getTime(), by: {} };
    expect(askedOf("", NOW)).toEqual(today);
    expect(askedOf("?range=never&since=tomorrow&until=5&colour=red", NOW)).toEqual(today);
  });

  it("comes back from the address that it makes", () => {
    const address = addressOf(1000, 2000, { queue_id: "sales", ending: "completed" });
    expect(askedOf(address.slice("/calls".length), NOW)).toEqual({
      range: "between", since_ms: 1000, until_ms: 2000, by: { queue_id: "sales", ending: "completed" },
    });
  });

  it("is never longer than the API goes through", () => {
    const [since, until] = rangeOf("month", NOW);
    expect(until - since).toBeLessThanOrEqual(MOST_MS);
    const long = askedOf(`?since=0&until=${NOW}`, NOW);
    expect(long.until_ms - long.since_ms).toBe(MOST_MS);
  });

  it("keeps days whole where a clock is changed", () => {
    expect(new Date(midnight(NOW, -40)).getHours()).toBe(0);
  });
});

const leg = (leg_id: string, more: Partial<LegView>): LegView =>
  ({ leg_id, started_ms: 0, ringing_ms: null, answered_ms: null, ended_ms: null, held_since_ms: null, sip_code: null, ...more }) as LegView;

describe("a call's steps", () => {
  it("stand in the order in which they happened, with who told whom", () => {
    const legs = [
      leg("customer", { started_ms: 0, answered_ms: 10, ended_ms: 90 }),
      leg("busy", { started_ms: 20, ended_ms: 25, sip_code: 486 }),
      leg("agent", { started_ms: 30, ringing_ms: 40, answered_ms: 50, ended_ms: 90 }),
    ];
    const told = stepsOf({ direction: "inbound", legs }).map(({ leg_id, what, inwards, code }) => [leg_id, what, inwards, code]);
    expect(told).toEqual([
      ["customer", "calls", true, null],
      ["customer", "answered", false, null],
      ["busy", "called", false, null],
      ["busy", "failed", true, 486],
      ["agent", "called", false, null],
      ["agent", "ringing", true, null],
      ["agent", "answered", true, null],
      ["customer", "ended", true, null],
      ["agent", "ended", true, null],
    ]);
  });
});

describe("a ladder", () => {
  const head = (sender: string, words: string, kind: Head["kind"] = "request"): Head => ({
    at_ms: 1500, edge_id: "e1", sip_call_id: "a@b", kind, sender, address: `${sender}-1`, words, sdp: "",
  });

  it("has the outside on the left, the edge in the middle and ours on the right", () => {
    const ladder = sipLadderOf([head("media-node", "INVITE"), head("carrier", "486 Busy Here", "response"), head("edge", "gave up", "note")], 1000);
    expect(ladder.columns.map(({ sender }) => sender)).toEqual(["carrier", "edge", "media-node"]);
    expect(ladder.edge).toBe(1);
    expect(ladder.rungs.map(({ from, after_seconds }) => [from, after_seconds])).toEqual([[2, 0.5], [0, 0.5], [null, 0.5]]);
  });
});

describe("CSV", () => {
  it("quotes what has to be, and lets no cell be a formula", () => {
    const rows = [["name", "n"], ['say "hi", you', 1], ["=HYPERLINK(1)", null], ["+8613", -5], ["@x", undefined]];
    expect(csvOf(rows)).toBe('\ufeffname,n\r\n"say ""hi"", you",1\r\n\'=HYPERLINK(1),\r\n\'+8613,-5\r\n\'@x,\r\n');
    expect(csvOf([[" =1", "\u00a0=1", "＝1", "a=b"]])).toBe("\ufeff' =1,'\u00a0=1,'＝1,a=b\r\n");
  });
});
