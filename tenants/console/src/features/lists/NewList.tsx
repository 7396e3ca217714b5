/** A new list: a file is dropped, its columns are named, how it is cleaned is said, and it is sent. */
import { InboxOutlined } from "@ant-design/icons";
import { Alert, Button, Progress, Upload } from "antd";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { components } from "@/api/schema";
import { goTo } from "@/app/place";
import { Form } from "@/features/admin/form/Form";
import { bodyOf, startOf, type Thing } from "@/features/admin/form/schema";
import { BODIES, only } from "@/features/admin/shapes";
import { Columns } from "@/features/lists/Columns";
import styles from "@/features/lists/Lists.module.css";
import { faultOf, fromMapping, guessed, toMapping, type Meaning } from "@/features/lists/mapping";
import { idFrom } from "@/features/lists/model";
import { useListActs } from "@/features/lists/queries";
import { firstRows, type FirstRows } from "@/features/lists/reading";
import { useSending } from "@/features/lists/useSending";
import { ScreenLink } from "@/parts/ScreenLink";

const SCHEMA = only(BODIES.NewList, ["list_id", "name", "region", "new_numbers_only", "contacted_days", "dead_days", "blocked_line_types", "blocked_regions", "encoding", "keep_file_days"]);

interface Chosen {
  file: File;
  first: FirstRows | null;
}

export const ACCEPTED_FILES = ".csv,.txt,.tsv,.xlsx,.jsonl,.ndjson,.json";

export function NewList() {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [meanings, setMeanings] = useState<readonly Meaning[]>([]);
  const [fault, setFault] = useState<string | null>(null);
  const { create } = useListActs();
  const { percent, send, giveUp } = useSending();
  const made = useRef<string | null>(null);

  async function choose(file: File) {
    const first = await firstRows(file);
    setChosen({ file, first });
    setMeanings(first ? guessed(first) : []);
    setFault(null);
  }

  async function submit(value: Thing) {
    if (!chosen) return;
    const wrong = chosen.first ? faultOf(meanings) : null;
    setFault(wrong === null ? null : t(`lists.faults.${wrong}`));
    if (wrong !== null) return;
    const mapping = chosen.first ? toMapping(chosen.first, meanings) : undefined;
    const body = { ...(bodyOf(SCHEMA, value) as object), ...(mapping ? { mapping } : {}) } as components["schemas"]["NewList"];
    // Of an upload that broke off the list is there already.
    if (made.current !== body.list_id) await create(body);
    made.current = body.list_id;
    if (await send(body.list_id, chosen.file, { again: false, mapping: mapping ?? null })) goTo(`/lists?list=${encodeURIComponent(body.list_id)}`, { replace: true });
  }

  return (
    <div className="page">
      <div className="page-head">
        <h1>{t("lists.new")}</h1>
        <div className="end"><ScreenLink href="/lists">{t("lists.all")}</ScreenLink></div>
      </div>
      <div className={styles.steps}>
        <FileDrop chosen={chosen?.file ?? null} onChoose={(file) => void choose(file)} />
        {chosen && (
          <>
            <Columns first={chosen.first} meanings={meanings} onChange={setMeanings}
              onTemplate={(template) => { if (chosen.first) setMeanings(fromMapping(chosen.first, template)); }} />
            {fault !== null && <Alert type="error" showIcon title={fault} role="alert" />}
            <section className={styles.card} aria-label={t("lists.cleaning")}>
              <h2>{t("lists.cleaning")}</h2>
              <div style={{ maxWidth: 560 }}>
                <Form key={chosen.file.name} schema={SCHEMA} start={{ ...(startOf(SCHEMA) as Thing), list_id: idFrom(chosen.file.name), name: chosen.file.name.replace(/\.\w+$/, "") }}
                  ownKey="list_id" submit={t("lists.import")} onSubmit={submit}>
                  {percent !== null && <Button onClick={giveUp}>{t("lists.stopSending")}</Button>}
                </Form>
              </div>
              {percent !== null && <Progress percent={percent} aria-label={t("lists.sending")} />}
            </section>
          </>
        )}
      </div>
    </div>
  );
}

export function FileDrop({ chosen, onChoose }: { chosen: File | null; onChoose: (file: File) => void }) {
  const { t, i18n } = useTranslation();
  const size = chosen ? sizeText(chosen.size, i18n.language) : "";
  return (
    <Upload.Dragger accept={ACCEPTED_FILES} showUploadList={false} multiple={false} beforeUpload={(file) => { onChoose(file); return false; }}>
      <p style={{ margin: "4px 0" }}><InboxOutlined aria-hidden style={{ fontSize: 26, color: "var(--accent-text)" }} /></p>
      <p style={{ margin: 0 }}><strong>{chosen ? t("lists.chosen", { name: chosen.name, size }) : t("lists.drop")}</strong></p>
      <p className="quiet" style={{ margin: "2px 0 4px" }}>{t("lists.kinds")}</p>
    </Upload.Dragger>
  );
}

function sizeText(bytes: number, language: string): string {
  const [value, unit] = bytes < 1_000_000 ? [bytes / 1000, "kilobyte"] : [bytes / 1_000_000, "megabyte"];
  return new Intl.NumberFormat(language, { style: "unit", unit, maximumFractionDigits: 1 }).format(value);
}
