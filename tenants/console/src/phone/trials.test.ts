import { expect, it } from "vitest";
import { median } from "@/phone/trials";

it("takes of several trips the middle one: one slow trip is no slow network", () => {
  expect(median([900, 12, 14, 11, 13])).toBe(13);
  expect(median([])).toBe(0);
});
