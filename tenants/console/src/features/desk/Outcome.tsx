/** What came of the call: one key for the result, notes that are kept as they are typed. */
import { Button, Input } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { CallView } from "@/api/shapes";
import { useCommand } from "@/app/shortcuts";
import { actsOn } from "@/features/desk/acts";
import styles from "@/features/desk/Desk.module.css";
import { OUTCOMES } from "@/features/desk/model";
import { useDoing } from "@/parts/errors";
import { useTenantId } from "@/session/context";

const TYPING_PAUSE_MS = 800;

export function Outcome({ call }: { call: CallView }) {
  const { t } = useTranslation();
  const tenantId = useTenantId();
  const doing = useDoing();
  const [chosen, setChosen] = useState(call.disposition ?? "");
  const [note, setNote] = useState(call.note ?? "");
  const [kept, setKept] = useState(`${chosen}\n${note}`);
  const wanted = `${chosen}\n${note}`;

  useEffect(() => {
    // The API keeps a note with a result only: until one is chosen, the note waits here.
    if (!chosen || wanted === kept) return undefined;
    const timer = window.setTimeout(() => {
      void doing(() => actsOn(tenantId, call.call_id).dispose(chosen, note || null)).then((done) => {
        if (done) setKept(wanted);
      });
    }, TYPING_PAUSE_MS);
    return () => window.clearTimeout(timer);
  }, [chosen, note, wanted, kept, tenantId, call.call_id, doing]);

  return (
    <div className={styles.section}>
      <h3>{t("desk.outcome.title")}</h3>
      <div className={styles.outcomes} role="group" aria-label={t("desk.outcome.title")}>
        {OUTCOMES.map((outcome, index) => (
          <OutcomeButton key={outcome} outcome={outcome} digit={index + 1} chosen={chosen === outcome} onChoose={setChosen} />
        ))}
      </div>
      <Input.TextArea
        value={note}
        maxLength={2000}
        autoSize={{ minRows: 2, maxRows: 8 }}
        aria-label={t("desk.outcome.note")}
        placeholder={t("desk.outcome.note")}
        onChange={(event) => setNote(event.target.value)}
      />
      <p className="quiet" role="status">
        {!chosen && note ? t("desk.outcome.choose") : chosen && wanted === kept ? t("desk.outcome.kept") : " "}
      </p>
    </div>
  );
}

interface OneOutcome {
  outcome: string;
  digit: number;
  chosen: boolean;
  onChoose: (outcome: string) => void;
}

function OutcomeButton({ outcome, digit, chosen, onChoose }: OneOutcome) {
  const { t } = useTranslation();
  const label = t(`desk.outcomes.${outcome}`);
  useCommand(`outcome.${outcome}`, `alt+${digit}`, `${t("desk.outcome.title")}: ${label}`, () => onChoose(outcome));
  return (
    <Button size="small" type={chosen ? "primary" : "default"} aria-pressed={chosen} onClick={() => onChoose(outcome)}>
      {label}
    </Button>
  );
}
