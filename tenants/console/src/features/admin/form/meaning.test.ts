import { expect, it } from "vitest";
import { meaningOf } from "@/features/admin/form/meaning";

const share = { type: "number", exclusiveMaximum: 0.5 } as const;
const whole = { type: "integer", maximum: 100_000 } as const;

it("says a share in percent", () => {
  expect(meaningOf("cap", share, 0.03)).toBe("3 %");
  expect(meaningOf("cap", share, 0.035)).toBe("3.5 %");
});

it("says a long time in hours and minutes", () => {
  expect(meaningOf("gap_seconds", whole, 7200)).toBe("2:00:00");
  expect(meaningOf("longest_call_minutes", whole, 150)).toBe("2:30:00");
});

it("says nothing of what speaks for itself", () => {
  expect(meaningOf("wrap_up_seconds", whole, 30)).toBe("");
  expect(meaningOf("tries", whole, 500)).toBe("");
  expect(meaningOf("cap", share, null)).toBe("");
});
