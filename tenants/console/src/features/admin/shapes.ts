/** The API's bodies that forms are made of, and how parts of them are taken. */
import forms from "@/api/forms.json";
import type { Schema } from "@/features/admin/form/schema";

export const BODIES = forms as unknown as Readonly<Record<keyof typeof forms, Schema>>;

/** A body with some of its fields only, in this order. */
export function only(schema: Schema, fields: readonly string[]): Schema {
  const properties = Object.fromEntries(fields.flatMap((name) => (schema.properties?.[name] ? [[name, schema.properties[name]]] : [])));
  return { ...schema, properties, required: (schema.required ?? []).filter((name) => fields.includes(name)) };
}

/** A body without some of its fields. */
export const without = (schema: Schema, fields: readonly string[]): Schema =>
  only(schema, Object.keys(schema.properties ?? {}).filter((name) => !fields.includes(name)));

/** A body with some of its fields first, in this order. */
export const ordered = (schema: Schema, first: readonly string[]): Schema =>
  only(schema, [...first, ...Object.keys(schema.properties ?? {}).filter((name) => !first.includes(name))]);

/** A change in which null means "as it is": what is shown is what there is, and nothing can be set to none. */
export function standing(schema: Schema, except: readonly string[] = []): Schema {
  const properties = Object.entries(schema.properties ?? {}).map(([name, field]) => [name, except.includes(name) ? field : withoutNull(field)]);
  return { ...schema, properties: Object.fromEntries(properties) as Record<string, Schema> };
}

function withoutNull(field: Schema): Schema {
  const { anyOf, ...rest } = field;
  const kept = anyOf?.filter(({ type }) => type !== "null") ?? [];
  const more = Object.fromEntries(Object.entries(rest).filter(([name, value]) => name !== "default" || value !== null));
  return kept.length === 1 ? { ...more, ...kept[0] } : anyOf ? { ...more, anyOf: kept } : field;
}
