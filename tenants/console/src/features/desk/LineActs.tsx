/** What the platform does with my call: hold, hand over, consult, conference, recording pause. */
import { AutoComplete, Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useCommand } from "@/app/shortcuts";
import { actsOn, type Step } from "@/features/desk/acts";
import styles from "@/features/desk/Desk.module.css";
import { consultOf, legAt, targetOf } from "@/features/desk/model";
import { useMyCall, useMyExtension, useTargets } from "@/features/desk/queries";
import { useDoing } from "@/parts/errors";
import { useTenantId } from "@/session/context";

const STEPS: readonly Step[] = ["complete", "swap", "conference", "cancel"];

export function LineActs({ callId }: { callId: string | null }) {
  const { t } = useTranslation();
  const tenantId = useTenantId();
  const call = useMyCall(callId);
  const extension = useMyExtension();
  const leg = legAt(call, extension);
  const doing = useDoing();
  const [paused, setPaused] = useState<string | null>(null);
  const isTalking = leg?.answered_ms != null;
  const isPaused = paused !== null && paused === callId;
  const acts = actsOn(tenantId, callId ?? "");
  const hold = () => void doing(() => acts.hold(!leg?.held));
  useCommand("hold", "alt+w", t(leg?.held ? "desk.takeBack" : "desk.hold"), hold, isTalking);
  if (!isTalking) return null;

  async function pauseRecording() {
    if (await doing(() => acts.pauseRecording(!isPaused))) setPaused(isPaused ? null : callId);
  }

  const consulted = consultOf(call, extension);
  return (
    <>
      <div className={`${styles.acts} ${styles.row ?? ""}`}>
        <Button onClick={hold} aria-pressed={leg.held} type={leg.held ? "primary" : "default"}>
          {t(leg.held ? "desk.takeBack" : "desk.hold")}
        </Button>
        <Button onClick={() => void pauseRecording()} aria-pressed={isPaused}>
          {t(isPaused ? "desk.recordAgain" : "desk.pauseRecording")}
        </Button>
      </div>
      {consulted ? (
        <div className={styles.consult} role="group" aria-label={t("desk.consulting")}>
          <p>
            {t("desk.consulting")} <strong>{consulted.extension ?? consulted.number}</strong>
          </p>
          <div className={styles.acts}>
            {STEPS.map((step) => (
              <Button key={step} size="small" type={step === "complete" ? "primary" : "default"} onClick={() => void doing(() => acts.step(step))}>
                {t(`desk.steps.${step}`)}
              </Button>
            ))}
          </div>
        </div>
      ) : (
        <HandOver acts={acts} />
      )}
    </>
  );
}

function HandOver({ acts }: { acts: ReturnType<typeof actsOn> }) {
  const { t } = useTranslation();
  const targets = useTargets();
  const doing = useDoing();
  const [typed, setTyped] = useState("");
  const to = targetOf(typed);
  const isQueue = to.startsWith("queue:");
  const options = [
    ...(targets?.stations ?? []).map(({ extension, display_name }) => ({ value: extension, label: `${extension} ${display_name}` })),
    ...(targets?.queues ?? []).map(({ queue_id, name }) => ({ value: `queue:${queue_id}`, label: t("desk.queueNamed", { name: name === "" ? queue_id : name }) })),
  ];
  const go = async (act: (to: string) => Promise<unknown>) => {
    if (await doing(() => act(to))) setTyped("");
  };
  return (
    <>
      <div className={styles.row}>
        <AutoComplete
          value={typed}
          options={options}
          showSearch={{ filterOption: (text, option) => String(option?.label).toLowerCase().includes(text.toLowerCase()) }}
          onChange={setTyped}
          placement="topLeft"
          aria-label={t("desk.handTo")}
          placeholder={t("desk.handTo")}
        />
      </div>
      <div className={`${styles.acts} ${styles.row ?? ""}`}>
        <Button size="small" disabled={!to} onClick={() => void go(acts.transfer)}>
          {t("desk.transfer")}
        </Button>
        <Button size="small" disabled={!to || isQueue} onClick={() => void go(acts.consult)}>
          {t("desk.consult")}
        </Button>
        <Button size="small" disabled={!to || isQueue} onClick={() => void go(acts.join)}>
          {t("desk.conference")}
        </Button>
      </div>
    </>
  );
}
