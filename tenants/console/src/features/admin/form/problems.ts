/** What is wrong with a form, by the place of its fields: found here before anything is sent, and told by the server. */
import { Problem } from "@/api/problem";
import { asList, asThing, heldBy, namePattern, shapeOf, variantOf, type Schema } from "@/features/admin/form/schema";

export type Wrong =
  | { what: "needed" }
  | { what: "pattern"; example: string }
  | { what: "short"; least: number }
  | { what: "range"; least: number | undefined; most: number | undefined }
  | { what: "told"; text: string };

/** By place, such as `hours.mon.0`. */
export type Problems = ReadonlyMap<string, Wrong>;

export const NO_PROBLEMS: Problems = new Map();

export const below = (place: string, step: string | number): string => (place === "" ? String(step) : `${place}.${step}`);

export function problemsIn(schema: Schema, value: unknown, alsoNeeded: readonly string[] = []): Problems {
  const found = new Map<string, Wrong>();
  look({ ...schema, required: [...(schema.required ?? []), ...alsoNeeded] }, value, "", found);
  return found;
}

function look(given: Schema, value: unknown, place: string, found: Map<string, Wrong>): void {
  if (value === undefined || value === null) return;
  const { kind, schema, mayBeEmpty, variants } = shapeOf(given);
  switch (kind) {
    case "text":
    case "secret":
      if (value !== "" || !mayBeEmpty) lookAtText(schema, value, place, found);
      return;
    case "number":
      if (typeof value === "number" && (value < (schema.minimum ?? -Infinity) || value > (schema.maximum ?? Infinity)))
        found.set(place, { what: "range", least: schema.minimum, most: schema.maximum });
      return;
    case "texts":
    case "things":
      asList(value).forEach((each, index) => look(schema.items ?? {}, each, below(place, index), found));
      return;
    case "map":
      for (const [name, each] of Object.entries(asThing(value))) {
        const pattern = namePattern(schema);
        if (pattern && !fits(pattern, name)) found.set(below(place, name), { what: "pattern", example: exampleOf(schema.propertyNames) });
        look(heldBy(schema), each, below(place, name), found);
      }
      return;
    case "part":
      lookAtPart(schema, value, place, found);
      return;
    case "variants": {
      const variant = variantOf(variants, value);
      if (variant) lookAtPart(variant, value, place, found);
      return;
    }
    default:
  }
}

function lookAtPart(schema: Schema, value: unknown, place: string, found: Map<string, Wrong>): void {
  const thing = asThing(value);
  for (const name of schema.required ?? []) {
    const field = schema.properties?.[name];
    if (field && field.const === undefined && isMissing(field, thing[name])) found.set(below(place, name), { what: "needed" });
  }
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    if (!found.has(below(place, name))) look(field, thing[name], below(place, name), found);
  }
}

function isMissing(schema: Schema, value: unknown): boolean {
  if (value === undefined || value === "") return !shapeOf(schema).mayBeEmpty || value === undefined;
  if (value === null) return !shapeOf(schema).nullable;
  return Array.isArray(value) && value.length < (schema.minItems ?? 0);
}

function lookAtText(schema: Schema, value: unknown, place: string, found: Map<string, Wrong>): void {
  const text = String(value);
  if (text === "") return;
  if (text.length < (schema.minLength ?? 0)) found.set(place, { what: "short", least: schema.minLength ?? 0 });
  else if (schema.pattern && !fits(schema.pattern, text)) found.set(place, { what: "pattern", example: exampleOf(schema) });
}

function exampleOf(schema: Schema | undefined): string {
  const example = schema?.examples?.[0];
  return typeof example === "string" ? example : "";
}

function fits(pattern: string, text: string): boolean {
  try {
    return new RegExp(pattern, "u").test(text);
  } catch {
    // A pattern that only the server can read: the server says what is wrong.
    return true;
  }
}

/** What the server says of fields, at their places; `ownKey`: the field that a taken name stands in; text: of the error. */
export function problemsTold(error: unknown, ownKey: string, text: string): Problems {
  const found = new Map<string, Wrong>();
  if (!(error instanceof Problem)) return found;
  for (const { where, message } of error.fields) found.set(placeOf(where), { what: "told", text: message });
  const field = /-(exists|taken)$/.test(error.errorId) ? ownKey : error.errorId.includes("password") ? "password" : null;
  if (field !== null && found.size === 0) found.set(field, { what: "told", text });
  return found;
}

/** `body.queues[0].queue_id` is the server's way to write `queues.0.queue_id`. */
export const placeOf = (where: string): string => where.replace(/\[(\d+)\]/g, ".$1").replace(/^body\.?/, "");

/** What is wrong at a place or, for a field without fields of its own, anywhere in it. */
export function problemAt(problems: Problems, place: string, withInner: boolean): Wrong | undefined {
  const exact = problems.get(place);
  if (exact || !withInner) return exact;
  for (const [each, wrong] of problems) if (each.startsWith(`${place}.`)) return wrong;
  return undefined;
}
