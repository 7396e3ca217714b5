/** My state, since when, and what I may do about it.  The time is the server's. */
import { Button, Popover } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useCommand } from "@/app/shortcuts";
import { useServerNow } from "@/events/EventsProvider";
import { actsOfAgent } from "@/features/desk/acts";
import styles from "@/features/desk/Desk.module.css";
import { wrapUpGone, wrapUpLeft, type MyState } from "@/features/desk/model";
import { useMyCalls, useMyExtension, useMyState, useQueueSettings, useTenant } from "@/features/desk/queries";
import { useDoing } from "@/parts/errors";
import { clock, sinceClock } from "@/parts/time";
import { useReasonText } from "@/parts/words";
import { useSession, useTenantId } from "@/session/context";

const LOOK: Record<string, string | undefined> = {
  ready: styles.ready,
  paused: styles.paused,
  "wrap-up": styles.paused,
  "signed-out": styles.out,
};

/** How long the wrap-up is: by the queue of the last call, which the state itself does not name any more. */
function useWrapUpSeconds(state: MyState | null): number | null {
  const [last, setLast] = useState<string | null>(null);
  if (state?.queue_id != null && state.queue_id !== last) setLast(state.queue_id);
  const recorded = useMyCalls(useMyExtension()).data?.items[0]?.queue_id ?? null;
  const queueId = state?.state === "wrap-up" ? (last ?? recorded) : null;
  return useQueueSettings(queueId)?.wrap_up_seconds ?? null;
}

export function StateCard() {
  const { t } = useTranslation();
  const tenantId = useTenantId();
  const { user } = useSession();
  const now = useServerNow();
  const state = useMyState();
  const doing = useDoing();
  const [asks, setAsks] = useState(false);
  const reasonText = useReasonText();
  const reasons = (useTenant()?.pause_reasons ?? []).map(({ reason }) => reason);
  const wrapUp = useWrapUpSeconds(state);
  const left = state ? wrapUpLeft(state, wrapUp, now) : null;
  const acts = actsOfAgent(tenantId, user.id);
  const isIn = state !== null && state.state !== "signed-out";
  const mayBeReady = isIn && (state.state === "paused" || state.state === "wrap-up" || state.reason !== null);
  const beReady = () => void doing(acts.ready);
  const pause = (reason: string) => {
    setAsks(false);
    void doing(() => acts.pause(reason));
  };
  useCommand("ready", "alt+r", t("desk.beReady"), beReady, mayBeReady);
  useCommand("pause", "alt+p", t("desk.pause"), () => setAsks(true), isIn && reasons.length > 0);
  useCommand("signOut", "", t("desk.signOut"), () => void doing(acts.signOut), isIn);

  if (!state) return <section className={styles.card} aria-busy="true">{t("words.waiting")}</section>;
  return (
    <section className={styles.card} aria-label={t("desk.myState")}>
      <div className={`${styles.state ?? ""} ${LOOK[state.state] ?? styles.busy ?? ""}`} role="status">
        <span>{t(`words.states.${state.state}`)}</span>
        {isIn && state.since_ms !== null && (
          <time aria-hidden>{left === null ? sinceClock(state.since_ms, now) : clock(left)}</time>
        )}
      </div>
      {state.reason && <p className="quiet">{t(state.state === "paused" ? "desk.because" : "desk.pausesNext", { reason: reasonText(state.reason) })}</p>}
      {left !== null && wrapUp !== null && (
        <div className={styles.gone} role="progressbar" aria-label={t("desk.wrapUpLeft")} aria-valuenow={wrapUpGone(left, wrapUp)}>
          <span style={{ width: `${wrapUpGone(left, wrapUp)}%` }} />
        </div>
      )}
      <div className={styles.acts}>
        {!isIn && (
          <Button type="primary" onClick={() => void doing(acts.signIn)}>
            {t("desk.signIn")}
          </Button>
        )}
        {mayBeReady && (
          <Button type="primary" onClick={beReady}>
            {t("desk.beReady")}
          </Button>
        )}
        {isIn && (
          <>
            <Popover
              trigger="click"
              open={asks}
              onOpenChange={setAsks}
              content={
                <div className={styles.reasons}>
                  {reasons.map((reason) => (
                    <Button key={reason} type="text" onClick={() => pause(reason)}>
                      {reasonText(reason)}
                    </Button>
                  ))}
                </div>
              }
            >
              <Button disabled={reasons.length === 0}>{t("desk.pause")}</Button>
            </Popover>
            <Button onClick={() => void doing(acts.signOut)}>{t("desk.signOut")}</Button>
          </>
        )}
      </div>
    </section>
  );
}
