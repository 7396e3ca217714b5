import { describe, expect, it } from "vitest";
import { waitMs } from "@/events/backoff";

describe("the pause before the next try", () => {
  it("doubles, and never grows over 20 s", () => {
    expect([0, 1, 2, 3].map((tries) => waitMs(tries, 1))).toEqual([500, 1000, 2000, 4000]);
    expect(waitMs(1000, 1)).toBe(20_000);
  });

  it("differs from browser to browser", () => {
    expect(waitMs(3, 0)).toBe(2000);
    expect(waitMs(3, 0.5)).toBe(3000);
  });
});
