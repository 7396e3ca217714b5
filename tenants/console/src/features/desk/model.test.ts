import { describe, expect, it } from "vitest";
import type { CallView, LegView } from "@/api/shapes";
import { consultOf, legAt, outcomesFor, OUTCOMES, targetOf, wrapUpGone, wrapUpLeft, type MyState } from "@/features/desk/model";

const leg = (more: Partial<LegView>): LegView => ({ leg_id: "l", role: "agent", ended_ms: null, held: false, mode: null, extension: null, ...more }) as LegView;
const call = (...legs: LegView[]): CallView => ({ call_id: "c", legs }) as CallView;
const MINE = leg({ extension: "1007" });
const CUSTOMER = leg({ role: "customer", mode: "talking" });
const COLLEAGUE = leg({ role: "colleague", extension: "1008", mode: "talking" });
const WRITING: MyState = { state: "wrap-up", since_ms: 10_000, reason: null, extension: "1007", queue_id: "orders", call_id: null };

describe("my connection", () => {
  it("is the live one at my station", () => {
    expect(legAt(call(leg({ extension: "1007", ended_ms: 5 }), MINE), "1007")).toBe(MINE);
    expect(legAt(call(COLLEAGUE), "1007")).toBeNull();
    expect(legAt(null, "1007")).toBeNull();
  });
});

describe("a consult", () => {
  it("is on while the customer hears music that nobody asked for by hold", () => {
    expect(consultOf(call(MINE, { ...CUSTOMER, mode: "holding" }, COLLEAGUE), "1007")).toEqual(COLLEAGUE);
  });

  it("is on after a swap, too", () => {
    const waiting = { ...COLLEAGUE, mode: "holding" };
    expect(consultOf(call(MINE, CUSTOMER, waiting), "1007")).toEqual(waiting);
  });

  it("is not a conference, nor a hold", () => {
    expect(consultOf(call(MINE, CUSTOMER, COLLEAGUE), "1007")).toBeNull();
    expect(consultOf(call({ ...MINE, held: true }, { ...CUSTOMER, mode: "holding" }, COLLEAGUE), "1007")).toBeNull();
  });
});

describe("the wrap-up", () => {
  it("counts down by the server's clock, and stops at nothing", () => {
    expect(wrapUpLeft(WRITING, 30, 15_500)).toBe(25);
    expect(wrapUpLeft(WRITING, 30, 99_000)).toBe(0);
    expect(wrapUpLeft({ ...WRITING, state: "ready" }, 30, 15_000)).toBeNull();
    expect([wrapUpGone(15, 30), wrapUpGone(0, 0)]).toEqual([50, 100]);
  });
});

describe("where a call goes", () => {
  it("is a number without what people write for the eye, and a queue as it is", () => {
    expect(targetOf("138 0000-0123")).toBe("13800000123");
    expect(targetOf("queue:after-sales")).toBe("queue:after-sales");
  });
});

describe("what may be said of a call", () => {
  it("is the usual, where the tenant has no list", () => {
    expect(outcomesFor([], null).map(({ outcome, label, digit }) => [outcome, label, digit])).toEqual(OUTCOMES.map((outcome, index) => [outcome, null, index + 1]));
  });

  it("is the tenant's list in its order, of which nine have keys", () => {
    const own = Array.from({ length: 11 }, (_, index) => ({ disposition: `d${index}`, label: `D ${index}` }));
    const found = outcomesFor(own, "d3");
    expect(found.map(({ label }) => label)).toEqual(own.map(({ label }) => label));
    expect(found.map(({ digit }) => digit)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, null, null]);
  });

  it("has what was said before the list was another", () => {
    expect(outcomesFor([{ disposition: "sold", label: "Sold" }], "resolved")).toEqual([
      { outcome: "sold", label: "Sold", digit: 1 },
      { outcome: "resolved", label: "resolved", digit: 2 },
    ]);
  });
});
