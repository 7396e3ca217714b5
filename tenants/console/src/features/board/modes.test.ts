import { describe, expect, it } from "vitest";
import { modeOf } from "@/features/board/model";

describe("what a supervisor does on a leg", () => {
  it("is to talk where no other mode is told, and nothing before the answer", () => {
    const answered = { answered_ms: 5 };
    expect([modeOf(null), modeOf({ mode: null, answered_ms: null })]).toEqual([null, null]);
    expect([modeOf({ mode: null, ...answered }), modeOf({ mode: "whispering", ...answered })]).toEqual(["talking", "whispering"]);
  });
});
