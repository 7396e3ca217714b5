import { describe, expect, it } from "vitest";
import { askedOf, callsOf, drawnOf, KINDS, MOST_SERIES, shownValue, slicesOf } from "@/features/reports/model";

const NOW = new Date(2026, 4, 6, 15, 30).getTime();
const row = (at_ms: number, subject: string, offered: number) => ({ at_ms, subject, values: { offered } });
const total = (subject: string, offered: number, endings = {}) => ({ subject, name: subject.toUpperCase(), values: { offered }, endings });

describe("what is asked for", () => {
  it("is of today by the hour, of the first kind that one may see", () => {
    expect(askedOf("", NOW, ["queue"])).toMatchObject({ kind: "queue", interval: "hour", days: "today", shape: "bar", figure: null });
    expect(askedOf("?kind=trunk&days=never", NOW, ["tenant", "queue"])).toMatchObject({ kind: "tenant", days: "today" });
  });

  it("is never of thousands of intervals", () => {
    expect(askedOf("?days=months&interval=quarter", NOW, KINDS).interval).toBe("day");
    expect(askedOf("?days=month&interval=week", NOW, KINDS).interval).toBe("week");
  });
});

describe("a chart", () => {
  it("has a series a subject, the greatest first, with gaps where there was nothing", () => {
    const view = { rows: [row(2, "a", 1), row(1, "b", 5), row(2, "b", 4)], totals: [total("a", 1), total("b", 9)] };
    expect(drawnOf(view, "offered")).toEqual({
      times: [1, 2],
      series: [{ subject: "b", name: "B", values: [5, 4] }, { subject: "a", name: "A", values: [null, 1] }],
      left: 0,
    });
  });

  it("leaves what is too much to the table, and says how much", () => {
    const totals = Array.from({ length: MOST_SERIES + 3 }, (_, place) => total(`q${place}`, place));
    expect(drawnOf({ rows: [], totals }, "offered")).toMatchObject({ left: 3 });
  });

  it("of the tenant as a pie is of how calls ended, else of each one's part", () => {
    expect(slicesOf({ kind: "tenant", totals: [total("all", 3, { completed: 2, busy: 1 })] }, "offered").map(({ name }) => name)).toEqual(["completed", "busy"]);
    expect(slicesOf({ kind: "queue", totals: [total("a", 0), total("b", 2)] }, "offered")).toEqual([{ name: "B", value: 2, isEnding: false }]);
  });
});

describe("the calls of a row", () => {
  const view = (kind: string, interval: string) => ({ kind, interval, until_ms: 10 * 86_400_000, rows: [row(0, "x", 1), row(82_800_000, "x", 1)] });

  it("are those of its time: a day is as long as the clock makes it", () => {
    expect(callsOf(view("queue", "day"), 0, "sales")).toBe("/calls?since=0&until=82800000&queue_id=sales");
    expect(callsOf(view("queue", "hour"), 0, "sales")).toBe("/calls?since=0&until=3600000&queue_id=sales");
  });

  it("are found by who took them, and of a click by nobody", () => {
    expect(callsOf(view("agent", "day"), 0, "user:u1")).toContain("agent_id=u1");
    expect(callsOf(view("agent", "day"), 0, "station:1001")).toContain("extension=1001");
    expect(callsOf(view("agent", "day"), 0, "name:ana")).toBeNull();
  });
});

describe("a value", () => {
  it.each([
    [null, "count", "–"],
    [1234, "count", "1,234"],
    [3725.4, "seconds", "1:02:05"],
    [66.666, "percent", "66.7 %"],
    [4.213, "mos", "4.21"],
    [1.5, "money", "CN¥1.50"],
  ] as const)("%s in %s is %s", (value, unit, text) => {
    expect(shownValue(value, unit, "CNY", "en")).toBe(text);
  });
});
