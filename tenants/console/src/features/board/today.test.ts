import { describe, expect, it } from "vitest";
import type { QueueStateView } from "@/api/shapes";
import { modeOf, todayOf } from "@/features/board/model";

const QUEUE = { queue_id: "care", name: "Care", waiting: 0 } as QueueStateView;

describe("a queue's figures of the day", () => {
  it("are shown where the server tells them", () => {
    const today = { answered_today: 3, abandoned_today: 1, service_level_today: 75 };
    expect(todayOf({ ...QUEUE, ...today })).toEqual(today);
    expect(todayOf({ ...QUEUE, ...today, service_level_today: null })?.service_level_today).toBeNull();
  });

  it("are left out where it does not", () => {
    const older: Record<string, unknown> = { ...QUEUE };
    delete older.answered_today;
    expect(todayOf(older as unknown as QueueStateView)).toBeNull();
  });
});

describe("what a supervisor does on a leg", () => {
  it("is to talk where no other mode is told", () => {
    expect([modeOf(null), modeOf({ mode: null }), modeOf({ mode: "whispering" })]).toEqual([null, "talking", "whispering"]);
  });
});
