/** Draws a flow: nodes and ways, settings by the side, what is wrong as one draws; kept as a draft, then published. */
import { useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Spin } from "antd";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { goTo } from "@/app/place";
import { useCommand } from "@/app/shortcuts";
import type { Thing } from "@/features/admin/form/schema";
import { Canvas } from "@/features/flows/Canvas";
import { documentOf, toSend, type FlowDocument } from "@/features/flows/document";
import { useDrawing } from "@/features/flows/drawing";
import { EditorHead } from "@/features/flows/EditorHead";
import styles from "@/features/flows/Flow.module.css";
import { usePlaces } from "@/features/flows/places";
import { byNode } from "@/features/flows/problems";
import { actsOnFlow, useFlow, useProblems } from "@/features/flows/queries";
import { Side } from "@/features/flows/Side";
import { Simulation } from "@/features/flows/Simulation";
import { Versions } from "@/features/flows/Versions";
import { useErrorText } from "@/parts/errors";
import { moment } from "@/parts/time";
import { useRoles, useTenantId } from "@/session/context";
import { useKeeping } from "@/features/flows/keeping";

export default function Editor({ flowId }: { flowId: string }) {
  const errorText = useErrorText();
  const { data, error } = useFlow(flowId);
  if (error && !data) return <div className="page"><Alert type="error" showIcon title={errorText(error)} role="alert" /></div>;
  return data ? <Drawn key={data.flow_id} flowId={flowId} first={data} /> : <Spin />;
}

type Flow = NonNullable<ReturnType<typeof useFlow>["data"]>;

function Drawn({ flowId, first }: { flowId: string; first: Flow }) {
  const { t, i18n } = useTranslation();
  const { modal } = App.useApp();
  const tenantId = useTenantId();
  const roles = useRoles();
  const queries = useQueryClient();
  const latest = useFlow(flowId).data ?? first;
  const readOnly = !(roles.has("manager") || roles.has("hq")) || latest.archived_ms !== null;
  const [drawing, stroke] = useDrawing(documentOf(first.document));
  const [places, setPlaces] = usePlaces(`${tenantId}.${flowId}`);
  const [selected, setSelected] = useState<string | null>(null);
  const [panel, setPanel] = useState<"simulation" | "versions" | null>(null);
  const [here, setHere] = useState<string | null>(null);
  const document = drawing.now;
  const sent = useMemo(() => toSend(document), [document]);
  const { problems, isCurrent } = useProblems(flowId, sent);
  const names = useMemo(() => Object.keys(document.nodes), [document]);
  const wrong = useMemo(() => byNode(problems, names), [problems, names]);
  const keeping = useKeeping(actsOnFlow(tenantId, flowId), first.edit, first.document, sent);
  const draw = (drawn: FlowDocument) => stroke({ do: "draw", document: drawn });
  const load = (given: Thing) => {
    stroke({ do: "load", document: documentOf(given) });
    setSelected(null);
  };
  const theirs = async () => {
    const now = await keeping.takeTheirs();
    if (now) load(now);
  };
  const refresh = () => queries.invalidateQueries({ predicate: ({ queryKey }) => ["flow", "flow-versions", "things"].includes(String(queryKey[0])) });
  const save = async () => {
    await keeping.save();
    await refresh();
  };
  const leave = () => {
    if (!keeping.isDirty) goTo("/flows");
    else void modal.confirm({ title: t("admin.form.leave"), okText: t("admin.form.discard"), cancelText: t("admin.form.goOn"), onOk: () => goTo("/flows") });
  };
  useCommand("flow-save", "ctrl+s", t("flows.save"), () => void save(), !readOnly);
  useCommand("flow-undo", "ctrl+z", t("flows.undo"), () => stroke({ do: "undo" }), !readOnly);
  useCommand("flow-redo", "ctrl+shift+z", t("flows.redo"), () => stroke({ do: "redo" }), !readOnly);
  // Others' changes count once somebody else made them: one's own come back with the edit that one knows.
  const isOvertaken = latest.edit > keeping.edit && !keeping.busy;
  return (
    <div className={styles.page}>
      <EditorHead flow={latest} document={document} problems={problems} isChecked={isCurrent} keeping={keeping} readOnly={readOnly} names={names} onDraw={draw} onSelect={setSelected}
        onPanel={setPanel} onSave={() => void save()} onChanged={() => void refresh()} onLeave={leave} onStroke={stroke} drawing={drawing} onPlaces={setPlaces} />
      <div className={styles.notes} aria-live="polite">
        {isOvertaken && (
          <Alert type="warning" showIcon title={t("flows.overtaken", { who: latest.changed_by, time: moment(latest.changed_ms, i18n.language) })}
            action={<><Button size="small" onClick={() => void theirs()}>{t("flows.takeTheirs")}</Button> <Button size="small" onClick={() => keeping.standBy(latest.edit)}>{t("flows.keepMine")}</Button></>} />
        )}
        {keeping.failure !== null && <Alert type="error" showIcon closable title={keeping.failure} role="alert" />}
      </div>
      <div className={styles.work}>
        <div className={styles.canvas}>
          <Canvas document={document} problems={wrong} places={places} selected={selected} here={here} readOnly={readOnly} onPlaces={setPlaces} onSelect={setSelected} onDraw={draw} />
        </div>
        {panel === "simulation"
          ? <Simulation flowId={flowId} document={sent} isSound={problems.length === 0} onHere={setHere} onClose={() => { setPanel(null); setHere(null); }} />
          : <Side document={document} problems={problems} selected={selected} readOnly={readOnly} onDraw={draw} onSelect={setSelected} />}
      </div>
      <Versions open={panel === "versions"} flow={latest} draft={document} readOnly={readOnly} onClose={() => setPanel(null)} onLoad={(given) => { draw(documentOf(given)); setPanel(null); }} onChanged={() => void refresh()} />
    </div>
  );
}
