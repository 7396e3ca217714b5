/** A call to the flow as it stands, without a call: one answers for caller, queue and whoever is rung. */
import { Alert, Button, Input, InputNumber, Space, Switch } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Thing } from "@/features/admin/form/schema";
import styles from "@/features/flows/Flow.module.css";
import { actsOnFlow } from "@/features/flows/queries";
import { answersTo } from "@/features/flows/simulating";
import { useErrorText } from "@/parts/errors";
import { useTenantId } from "@/session/context";

interface Props {
  flowId: string;
  document: Thing;
  isSound: boolean;
  /** Where the call is. */
  onHere: (node: string | null) => void;
  onClose: () => void;
}

type Told = Awaited<ReturnType<ReturnType<typeof actsOnFlow>["simulate"]>>;

export function Simulation({ flowId, document, isSound, onHere, onClose }: Props) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const tenantId = useTenantId();
  const [scene, setScene] = useState({ nobody: false, vip_level: 0, caller: "" });
  const [words, setWords] = useState<readonly string[]>([]);
  const [told, setTold] = useState<Told | null>(null);
  const [wrong, setWrong] = useState<string | null>(null);
  const [typed, setTyped] = useState("");
  const asked = JSON.stringify({ document, words, ...scene, caller: scene.caller || null });
  useEffect(() => {
    if (!isSound) return;
    let wanted = true;
    // A new document or word is called from the beginning: it costs milliseconds, and nothing can be left over.
    actsOnFlow(tenantId, flowId).simulate(JSON.parse(asked) as Parameters<ReturnType<typeof actsOnFlow>["simulate"]>[0]).then(
      (answer) => {
        if (!wanted) return;
        setTold(answer);
        setWrong(null);
        onHere(answer.node);
      },
      (error: unknown) => {
        if (wanted) setWrong(errorText(error));
      },
    );
    return () => {
      wanted = false;
    };
  }, [asked, isSound, tenantId, flowId, errorText, onHere]);
  const say = (word: string) => {
    setWords([...words, word]);
    setTyped("");
  };
  return (
    <aside className={styles.side} aria-label={t("flows.simulate")}>
      <h2>{t("flows.simulate")}</h2>
      {!isSound && <Alert type="warning" showIcon title={t("flows.notSound")} />}
      {wrong !== null && <Alert type="error" showIcon title={wrong} role="alert" />}
      <Space wrap style={{ marginBottom: 12 }}>
        <label><Switch size="small" checked={scene.nobody} onChange={(nobody) => setScene({ ...scene, nobody })} /> {t("flows.sim.nobody")}</label>
        <label>{t("flows.sim.vip")} <InputNumber size="small" min={0} max={10} style={{ width: 60 }} value={scene.vip_level} onChange={(level) => setScene({ ...scene, vip_level: level ?? 0 })} /></label>
        <Input size="small" style={{ width: 170 }} aria-label={t("flows.sim.caller")} placeholder={t("flows.sim.caller")} maxLength={16} defaultValue={scene.caller}
          onBlur={(event) => setScene({ ...scene, caller: event.target.value.trim() })} />
      </Space>
      {told && (
        <>
          <div className={styles.lines} role="log" tabIndex={0} aria-label={t("flows.sim.lines")}>
            {told.lines.map((line, index) => <div key={index} className={line.startsWith(">") ? styles.said : undefined}>{line}</div>)}
          </div>
          {told.wants === null ? <p>{t("flows.sim.over")}</p> : <p aria-live="polite">{t(`flows.sim.wants.${told.wants}`)}</p>}
          <Space wrap>
            {answersTo(told.wants).map((word) => (
              <Button key={word} size="small" type={word === told.usual ? "primary" : "default"} onClick={() => say(word)}>{/^[0-9*#]$/.test(word) ? word : t(`flows.sim.words.${word === "-" ? "silence" : word}`)}</Button>
            ))}
          </Space>
          {(told.wants === "keys" || told.wants === "word") && (
            <Space.Compact style={{ marginTop: 8, width: "100%" }}>
              <Input size="small" aria-label={t("flows.sim.typed")} placeholder={t("flows.sim.typed")} maxLength={40} value={typed} onChange={(event) => setTyped(event.target.value)} onPressEnter={() => typed && say(typed)} />
              <Button size="small" disabled={typed === ""} onClick={() => say(typed)}>{t("flows.sim.say")}</Button>
            </Space.Compact>
          )}
        </>
      )}
      <Space wrap style={{ marginTop: 16 }}>
        <Button size="small" disabled={words.length === 0} onClick={() => setWords(words.slice(0, -1))}>{t("flows.sim.back")}</Button>
        <Button size="small" disabled={words.length === 0} onClick={() => setWords([])}>{t("flows.sim.again")}</Button>
        <Button size="small" onClick={onClose}>{t("flows.sim.close")}</Button>
      </Space>
    </aside>
  );
}
