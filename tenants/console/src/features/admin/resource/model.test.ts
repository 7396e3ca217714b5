import { describe, expect, it } from "vitest";
import { matches, shown } from "@/features/admin/resource/model";

describe("a value in a list", () => {
  it.each([
    [null, ""], [true, "true"], [["a", "b"], "a, b"], [{ acme: ["agent"] }, "acme: agent"], [7, "7"],
  ])("%j", (value, text) => expect(shown(value, "en")).toBe(text));
});

describe("the filter", () => {
  const sales = { queue_id: "sales", name: "Sales desk", strategy: "longest-idle", needs: [{ skill: "english", level: 2 }] };

  it.each([["", true], ["SALES", true], ["desk english", true], ["desk french", false]] as const)("%j: %s", (words, found) =>
    expect(matches(sales, words)).toBe(found));
});
