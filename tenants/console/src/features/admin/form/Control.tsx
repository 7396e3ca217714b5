/** The control of a field, by what its value is. */
import { KeyOutlined } from "@ant-design/icons";
import { Button, Input, InputNumber, Select, Space, Switch } from "antd";
import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { useFormState, type ControlProps } from "@/features/admin/form/context";
import styles from "@/features/admin/form/Form.module.css";
import { lookupFor, useChoices } from "@/features/admin/form/lookups";
import { meaningOf } from "@/features/admin/form/meaning";
import { NamedList } from "@/features/admin/form/NamedList";
import { asList } from "@/features/admin/form/schema";
import { useFieldWords } from "@/features/admin/form/words";

/** A control without fields inside. */
export function Control(props: ControlProps) {
  const { shape } = props;
  switch (shape.kind) {
    case "secret":
      return <SecretControl {...props} />;
    case "number":
      return <NumberControl {...props} />;
    case "yes-no":
      return shape.nullable ? <YesNoOrNot {...props} /> : <YesNo {...props} />;
    case "choice":
    case "choices":
    case "texts":
      return <ChoiceControl {...props} />;
    default:
      return <TextControl {...props} />;
  }
}

const told = ({ id, label, describedBy, isWrong, needed }: ControlProps) => ({
  id,
  "aria-label": label,
  "aria-describedby": describedBy || undefined,
  "aria-invalid": isWrong,
  "aria-required": needed,
  ...(isWrong ? { status: "error" as const } : {}),
});

const textOf = (value: unknown): string => (typeof value === "string" || typeof value === "number" ? String(value) : "");

function TextControl(props: ControlProps) {
  const { name, shape, value, onChange } = props;
  const { ownKey, readOnly, choices } = useFormState();
  const lookup = name === ownKey ? null : lookupFor(name);
  if (lookup !== null || choices?.[name] || name === "time_zone" || name === "language") return <ChoiceControl {...props} />;
  const example = shape.schema.examples?.[0];
  const common = {
    ...told(props), value: textOf(value), disabled: readOnly, placeholder: example === undefined ? "" : textOf(example),
    ...(shape.schema.maxLength === undefined ? {} : { maxLength: shape.schema.maxLength }),
  };
  if (name === "text" || name === "note" || name === "script") return <Input.TextArea className={styles.longText ?? ""} rows={name === "script" ? 8 : 2} {...common} onChange={(event) => onChange(event.target.value)} />;
  return <Input autoComplete="off" {...common} onChange={(event) => onChange(event.target.value)} />;
}

const SECRET_LETTERS = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789";

/** Some 92 bits that people can read out: no letter is taken for another. */
function newSecret(): string {
  const letter = () => {
    // Of 256 values the last 40 would make some letters likelier.
    for (;;) {
      const [byte = 255] = crypto.getRandomValues(new Uint8Array(1));
      if (byte < SECRET_LETTERS.length * 4) return SECRET_LETTERS.charAt(byte % SECRET_LETTERS.length);
    }
  };
  return Array.from({ length: 16 }, letter).join("");
}

function SecretControl(props: ControlProps) {
  const { t } = useTranslation();
  const { readOnly } = useFormState();
  const [seen, setSeen] = useState(false);
  return (
    <Space.Compact className={styles.wide}>
      <Input.Password {...told(props)} value={textOf(props.value)} disabled={readOnly} autoComplete="new-password"
        visibilityToggle={{ visible: seen, onVisibleChange: setSeen }} onChange={(event) => props.onChange(event.target.value)} />
      <Button icon={<KeyOutlined />} disabled={readOnly} onClick={() => { props.onChange(newSecret()); setSeen(true); }}>
        {t("admin.form.make")}
      </Button>
    </Space.Compact>
  );
}

function NumberControl(props: ControlProps) {
  const { t } = useTranslation();
  const { readOnly } = useFormState();
  const { name, shape, value, onChange } = props;
  const meaning = meaningOf(name, shape.schema, value ?? shape.schema.default);
  return (
    <InputNumber suffix={meaning && <span className="quiet">{meaning}</span>} {...told(props)} className={styles.wide} disabled={readOnly} value={typeof value === "number" ? value : null}
      placeholder={shape.nullable ? t("admin.form.none") : textOf(shape.schema.default)} onChange={(number) => onChange(number ?? (shape.nullable ? null : undefined))}
      {...(shape.schema.type === "integer" ? { precision: 0 } : {})} />
  );
}

function YesNo(props: ControlProps) {
  const { readOnly } = useFormState();
  return <Switch id={props.id} aria-describedby={props.describedBy || undefined} disabled={readOnly} checked={(props.value ?? props.shape.schema.default) === true} onChange={props.onChange} />;
}

function YesNoOrNot(props: ControlProps) {
  const { t } = useTranslation();
  const { readOnly } = useFormState();
  const options = [{ value: "yes", label: t("words.yes") }, { value: "no", label: t("words.no") }, { value: "", label: t("admin.form.either") }];
  const chosen = props.value === true ? "yes" : props.value === false ? "no" : "";
  return <Select {...told(props)} options={options} value={chosen} disabled={readOnly} onChange={(word) => props.onChange(word === "" ? null : word === "yes")} />;
}

const LANGUAGES = ["en", "zh-CN"];

/** What may be chosen for a field; `isOpen`: something else may be written too. */
function useOptions({ name, shape }: ControlProps): { options: { value: string; label: string }[]; isOpen: boolean } {
  const { ownKey, choices } = useFormState();
  const words = useFieldWords();
  const lookup = name === ownKey ? null : lookupFor(name);
  const found = useChoices(lookup);
  const fixed = shape.schema.enum ?? shape.schema.items?.enum;
  if (fixed) return { options: fixed.map((value) => ({ value: String(value), label: words.choice(String(value)) })), isOpen: false };
  const own = choices?.[name];
  if (own) return { options: own.map((value) => ({ value, label: value })), isOpen: false };
  if (name === "time_zone") return { options: Intl.supportedValuesOf("timeZone").map((value) => ({ value, label: value })), isOpen: true };
  if (name === "language") return { options: LANGUAGES.map((value) => ({ value, label: value })), isOpen: true };
  return { options: [...found], isOpen: lookup !== "users" };
}

function ChoiceControl(props: ControlProps) {
  const { t } = useTranslation();
  const words = useFieldWords();
  const { readOnly } = useFormState();
  const [typed, setTyped] = useState("");
  const { options, isOpen } = useOptions(props);
  const { shape, value, onChange } = props;
  const isList = shape.kind !== "choice" && shape.kind !== "text";
  const written = isOpen && typed !== "" && !options.some((each) => each.value === typed) ? [{ value: typed, label: typed }] : [];
  const called = props.label ?? words.label(props.name);
  const common = {
    ...told(props), className: styles.wide ?? "", popupRender: (list: ReactElement) => <NamedList label={called}>{list}</NamedList>, disabled: readOnly, options: [...options, ...written],
    showSearch: { optionFilterProp: "label", onSearch: setTyped },
  };
  if (isList)
    return <Select {...common} mode={isOpen ? "tags" : "multiple"} tokenSeparators={[",", " "]} value={asList(value).map(String)} onChange={(all: string[]) => onChange(all)} />;
  const chosen = typeof value === "string" && value !== "" ? value : undefined;
  return (
    <Select {...common} allowClear={shape.nullable || shape.mayBeEmpty} placeholder={shape.nullable ? t("admin.form.none") : t("admin.form.choose")} value={chosen}
      onChange={(one: string | undefined) => onChange(one ?? (shape.nullable ? null : undefined))} />
  );
}
