/** What the columns of a chosen file mean, and mappings that were saved for files like it. */
import { Alert, App, Button, Input, Select, Space } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { NamedList } from "@/features/admin/form/NamedList";
import styles from "@/features/lists/Lists.module.css";
import { faultOf, toMapping, type Mapping, type Meaning } from "@/features/lists/mapping";
import { MappingTable } from "@/features/lists/MappingTable";
import { useListActs, useTemplates } from "@/features/lists/queries";
import type { FirstRows } from "@/features/lists/reading";
import { useDoing } from "@/parts/errors";

interface Props {
  first: FirstRows | null;
  meanings: readonly Meaning[];
  onChange: (meanings: readonly Meaning[]) => void;
  onTemplate: (template: Mapping) => void;
}

export function Columns({ first, meanings, onChange, onTemplate }: Props) {
  const { t } = useTranslation();
  const templates = useTemplates() ?? [];
  const [template, setTemplate] = useState<string | null>(null);
  return (
    <section className={styles.card} aria-label={t("lists.mapping.title")}>
      <div className={styles.row}>
        <h2>{t("lists.mapping.title")}</h2>
        {templates.length > 0 && first && (
          <Select aria-label={t("lists.templates.use")} popupRender={(list) => <NamedList label={t("lists.templates.use")}>{list}</NamedList>} placeholder={t("lists.templates.use")} style={{ minWidth: 180 }} value={template}
            options={templates.map(({ template_id }) => ({ value: template_id, label: template_id }))}
            onChange={(id: string) => {
              const found = templates.find(({ template_id }) => template_id === id);
              setTemplate(id);
              if (found) onTemplate(found);
            }} />
        )}
      </div>
      {first ? <MappingTable first={first} meanings={meanings} onChange={onChange} /> : <Alert type="info" showIcon title={t("lists.mapping.unread")} />}
      {first && <SaveTemplate first={first} meanings={meanings} chosen={template} onDropped={() => setTemplate(null)} />}
    </section>
  );
}

function SaveTemplate({ first, meanings, chosen, onDropped }: { first: FirstRows; meanings: readonly Meaning[]; chosen: string | null; onDropped: () => void }) {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const doing = useDoing();
  const { saveTemplate, dropTemplate } = useListActs();
  const [name, setName] = useState("");
  const isName = /^[a-z][a-z0-9-]{0,30}[a-z0-9]$/.test(name);
  const drop = (id: string) =>
    modal.confirm({
      title: t("lists.templates.dropSure", { name: id }), okText: t("lists.templates.drop"), okButtonProps: { danger: true }, cancelText: t("admin.form.cancel"),
      onOk: async () => { if (await doing(() => dropTemplate(id), t("lists.templates.dropped"))) onDropped(); },
    });
  return (
    <div className={styles.row}>
      <Space.Compact>
        <Input size="small" style={{ width: 200 }} aria-label={t("lists.templates.name")} placeholder={t("lists.templates.name")} value={name} maxLength={32} onChange={(event) => setName(event.target.value)} />
        <Button size="small" disabled={!isName || faultOf(meanings) !== null} onClick={() => void doing(() => saveTemplate(name, toMapping(first, meanings)), t("lists.templates.saved"))}>
          {t("lists.templates.save")}
        </Button>
      </Space.Compact>
      {chosen !== null && <Button size="small" type="text" onClick={() => void drop(chosen)}>{t("lists.templates.drop")}</Button>}
    </div>
  );
}
