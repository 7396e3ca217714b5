/** One field of a body, whatever it is: drawn from the API's description, told by its name, with what is wrong below it. */
import { useId } from "react";
import type { ReactNode } from "react";
import { Control } from "@/features/admin/form/Control";
import { useFormState } from "@/features/admin/form/context";
import styles from "@/features/admin/form/Form.module.css";
import { below, problemAt } from "@/features/admin/form/problems";
import { asThing, HAS_INNER, shapeOf, withField, type Schema, type Thing } from "@/features/admin/form/schema";
import { useFieldWords, useWrongText } from "@/features/admin/form/words";

export interface FieldProps {
  name: string;
  place: string;
  schema: Schema;
  value: unknown;
  needed?: boolean;
  onChange: (value: unknown) => void;
}

export function Field({ name, place, schema, value, needed = false, onChange }: FieldProps) {
  const { problems, inner, labels, ownKey } = useFormState();
  const called = labels?.[place] ?? labels?.[name] ?? name;
  const words = useFieldWords();
  const wrongText = useWrongText();
  const id = useId();
  const shape = shapeOf(schema);
  const hasInner = HAS_INNER.has(shape.kind);
  const Drawn = inner[shape.kind] ?? Control;
  // A list of plain texts shows what is wrong with any of them; others show it at the field inside.
  const wrong = wrongText(problemAt(problems, place, shape.kind === "texts" || shape.kind === "choices"));
  // How an id is written matters to who makes one, not to who chooses one.
  const help = name.endsWith("_id") && name !== ownKey ? null : words.help(called);
  const told: ReactNode = (
    <>
      {help !== null && <span id={`${id}-help`} className={styles.help}>{help}</span>}
      {wrong !== null && <span id={`${id}-wrong`} className={styles.wrong} role="alert">{wrong}</span>}
    </>
  );
  const control = (
    <Drawn id={id} needed={needed} name={name} place={place} shape={shape} value={value} onChange={onChange}
      describedBy={[help !== null ? `${id}-help` : "", wrong !== null ? `${id}-wrong` : ""].join(" ").trim()} isWrong={wrong !== null} />
  );
  if (hasInner) {
    return (
      <fieldset className={styles.part}>
        <legend>{words.label(called)}</legend>
        {told}
        {control}
      </fieldset>
    );
  }
  const label = <label htmlFor={id} className={needed ? styles.needed : undefined}>{words.label(called)}</label>;
  if (shape.kind === "yes-no" && !shape.nullable) {
    return (
      <div className={styles.field}>
        <div className={`${styles.field ?? ""} ${styles.row ?? ""}`}>{control}{label}</div>
        {told}
      </div>
    );
  }
  return (
    <div className={styles.field}>
      {label}
      {control}
      {told}
    </div>
  );
}

/** The fields of a thing, one below the other; what has only one value is not shown. */
export function Fields({ schema, place, value, onChange }: { schema: Schema; place: string; value: unknown; onChange: (value: Thing) => void }) {
  const thing = asThing(value);
  const needed = new Set(schema.required ?? []);
  const fields = Object.entries(schema.properties ?? {}).filter(([, field]) => field.const === undefined);
  // What has to be filled in comes first, in the order in which the API names it.
  const sorted = [...fields].sort(([a], [b]) => rank(a, schema) - rank(b, schema));
  return sorted.map(([name, field]) => (
    <Field key={name} name={name} place={below(place, name)} schema={field} value={thing[name]} needed={needed.has(name)}
      onChange={(changed) => onChange(withField(thing, name, changed))} />
  ));
}

function rank(name: string, schema: Schema): number {
  const needed = (schema.required ?? []).indexOf(name);
  if (needed >= 0) return needed;
  if (name === "name" || name === "display_name") return 50;
  const { kind } = shapeOf(schema.properties?.[name] ?? {});
  // The week comes before the days that are unlike it.
  return name === "hours" ? 150 : HAS_INNER.has(kind) ? 200 : 100;
}
