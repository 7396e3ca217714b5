/** By the side of the picture: the settings of the node that is chosen, else those of the flow. */
import { Button, Input, Select } from "antd";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { FormContext } from "@/features/admin/form/context";
import { Fields } from "@/features/admin/form/Field";
import formStyles from "@/features/admin/form/Form.module.css";
import { INNER } from "@/features/admin/form/Inner";
import { kindOf, NODES, renamed, withNode, withoutNode, type FlowDocument } from "@/features/flows/document";
import styles from "@/features/flows/Flow.module.css";
import { ofNode, type FlowProblem } from "@/features/flows/problems";

interface Props {
  document: FlowDocument;
  problems: readonly FlowProblem[];
  selected: string | null;
  readOnly: boolean;
  onDraw: (document: FlowDocument) => void;
  onSelect: (name: string | null) => void;
}

export function Side(props: Props) {
  const { t } = useTranslation();
  const { selected, document } = props;
  const isThere = selected !== null && selected in document.nodes;
  return (
    <aside className={styles.side} aria-label={t("flows.settings")}>
      {isThere ? <NodeSettings key={selected} {...props} name={selected} /> : <FlowSettings {...props} />}
    </aside>
  );
}

function NodeSettings({ name, document, problems, readOnly, onDraw, onSelect }: Props & { name: string }) {
  const { t } = useTranslation();
  const node = document.nodes[name] ?? {};
  const kind = kindOf(node);
  const names = useMemo(() => Object.keys(document.nodes), [document]);
  const state = useMemo(
    () => ({
      problems: ofNode(problems, name, names), ownKey: "", readOnly, inner: INNER,
      choices: { next: names, otherwise: names, after: names, "keys.*": names, "words.*": names, "on.*": names },
    }),
    [problems, name, names, readOnly],
  );
  const whole = state.problems.get("");
  return (
    <FormContext value={state}>
      <div className={formStyles.fields}>
        <h2>{kind ? t(`flows.kinds.${kind}`) : String(node.kind)}</h2>
        {whole?.what === "told" && <p className={formStyles.wrong} role="alert">{whole.text}</p>}
        <Name name={name} document={document} readOnly={readOnly} onDraw={onDraw} onSelect={onSelect} />
        {kind && <Fields schema={NODES[kind]} place="" value={node} onChange={(changed) => onDraw(withNode(document, name, { ...changed, kind }))} />}
        {!readOnly && (
          <Button danger onClick={() => { onDraw(withoutNode(document, name)); onSelect(null); }}>{t("flows.removeNode")}</Button>
        )}
      </div>
    </FormContext>
  );
}

/** A new name counts once the field is left: until then it would be a name in the making. */
function Name({ name, document, readOnly, onDraw, onSelect }: Omit<Props, "problems" | "selected"> & { name: string }) {
  const { t } = useTranslation();
  const [written, setWritten] = useState(name);
  const changed = renamed(document, name, written);
  const take = () => {
    if (!changed || changed === document) return;
    onDraw(changed);
    onSelect(written.trim());
  };
  return (
    <div className={formStyles.field}>
      <label htmlFor="node-name">{t("flows.nodeName")}</label>
      <Input id="node-name" value={written} maxLength={40} disabled={readOnly} status={changed ? "" : "error"} onChange={(event) => setWritten(event.target.value)} onBlur={take} onPressEnter={take} />
      {!changed && <span className={formStyles.wrong} role="alert">{t("flows.nameTaken")}</span>}
    </div>
  );
}

function FlowSettings({ document, problems, readOnly, onDraw }: Props) {
  const { t } = useTranslation();
  const names = Object.keys(document.nodes);
  const own = problems.filter(({ where }) => !where.startsWith("nodes."));
  return (
    <div className={formStyles.fields}>
      <h2>{t("flows.whole")}</h2>
      {own.map(({ where, message }) => <p key={where + message} className={formStyles.wrong} role="alert">{message}</p>)}
      <div className={formStyles.field}>
        <label htmlFor="flow-name">{t("admin.fields.name")}</label>
        <Input id="flow-name" value={document.name ?? ""} disabled={readOnly} maxLength={80} onChange={(event) => onDraw({ ...document, name: event.target.value })} />
      </div>
      <div className={formStyles.field}>
        <label htmlFor="flow-start">{t("flows.start")}</label>
        <Select id="flow-start" disabled={readOnly} value={document.start} options={names.map((value) => ({ value, label: value }))} onChange={(start: string) => onDraw({ ...document, start })} />
      </div>
      <div className={formStyles.field}>
        <label htmlFor="flow-languages">{t("admin.fields.languages")}</label>
        <Select id="flow-languages" mode="tags" disabled={readOnly} value={[...(document.languages ?? ["en"])]} options={["en", "zh-CN"].map((value) => ({ value, label: value }))} onChange={(languages: string[]) => onDraw({ ...document, languages })} />
      </div>
      <p className="quiet">{t("flows.hint")}</p>
    </div>
  );
}
