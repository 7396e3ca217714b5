/**
 * What a form is made of: the API's own description of a body.  Pure, so that each case is a test.
 *
 * A value is what the body will hold; undefined is left out.
 */

export interface Schema {
  type?: string;
  enum?: readonly unknown[];
  const?: unknown;
  anyOf?: readonly Schema[];
  properties?: Readonly<Record<string, Schema>>;
  required?: readonly string[];
  items?: Schema;
  additionalProperties?: Schema | boolean;
  patternProperties?: Readonly<Record<string, Schema>>;
  propertyNames?: Schema;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  exclusiveMaximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  pattern?: string;
  examples?: readonly unknown[];
  writeOnly?: boolean;
}

export type Thing = Record<string, unknown>;

/** What a field is drawn as. */
export type Kind =
  | "text" | "secret" | "number" | "yes-no" | "choice"
  /** Several of a few; several texts; a list of things of one shape. */
  | "choices" | "texts" | "things"
  /** Fields inside; values by names that people give; one of several shapes. */
  | "part" | "map" | "variants";

/** Kinds of fields that have fields inside. */
export const HAS_INNER: ReadonlySet<Kind> = new Set<Kind>(["things", "part", "map", "variants"]);

export interface Shape {
  kind: Kind;
  schema: Schema;
  /** Null has a meaning: none, or never. */
  nullable: boolean;
  /** An empty text is a value too. */
  mayBeEmpty: boolean;
  variants: readonly Schema[];
}

export function shapeOf(given: Schema): Shape {
  const all = given.anyOf ?? [given];
  const nullable = all.some(({ type }) => type === "null");
  const mayBeEmpty = all.some((each) => each.const === "" || (each.type === "string" && !each.pattern && !each.minLength));
  const variants = all.filter((each) => each.type !== "null" && each.const !== "");
  const first = variants[0] ?? {};
  const kind = variants.length > 1 ? "variants" : kindOf(first);
  return { kind, schema: given.anyOf ? { ...given, ...first } : given, nullable, mayBeEmpty, variants };
}

function kindOf(schema: Schema): Kind {
  if (schema.enum) return "choice";
  switch (schema.type) {
    case "boolean":
      return "yes-no";
    case "integer":
    case "number":
      return "number";
    case "array":
      return schema.items?.enum ? "choices" : schema.items?.type === "string" ? "texts" : "things";
    case "object":
      return schema.properties ? "part" : "map";
    default:
      return schema.writeOnly ? "secret" : "text";
  }
}

/** The shape of what a map holds. */
export const heldBy = (schema: Schema): Schema =>
  Object.values(schema.patternProperties ?? {})[0] ??
  (typeof schema.additionalProperties === "object" ? schema.additionalProperties : { type: "string" });

/** The pattern that a map's names have to fit. */
export const namePattern = (schema: Schema): string | undefined =>
  Object.keys(schema.patternProperties ?? {})[0] ?? schema.propertyNames?.pattern;

/** How one of several shapes is called: by what its `kind` always is, else by its first needed field. */
export function variantName(schema: Schema): string {
  const kind = schema.properties?.kind?.const;
  return typeof kind === "string" ? kind : (schema.required?.[0] ?? "");
}

/** Which of several shapes a value has. */
export function variantOf(variants: readonly Schema[], value: unknown): Schema | undefined {
  const thing = asThing(value);
  return variants.find((each) => {
    const kind = each.properties?.kind?.const;
    return kind === undefined ? variantName(each) in thing : thing.kind === kind;
  });
}

/** What a new thing of a shape begins with: what has to be there, and what is usual. */
export function startOf(given: Schema): unknown {
  if (given.const !== undefined) return given.const;
  if (given.default !== undefined) return given.default;
  const { kind, schema, nullable, variants } = shapeOf(given);
  if (nullable) return null;
  switch (kind) {
    case "part": {
      const needed = new Set(schema.required ?? []);
      const fields = Object.entries(schema.properties ?? {}).filter(([name, field]) => needed.has(name) || field.default !== undefined);
      return Object.fromEntries(fields.map(([name, field]) => [name, startOf(field)]));
    }
    case "things":
    case "texts":
    case "choices":
      return [];
    case "map":
      return {};
    case "variants":
      return variants[0] ? startOf(variants[0]) : undefined;
    default:
      return undefined;
  }
}

export const asThing = (value: unknown): Thing => (typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Thing) : {});
export const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);

/** Return a thing with a field set; undefined takes it away. */
export function withField(thing: Thing, name: string, value: unknown): Thing {
  const rest = Object.fromEntries(Object.entries(thing).filter(([each]) => each !== name));
  return value === undefined ? rest : name in thing ? Object.fromEntries(Object.entries(thing).map(([each, old]) => [each, each === name ? value : old])) : { ...rest, [name]: value };
}

/** What a form says of a body: fields of the shape only, nothing that was emptied. */
export function bodyOf(given: Schema, value: unknown): unknown {
  const { kind, schema, nullable, mayBeEmpty, variants } = shapeOf(given);
  if (value === null || value === undefined) return nullable ? value : undefined;
  switch (kind) {
    case "text":
    case "secret":
      if (value !== "" || mayBeEmpty) return value;
      return nullable ? null : undefined;
    case "part":
      return partOf(schema, asThing(value));
    case "variants": {
      const variant = variantOf(variants, value);
      return variant ? partOf(variant, asThing(value)) : value;
    }
    case "things":
      return asList(value).map((each) => bodyOf(schema.items ?? {}, each));
    case "map":
      return Object.fromEntries(Object.entries(asThing(value)).map(([name, each]) => [name, bodyOf(heldBy(schema), each)]));
    default:
      return value;
  }
}

function partOf(schema: Schema, thing: Thing): Thing {
  const fields = Object.entries(schema.properties ?? {});
  const filled = fields.map(([name, field]) => [name, field.const ?? bodyOf(field, thing[name])] as const);
  return Object.fromEntries(filled.filter(([, value]) => value !== undefined));
}

/** The fields of a thing that a shape has: what a form begins with. */
export const fieldsOf = (schema: Schema, thing: Thing): Thing =>
  Object.fromEntries(Object.keys(schema.properties ?? {}).flatMap((name) => (name in thing ? [[name, thing[name]]] : [])));

/** What to send of a thing that was changed: the fields that are not as they were. */
export function changesOf(schema: Schema, before: Thing, after: Thing): Thing {
  const [was, is] = [partOf(schema, before), partOf(schema, after)];
  return Object.fromEntries(Object.entries(is).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(was[name])));
}
