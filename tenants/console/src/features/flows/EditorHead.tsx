/** Above the picture: what the flow is and whether it is sound, and what is done with it as a whole. */
import { ArrowLeftOutlined, PlusOutlined, RedoOutlined, UndoOutlined } from "@ant-design/icons";
import { App, Badge, Button, Dropdown, Input, Tag, Tooltip } from "antd";
import { useState, type Dispatch } from "react";
import { useTranslation } from "react-i18next";
import { goTo } from "@/app/place";
import { Removal } from "@/features/admin/resource/ThingDrawer";
import { KINDS, withNew, type FlowDocument } from "@/features/flows/document";
import type { Drawing, Stroke } from "@/features/flows/drawing";
import styles from "@/features/flows/Flow.module.css";
import type { Keeping } from "@/features/flows/keeping";
import type { Place } from "@/features/flows/layout";
import { nodeOf, type FlowProblem } from "@/features/flows/problems";
import type { useFlow } from "@/features/flows/queries";
import { FLOWS } from "@/features/flows/resource";

interface Props {
  flow: NonNullable<ReturnType<typeof useFlow>["data"]>;
  document: FlowDocument;
  drawing: Drawing;
  names: readonly string[];
  problems: readonly FlowProblem[];
  /** Whether `problems` are of the document as it stands. */
  isChecked: boolean;
  keeping: Keeping;
  readOnly: boolean;
  onDraw: (document: FlowDocument) => void;
  onStroke: Dispatch<Stroke>;
  onPlaces: (places: Readonly<Record<string, Place>>) => void;
  onSelect: (name: string | null) => void;
  onPanel: (panel: "simulation" | "versions") => void;
  onSave: () => void;
  onChanged: () => void;
  onLeave: () => void;
}

export function EditorHead(props: Props) {
  const { flow, document, drawing, keeping, readOnly, onDraw, onStroke, onPlaces, onSelect, onPanel, onSave, onChanged, onLeave } = props;
  const { t } = useTranslation();
  const add = (kind: (typeof KINDS)[number]) => {
    const made = withNew(document, kind);
    onDraw(made.document);
    onSelect(made.name);
  };
  return (
    <div className={styles.head}>
      <Button type="text" icon={<ArrowLeftOutlined />} aria-label={t("flows.back")} onClick={onLeave} />
      <h1>{document.name === undefined || document.name === "" ? flow.flow_id : document.name}</h1>
      <Tag color={flow.published === null ? "default" : "success"}>{flow.published === null ? t("flows.unpublished") : t("flows.runs", { version: flow.published })}</Tag>
      {keeping.isDirty && <Tag color="warning">{t("flows.unsaved")}</Tag>}
      {readOnly && <Tag>{t("flows.readOnly")}</Tag>}
      <ProblemList {...props} />
      <div className={styles.end}>
        {!readOnly && (
          <>
            <Tooltip title={t("flows.undo")}><Button type="text" icon={<UndoOutlined />} aria-label={t("flows.undo")} disabled={drawing.past.length === 0} onClick={() => onStroke({ do: "undo" })} /></Tooltip>
            <Tooltip title={t("flows.redo")}><Button type="text" icon={<RedoOutlined />} aria-label={t("flows.redo")} disabled={drawing.future.length === 0} onClick={() => onStroke({ do: "redo" })} /></Tooltip>
            <Dropdown trigger={["click"]} menu={{ items: KINDS.map((kind) => ({ key: kind, label: t(`flows.kinds.${kind}`), onClick: () => add(kind) })) }}>
              <Button icon={<PlusOutlined />}>{t("flows.add")}</Button>
            </Dropdown>
          </>
        )}
        <Button onClick={() => onPlaces({})}>{t("flows.tidy")}</Button>
        <Button onClick={() => onPanel("simulation")}>{t("flows.simulate")}</Button>
        <Button onClick={() => onPanel("versions")}>{t("flows.versions")}</Button>
        {!readOnly && (
          <>
            <Button loading={keeping.busy} disabled={!keeping.isDirty} onClick={onSave}>{t("flows.save")}</Button>
            <Publish {...props} />
            <Removal resource={FLOWS} row={{ flow_id: flow.flow_id, name: flow.name }} isArchived={false} onDone={() => { onChanged(); goTo("/flows"); }} />
          </>
        )}
      </div>
    </div>
  );
}

function ProblemList({ problems, names, isChecked, onSelect }: Props) {
  const { t } = useTranslation();
  if (problems.length === 0) return <Tag color={isChecked ? "success" : "default"}>{t(isChecked ? "flows.sound" : "flows.checking")}</Tag>;
  const items = problems.map((problem, index) => {
    const { node } = nodeOf(problem, names);
    return { key: index, label: `${node ?? problem.where}: ${problem.message}`, onClick: () => onSelect(node) };
  });
  return (
    <Dropdown trigger={["click"]} menu={{ items }}>
      <Button size="small" danger><Badge count={problems.length} size="small" color="var(--bad)" /> {t("flows.problems")}</Button>
    </Dropdown>
  );
}

function Publish({ problems, isChecked, keeping, flow, onChanged }: Props) {
  const { t } = useTranslation();
  const { modal, message } = App.useApp();
  const [busy, setBusy] = useState(false);
  const ask = () => {
    let note = "";
    void modal.confirm({
      title: t("flows.publishSure"), okText: t("flows.publish"), cancelText: t("admin.form.cancel"),
      content: (
        <>
          <p>{t("flows.publishText")}</p>
          <Input aria-label={t("flows.note")} placeholder={t("flows.note")} maxLength={200} onChange={(event) => { note = event.target.value; }} />
        </>
      ),
      onOk: async () => {
        setBusy(true);
        if (await keeping.publish(note)) void message.success(t("flows.published", { version: flow.latest + 1 }));
        onChanged();
        setBusy(false);
      },
    });
  };
  return <Button type="primary" loading={busy} disabled={problems.length > 0 || !isChecked} onClick={ask}>{t("flows.publish")}</Button>;
}
