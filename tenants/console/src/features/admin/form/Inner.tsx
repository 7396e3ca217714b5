/** Fields that have fields inside: a part, a list of things, values by name, and one of several shapes. */
import { ArrowUpOutlined, DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Input, Select, Switch } from "antd";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { Control } from "@/features/admin/form/Control";
import { useFormState, type ControlProps, type Inner } from "@/features/admin/form/context";
import { Fields } from "@/features/admin/form/Field";
import styles from "@/features/admin/form/Form.module.css";
import { below, problemAt } from "@/features/admin/form/problems";
import { asList, asThing, heldBy, shapeOf, startOf, variantName, variantOf, withField, type Schema } from "@/features/admin/form/schema";
import { WeekControl } from "@/features/admin/form/Week";
import { useFieldWords, useWrongText } from "@/features/admin/form/words";

function PartControl({ place, shape, value, onChange }: ControlProps) {
  const { t } = useTranslation();
  const { readOnly } = useFormState();
  const isThere = value !== null && value !== undefined;
  return (
    <>
      {shape.nullable && (
        <Switch checked={isThere} disabled={readOnly} aria-label={t("admin.form.own")} checkedChildren={t("admin.form.own")} unCheckedChildren={t("admin.form.none")}
          style={{ alignSelf: "start" }} onChange={(on) => onChange(on ? startOf(withoutNull(shape.schema)) : null)} />
      )}
      {(isThere || !shape.nullable) && <Fields schema={shape.schema} place={place} value={value} onChange={onChange} />}
    </>
  );
}

const withoutNull = ({ properties, required, type }: Schema): Schema => ({
  ...(type ? { type } : {}), ...(properties ? { properties } : {}), ...(required ? { required } : {}),
});

/** A thing of a list: one that has one of several shapes, fields, or is a single value. */
function Held({ schema, place, value, onChange }: { schema: Schema; place: string; value: unknown; onChange: (value: unknown) => void }) {
  if (schema.properties) return <Fields schema={schema} place={place} value={value} onChange={onChange} />;
  if (schema.anyOf) return <Variants variants={schema.anyOf} place={place} value={value} onChange={onChange} />;
  return <Plain schema={schema} place={place} value={value} onChange={onChange} />;
}

/** A plain value of a list: called as the list is, whose name stands above. */
function Plain({ schema, place, value, onChange }: { schema: Schema; place: string; value: unknown; onChange: (value: unknown) => void }) {
  const { problems, labels } = useFormState();
  const words = useFieldWords();
  const wrongText = useWrongText();
  const id = useId();
  const name = place.split(".").findLast((step) => !/^[0-9]+$/.test(step)) ?? "";
  const wrong = problemAt(problems, place, false);
  return (
    <>
      <Control id={id} name={name} label={words.label(labels?.[name] ?? name)} place={place} shape={shapeOf(schema)} value={value} describedBy="" isWrong={wrong !== undefined} onChange={onChange} />
      <WrongNote text={wrongText(wrong)} />
    </>
  );
}

function ThingsControl({ name, place, shape, value, onChange }: ControlProps) {
  const { t } = useTranslation();
  const { readOnly } = useFormState();
  const words = useFieldWords();
  const things = asList(value);
  const schema = shape.schema.items ?? {};
  const put = (index: number, thing: unknown) => onChange(things.map((each, at) => (at === index ? thing : each)));
  const up = (index: number) => onChange(things.map((each, at) => (at === index - 1 ? things[index] : at === index ? things[index - 1] : each)));
  return (
    <>
      {things.map((thing, index) => (
        // The place is who it is: things of a list have no names.
        <div key={index} className={styles.thing}>
          <div className={styles.inside}>
            <Held schema={schema} place={below(place, index)} value={thing} onChange={(changed) => put(index, changed)} />
          </div>
          {!readOnly && (
            <div className={styles.acts}>
              <Button type="text" size="small" icon={<DeleteOutlined />} aria-label={t("admin.form.takeAway", { name: words.label(name), number: index + 1 })}
                onClick={() => onChange(things.filter((_, at) => at !== index))} />
              {index > 0 && (
                <Button type="text" size="small" icon={<ArrowUpOutlined />} aria-label={t("admin.form.up", { name: words.label(name), number: index + 1 })} onClick={() => up(index)} />
              )}
            </div>
          )}
        </div>
      ))}
      {!readOnly && (
        <Button size="small" icon={<PlusOutlined />} style={{ alignSelf: "start" }} aria-label={t("admin.form.addTo", { name: words.label(name) })}
          onClick={() => onChange([...things, startOf(schema)])}>
          {t("admin.form.add")}
        </Button>
      )}
    </>
  );
}

function VariantsControl({ place, shape, value, onChange }: ControlProps) {
  return <Variants variants={shape.variants} place={place} value={value} onChange={onChange} />;
}

function Variants({ variants, place, value, onChange }: { variants: readonly Schema[]; place: string; value: unknown; onChange: (value: unknown) => void }) {
  const { t } = useTranslation();
  const { readOnly } = useFormState();
  const words = useFieldWords();
  const chosen = variantOf(variants, value) ?? variants[0] ?? {};
  const options = variants.map((each) => ({ value: variantName(each), label: words.choice(variantName(each)) }));
  const choose = (name: string) => onChange(startOf(variants.find((each) => variantName(each) === name) ?? {}));
  return (
    <>
      <Select size="small" aria-label={t("admin.form.variant")} disabled={readOnly} options={options} value={variantName(chosen)} onChange={choose} />
      <Fields schema={chosen} place={place} value={value} onChange={onChange} />
    </>
  );
}

function MapControl({ id, name, place, shape, value, onChange }: ControlProps) {
  const { t } = useTranslation();
  const { readOnly, problems, choices } = useFormState();
  const words = useFieldWords();
  const wrongText = useWrongText();
  const [adding, setAdding] = useState("");
  const thing = asThing(value);
  const schema = heldBy(shape.schema);
  const isPlain = schema.type !== "object";
  // A value that is a node's name is chosen from the nodes, whatever the key that leads there is.
  const held = choices?.[`${name}.*`] ? "next" : name;
  const add = () => {
    const key = adding.trim();
    if (key === "" || key in thing) return;
    onChange({ ...thing, [key]: startOf(schema) ?? "" });
    setAdding("");
  };
  return (
    <>
      {Object.entries(thing).map(([key, each]) => (
        <div key={key} className={isPlain ? styles.pair : styles.thing}>
          <strong>{key}</strong>
          <div className={styles.inside}>
            {schema.type === "object"
              ? <MapControl id={`${id}-${key}`} name={name} place={below(place, key)} shape={{ kind: "map", schema, nullable: false, mayBeEmpty: false, variants: [schema] }}
                  value={each} describedBy="" isWrong={false} onChange={(changed) => onChange(withField(thing, key, changed))} />
              : <Control id={`${id}-${key}`} label={key} name={held} place={below(place, key)} shape={shapeOf(schema)} value={each} describedBy=""
                  isWrong={problems.has(below(place, key))} onChange={(changed) => onChange({ ...thing, [key]: changed })} />}
            {isPlain && <WrongNote text={wrongText(problemAt(problems, below(place, key), false))} />}
          </div>
          {!readOnly && (
            <Button type="text" size="small" icon={<DeleteOutlined />} aria-label={t("admin.form.takeAwayNamed", { name: key })}
              onClick={() => onChange(withField(thing, key, undefined))} />
          )}
        </div>
      ))}
      {!readOnly && (
        <div className={styles.pair}>
          <Input size="small" value={adding} aria-label={t("admin.form.newKey", { name: words.label(name) })} placeholder={t("admin.form.key")}
            onChange={(event) => setAdding(event.target.value)} onPressEnter={add} />
          <Button size="small" icon={<PlusOutlined />} disabled={adding.trim() === ""} onClick={add}>{t("admin.form.add")}</Button>
        </div>
      )}
    </>
  );
}

const HoursOrMap = (props: ControlProps) => (props.name === "hours" ? <WeekControl {...props} /> : <MapControl {...props} />);

/** Of all forms. */
export const INNER: Inner = { part: PartControl, things: ThingsControl, variants: VariantsControl, map: HoursOrMap };

const WrongNote = ({ text }: { text: string | null }) => (text === null ? null : <span className={styles.wrong} role="alert">{text}</span>);
