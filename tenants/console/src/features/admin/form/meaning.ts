/** What a number of a form comes to, beside it: people think in percent and hours, the API in shares and seconds. */
import type { Schema } from "@/features/admin/form/schema";
import { clock } from "@/parts/time";

const LONG_SECONDS = 120;

/** `3 %` for a share of 0.03, `2:00:00` for 7200 seconds; nothing where the number speaks for itself. */
export function meaningOf(name: string, schema: Schema, value: unknown): string {
  if (typeof value !== "number") return "";
  if (schema.type === "number" && (schema.maximum ?? schema.exclusiveMaximum ?? Infinity) <= 1) return `${Number((value * 100).toFixed(2))} %`;
  if (name.endsWith("_seconds") && value >= LONG_SECONDS) return clock(value);
  if (name.endsWith("_minutes") && value >= LONG_SECONDS) return clock(value * 60);
  return "";
}
