/** The columns of a file: what each means, and its first cells to see whether that is so. */
import { Input, Select } from "antd";
import { useTranslation } from "react-i18next";
import { NamedList } from "@/features/admin/form/NamedList";
import styles from "@/features/lists/Lists.module.css";
import { KNOWN_FIELDS, withMeaning, type Meaning } from "@/features/lists/mapping";
import type { FirstRows } from "@/features/lists/reading";

interface Props {
  first: FirstRows;
  meanings: readonly Meaning[];
  onChange: (meanings: readonly Meaning[]) => void;
}

/** In the list of choices, what is not the name of a field. */
const [NUMBER, NOTHING, OWN] = ["=number", "=nothing", "=own"];

export function MappingTable({ first, meanings, onChange }: Props) {
  const { t } = useTranslation();
  const options = [
    { value: NUMBER, label: t("lists.mapping.number") },
    { value: NOTHING, label: t("lists.mapping.nothing") },
    { value: OWN, label: t("lists.mapping.own") },
    ...KNOWN_FIELDS.map((name) => ({ value: name, label: t(`lists.fields.${name}`) })),
  ];
  const choose = (place: number, chosen: string) => {
    const before = meanings[place];
    const name = chosen === OWN ? (before?.kind === "field" && !isKnown(before.name) ? before.name : ownName(first.columns[place] ?? "", place)) : chosen;
    onChange(withMeaning(meanings, place, chosen === NUMBER ? { kind: "number" } : chosen === NOTHING ? { kind: "nothing" } : { kind: "field", name }));
  };
  return (
    <div className={styles.mappingBox} role="region" aria-label={t("lists.mapping.title")} tabIndex={0}>
      <table className={styles.mapping}>
        <thead>
          <tr>{first.columns.map((column, place) => <th key={place} scope="col">{first.hasHeader ? column : t("lists.mapping.column", { number: place + 1 })}</th>)}</tr>
          <tr>
            {first.columns.map((column, place) => {
              const meaning = meanings[place] ?? { kind: "nothing" };
              const value = meaning.kind === "number" ? NUMBER : meaning.kind === "nothing" ? NOTHING : isKnown(meaning.name) ? meaning.name : OWN;
              return (
                <td key={place} className={meaning.kind === "number" ? styles.isNumber : undefined}>
                  <Select size="small" aria-label={t("lists.mapping.meaningOf", { column })} popupRender={(list) => <NamedList label={t("lists.mapping.meaningOf", { column })}>{list}</NamedList>} value={value} options={options} popupMatchSelectWidth={false} className={styles.wide ?? ""}
                    onChange={(chosen: string) => choose(place, chosen)} />
                  {value === OWN && meaning.kind === "field" && (
                    <Input size="small" aria-label={t("lists.mapping.fieldOf", { column })} value={meaning.name} maxLength={40}
                      onChange={(event) => onChange(withMeaning(meanings, place, { kind: "field", name: event.target.value }))} />
                  )}
                </td>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {first.rows.map((row, number) => (
            <tr key={number}>{first.columns.map((_, place) => <td key={place} className={meanings[place]?.kind === "nothing" ? "quiet" : undefined}>{row[place] ?? ""}</td>)}</tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const isKnown = (name: string): boolean => KNOWN_FIELDS.some((each) => each === name);
const ownName = (column: string, place: number): string =>
  column.toLowerCase().replace(/[^a-z0-9]+/g, "_").replace(/^[^a-z]+|_+$/g, "").slice(0, 40) || `column_${place + 1}`;
