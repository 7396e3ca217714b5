/** A form made of the API's description of a body: checks before it sends, and shows what the server says at its fields. */
import { Alert, Button } from "antd";
import { useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useErrorText } from "@/parts/errors";
import { FormContext } from "@/features/admin/form/context";
import { Fields } from "@/features/admin/form/Field";
import styles from "@/features/admin/form/Form.module.css";
import { INNER } from "@/features/admin/form/Inner";
import { NO_PROBLEMS, problemsIn, problemsTold, type Problems } from "@/features/admin/form/problems";
import type { Schema, Thing } from "@/features/admin/form/schema";

interface Props {
  schema: Schema;
  start: Thing;
  ownKey?: string;
  labels?: Readonly<Record<string, string>> | undefined;
  /** Fields that have a value already, and may not be emptied. */
  kept?: readonly string[];
  readOnly?: boolean;
  submit: string;
  /** Throws what the server says. */
  onSubmit: (value: Thing) => Promise<void>;
  onDirty?: (isDirty: boolean) => void;
  /** Beside the button. */
  children?: ReactNode;
}

export function Form({ schema, start, ownKey = "", labels, kept = NONE, readOnly = false, submit, onSubmit, onDirty, children }: Props) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const [value, setValue] = useState(start);
  const [problems, setProblems] = useState<Problems>(NO_PROBLEMS);
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const box = useRef<HTMLFormElement>(null);
  const state = useMemo(() => ({ problems, ownKey, readOnly, inner: INNER, ...(labels ? { labels } : {}) }), [problems, ownKey, readOnly, labels]);
  useEffect(() => {
    // Whoever works by keyboard, or does not see the bottom of a long form, is brought to what is wrong.
    if (problems.size > 0) box.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [problems]);

  function change(changed: Thing) {
    setValue(changed);
    onDirty?.(JSON.stringify(changed) !== JSON.stringify(start));
  }

  async function send() {
    const found = problemsIn(schema, value, kept);
    setProblems(found);
    setFailure(null);
    if (found.size > 0) return;
    setBusy(true);
    try {
      await onSubmit(value);
    } catch (error) {
      const told = problemsTold(error, ownKey, errorText(error));
      setProblems(told);
      setFailure(told.size > 0 ? t("admin.form.look") : errorText(error));
    } finally {
      setBusy(false);
    }
  }

  return (
    <FormContext value={state}>
      <form ref={box} className={styles.fields} noValidate onSubmit={(event) => { event.preventDefault(); void send(); }}>
        {failure !== null && <Alert type="error" showIcon title={failure} role="alert" />}
        <Fields schema={schema} place="" value={value} onChange={change} />
        {!readOnly && (
          <div className={`${styles.field ?? ""} ${styles.row ?? ""}`}>
            <Button type="primary" htmlType="submit" loading={busy}>{submit}</Button>
            {children}
          </div>
        )}
      </form>
    </FormContext>
  );
}

const NONE: readonly string[] = [];
