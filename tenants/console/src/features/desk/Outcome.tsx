/** What came of the call: one key for the result, notes that are kept as they are typed. */
import { Button, Input } from "antd";
import { useEffect, useEffectEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useCommand } from "@/app/shortcuts";
import { actsOn } from "@/features/desk/acts";
import styles from "@/features/desk/Desk.module.css";
import { outcomesFor, type OutcomeChoice } from "@/features/desk/model";
import { useTenant, useWord } from "@/features/desk/queries";
import { useDoing } from "@/parts/errors";
import { useTenantId } from "@/session/context";

const TYPING_PAUSE_MS = 500;

interface Word {
  disposition: string | null;
  note: string | null;
}

export function Outcome({ callId }: { callId: string }) {
  // Not before it is known what was said already: typing would begin from nothing, and overwrite it.
  const said = useWord(callId);
  return said ? <Said callId={callId} before={said} /> : null;
}

function Said({ callId, before }: { callId: string; before: Word }) {
  const { t } = useTranslation();
  const own = useTenant()?.dispositions;
  const [chosen, setChosen] = useState(before.disposition);
  const [note, setNote] = useState(before.note ?? "");
  const isKept = useKeeping(callId, { disposition: chosen, note: note || null }, before);
  return (
    <div className={styles.section}>
      <h3>{t("desk.outcome.title")}</h3>
      <div className={styles.outcomes} role="group" aria-label={t("desk.outcome.title")}>
        {own && outcomesFor(own, before.disposition).map((each) => (
          <OutcomeButton key={each.outcome} choice={each} chosen={chosen === each.outcome} onChoose={setChosen} />
        ))}
      </div>
      <Input.TextArea
        value={note}
        maxLength={2000}
        rows={2}
        className={styles.note ?? ""}
        aria-label={t("desk.outcome.note")}
        placeholder={t("desk.outcome.note")}
        onChange={(event) => setNote(event.target.value)}
      />
      <p className="quiet" role="status">
        {isKept ? t("desk.outcome.kept") : " "}
      </p>
    </div>
  );
}

/** Keep a word as it is typed, at the latest as the page is left; says whether the last one is kept. */
function useKeeping(callId: string, word: Word, before: Word): boolean {
  const tenantId = useTenantId();
  const doing = useDoing();
  const [kept, setKept] = useState(() => textOf(before));
  const wanted = textOf(word);
  const isNew = wanted !== kept;
  const keep = useEffectEvent((outlives: boolean) => actsOn(tenantId, callId).dispose(word.disposition, word.note, outlives));

  useEffect(() => {
    if (!isNew) return undefined;
    const timer = window.setTimeout(() => {
      void doing(() => keep(false)).then((done) => done && setKept(wanted));
    }, TYPING_PAUSE_MS);
    return () => window.clearTimeout(timer);
  }, [isNew, wanted, doing]);

  const onLeave = useEffectEvent(() => {
    if (isNew) keep(true).catch(() => undefined);
  });
  useEffect(() => {
    const leave = () => onLeave();
    window.addEventListener("pagehide", leave);
    return () => {
      window.removeEventListener("pagehide", leave);
      leave();
    };
  }, []);
  return !isNew && wanted !== textOf({ disposition: null, note: null });
}

const textOf = ({ disposition, note }: Word): string => JSON.stringify([disposition, note]);

interface OneOutcome {
  choice: OutcomeChoice;
  chosen: boolean;
  onChoose: (outcome: string) => void;
}

function OutcomeButton({ choice: { outcome, label: own, digit }, chosen, onChoose }: OneOutcome) {
  const { t } = useTranslation();
  const label = own ?? t(`desk.outcomes.${outcome}`);
  useCommand(`outcome.${outcome}`, `alt+${digit}`, `${t("desk.outcome.title")}: ${label}`, () => onChoose(outcome), digit !== null);
  return (
    <Button size="small" type={chosen ? "primary" : "default"} aria-pressed={chosen} onClick={() => onChoose(outcome)}>
      {label}
    </Button>
  );
}
