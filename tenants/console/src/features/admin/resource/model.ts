/** How a thing's values are read in a list, and found. */
import type { Thing } from "@/features/admin/form/schema";
import { moment } from "@/parts/time";

/** A value as text: lists by commas, moments as such, nothing for null. */
export function shown(value: unknown, language: string, field = ""): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return field.endsWith("_ms") ? moment(value, language) : String(value);
  if (typeof value === "string" || typeof value === "boolean") return String(value);
  if (Array.isArray(value)) return value.map((each) => shown(each, language)).join(", ");
  return Object.entries(value).map(([name, each]) => `${name}: ${shown(each, language)}`).join(", ");
}

/** Whether all words that somebody typed stand anywhere in a thing. */
export function matches(thing: Thing, filter: string): boolean {
  const text = shown(Object.values(thing), "en").toLowerCase();
  return filter.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}
