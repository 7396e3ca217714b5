/** Which column means what: guessed from names and cells, changed by whoever looks, and as the API takes it.  Pure. */
import type { components } from "@/api/schema";
import { looksLikeNumber, type FirstRows } from "@/features/lists/reading";

export type Mapping = components["schemas"]["Mapping"];

/** What a column is: the number, a field of the lead, or nothing. */
export type Meaning = { kind: "number" } | { kind: "field"; name: string } | { kind: "nothing" };

/** Fields whose names have a meaning of their own. */
export const KNOWN_FIELDS = ["owner", "time_zone", "priority", "consent_source", "consent_time", "consent_version", "consent_file"] as const;

const NUMBER_NAMES = /phone|mobile|^tel|cell|msisdn|^number$|手机|电话|号码|联系方式/i;
const FIELD_NAMES: readonly (readonly [RegExp, string])[] = [
  [/^(full.?)?name$|姓名|名字|客户名/i, "name"],
  [/company|公司|单位/i, "company"],
  [/e-?mail|邮箱/i, "email"],
  [/address|地址/i, "address"],
  [/city|城市/i, "city"],
  [/note|remark|备注/i, "note"],
  [/owner|负责人|归属/i, "owner"],
  [/time.?zone|时区/i, "time_zone"],
  [/priority|优先/i, "priority"],
  [/consent.?source|同意来源/i, "consent_source"],
  [/consent.?(time|date)|同意时间/i, "consent_time"],
];

/** What each column means, as far as one can guess. */
export function guessed({ columns, hasHeader, rows }: FirstRows): readonly Meaning[] {
  const number = numberColumn(columns, hasHeader, rows);
  const taken = new Set<string>();
  return columns.map((column, place) => {
    if (place === number) return { kind: "number" };
    const name = hasHeader ? fieldFor(column) : "";
    if (name === "" || taken.has(name)) return { kind: "nothing" };
    taken.add(name);
    return { kind: "field", name };
  });
}

function numberColumn(columns: readonly string[], hasHeader: boolean, rows: FirstRows["rows"]): number {
  const named = hasHeader ? columns.findIndex((column) => NUMBER_NAMES.test(column)) : -1;
  if (named >= 0) return named;
  const share = (place: number) => rows.filter((row) => looksLikeNumber(row[place] ?? "")).length;
  const best = columns.map((_, place) => share(place)).reduce((most, count, place, all) => (count > (all[most] ?? 0) ? place : most), 0);
  return share(best) > 0 ? best : -1;
}

/** The name of a lead's field for a column: a usual one, or the column's own as far as it has letters of ours. */
function fieldFor(column: string): string {
  const usual = FIELD_NAMES.find(([pattern]) => pattern.test(column.trim()));
  if (usual) return usual[1];
  return column.trim().toLowerCase().replace(/[^a-z0-9]+/g, "_").replace(/^[^a-z]+|_+$/g, "").slice(0, 40);
}

const FIELD = /^[a-z][a-z0-9_]{0,39}$/;

export type Fault = "no-number" | "field-name" | "field-twice";

/** What is wrong with it; null where it can be sent. */
export function faultOf(meanings: readonly Meaning[]): Fault | null {
  if (!meanings.some(({ kind }) => kind === "number")) return "no-number";
  const names = meanings.flatMap((each) => (each.kind === "field" ? [each.name] : []));
  if (names.some((name) => !FIELD.test(name))) return "field-name";
  return new Set(names).size < names.length ? "field-twice" : null;
}

/** Say that a column means something; there is one number's column. */
export const withMeaning = (meanings: readonly Meaning[], place: number, meaning: Meaning): readonly Meaning[] =>
  meanings.map((each, at) => (at === place ? meaning : meaning.kind === "number" && each.kind === "number" ? { kind: "nothing" } : each));

/** As the API takes it: columns by name, or by place where there are no names, or where one stands twice. */
export function toMapping({ columns, hasHeader }: FirstRows, meanings: readonly Meaning[]): Mapping {
  const column = (place: number) => (hasHeader && columns.indexOf(columns[place] ?? "") === columns.lastIndexOf(columns[place] ?? "") && columns[place] !== "" ? (columns[place] ?? place) : place);
  const number = meanings.findIndex(({ kind }) => kind === "number");
  const fields = meanings.flatMap((each, place) => (each.kind === "field" ? [[each.name, column(place)] as const] : []));
  return { number: number < 0 ? null : column(number), fields: Object.fromEntries(fields), header: hasHeader };
}

/** What a saved mapping says of the columns of this file. */
export function fromMapping({ columns }: FirstRows, { number, fields }: Pick<Mapping, "number" | "fields">): readonly Meaning[] {
  const placeOf = (column: string | number | null | undefined) => (typeof column === "number" ? column : columns.indexOf(column ?? "\0"));
  const numberAt = placeOf(number);
  const named = new Map(Object.entries(fields ?? {}).map(([name, column]) => [placeOf(column), name]));
  return columns.map((_, place) => {
    const name = named.get(place);
    if (place === numberAt) return { kind: "number" };
    return name === undefined ? { kind: "nothing" } : { kind: "field", name };
  });
}
