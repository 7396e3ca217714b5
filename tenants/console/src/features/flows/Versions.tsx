/** What was published: looked at beside the draft, taken into it, or let run again. */
import { App, Button, Drawer, Empty, Space, Table, Tag } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Thing } from "@/features/admin/form/schema";
import { useFieldWords } from "@/features/admin/form/words";
import { changesBetween } from "@/features/flows/comparing";
import { documentOf, type FlowDocument } from "@/features/flows/document";
import styles from "@/features/flows/Flow.module.css";
import { actsOnFlow, useVersions, type useFlow } from "@/features/flows/queries";
import { useDoing } from "@/parts/errors";
import { moment } from "@/parts/time";
import { useTenantId } from "@/session/context";

interface Props {
  open: boolean;
  flow: NonNullable<ReturnType<typeof useFlow>["data"]>;
  draft: FlowDocument;
  readOnly: boolean;
  onLoad: (document: Thing) => void;
  onChanged: () => void;
  onClose: () => void;
}

interface Seen {
  version: number;
  document: Thing;
}

export function Versions({ open, flow, draft, readOnly, onLoad, onChanged, onClose }: Props) {
  const { t, i18n } = useTranslation();
  const { modal } = App.useApp();
  const doing = useDoing();
  const acts = actsOnFlow(useTenantId(), flow.flow_id);
  const { data } = useVersions(flow.flow_id, open);
  const [seen, setSeen] = useState<Seen | null>(null);
  type Row = NonNullable<typeof data>["items"][number];
  const look = (version: number) => void doing(async () => setSeen({ version, document: (await acts.version(version)).document }));
  const roll = (version: number) =>
    modal.confirm({
      title: t("flows.rollSure", { version }), content: t("flows.rollText"), okText: t("flows.roll"), cancelText: t("admin.form.cancel"),
      onOk: async () => {
        if (await doing(() => acts.rollBack(version), t("flows.rolled", { version }))) onChanged();
      },
    });
  const columns = [
    { key: "version", title: t("flows.version"), render: (_: unknown, { version }: Row) => <>{version} {version === flow.published && <Tag color="success">{t("flows.running")}</Tag>}</> },
    { key: "note", dataIndex: "note", title: t("flows.note") },
    { key: "by", title: t("flows.by"), render: (_: unknown, row: Row) => <>{row.published_by} <span className="quiet">{moment(row.published_ms, i18n.language)}</span></> },
    {
      key: "acts", title: "", render: (_: unknown, { version }: Row) => (
        <Space>
          <Button size="small" onClick={() => look(version)}>{t("flows.compare")}</Button>
          {!readOnly && version !== flow.published && <Button size="small" onClick={() => void roll(version)}>{t("flows.roll")}</Button>}
        </Space>
      ),
    },
  ];
  return (
    <Drawer open={open} size={720} title={t("flows.versions")} aria-label={t("flows.versions")} onClose={onClose}>
      <Table size="small" rowKey="version" columns={columns} dataSource={data?.items ?? []} pagination={false} locale={{ emptyText: <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t("flows.noVersions")} /> }} />
      {seen && (
        <section style={{ marginTop: 20 }}>
          <h2 style={{ fontSize: 15 }}>{t("flows.comparing", { version: seen.version })}</h2>
          {!readOnly && <Button size="small" onClick={() => onLoad(seen.document)}>{t("flows.intoDraft")}</Button>}
          <Changes before={documentOf(seen.document)} after={draft} />
        </section>
      )}
    </Drawer>
  );
}

const COLOURS = { added: "success", removed: "error", changed: "warning", same: "default" };

function Changes({ before, after }: { before: FlowDocument; after: FlowDocument }) {
  const { t } = useTranslation();
  const words = useFieldWords();
  const changes = changesBetween(before, after);
  if (changes.length === 0) return <p className="quiet">{t("flows.same")}</p>;
  return changes.map(({ node, fate, fields }) => (
    <div key={node} className={styles.change}>
      <p><Tag color={COLOURS[fate]}>{t(`flows.fates.${fate}`)}</Tag> <strong>{node || t("flows.whole")}</strong></p>
      {fate === "changed" && fields.map((each) => (
        <div key={each.field}>
          <span className="quiet">{words.label(each.field)}</span>
          {each.before && <pre className={styles.before}>{each.before}</pre>}
          {each.after && <pre>{each.after}</pre>}
        </div>
      ))}
    </div>
  ));
}
