import { describe, expect, it } from "vitest";
import { answerRate, shortShare, sorted } from "@/features/numberhealth/model";
import type { NumberHealth } from "@/features/numberhealth/queries";

const tally = (attempts: number, answered: number, short = 0) => ({ attempts, answered, short });

describe("a number's health", () => {
  it("is a share, and nothing before any call", () => {
    expect([answerRate(tally(4, 1)), answerRate(tally(0, 0)), shortShare(tally(4, 2, 1)), shortShare(tally(4, 0))]).toEqual([0.25, null, 0.5, null]);
  });

  it("puts those that rest first, then those that do worse than they did", () => {
    const number = (name: string, rests: number | null, recent: number, before: number) =>
      ({ number: name, rests_until_ms: rests, recent: tally(100, recent), before: tally(100, before) }) as NumberHealth;
    const found = sorted([number("fine", null, 30, 30), number("worse", null, 10, 30), number("rests", 1, 30, 30)]);
    expect(found.map((each) => each.number)).toEqual(["rests", "worse", "fine"]);
  });
});
