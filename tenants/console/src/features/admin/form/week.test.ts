import { describe, expect, it } from "vitest";
import { barsOf, spanOf } from "@/features/admin/form/week";

describe("opening hours", () => {
  it.each([
    ["09:00-18:00", [540, 1080]], ["00:00-24:00", [0, 1440]],
    ["18:00-09:00", null], ["9-5", null], ["22:00-25:00", null],
  ] as const)("%s", (hours, span) => expect(spanOf(hours)).toEqual(span));

  it("are drawn as parts of a day, without what is no span", () => {
    expect(barsOf(["06:00-12:00", "nonsense"])).toEqual([{ from: 25, to: 50 }]);
  });
});
