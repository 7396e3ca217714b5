import { describe, expect, it } from "vitest";
import { modeOf } from "@/features/board/model";

describe("what a supervisor does on a leg", () => {
  it("is to talk where no other mode is told", () => {
    expect([modeOf(null), modeOf({ mode: null }), modeOf({ mode: "whispering" })]).toEqual([null, "talking", "whispering"]);
  });
});
