/** The list: a row a call, up and down by keys, Enter opens one. */
import { AudioOutlined } from "@ant-design/icons";
import type { KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import type { CallView } from "@/api/shapes";
import styles from "@/features/calls/Calls.module.css";
import { useAgentNames, useQueueNames } from "@/features/calls/queries";
import { clock, moment } from "@/parts/time";
import { useEndingText } from "@/parts/words";

const COLUMNS = ["began", "direction", "customer", "number", "agent", "queue", "waited", "talked", "ending"] as const;

function step(event: KeyboardEvent<HTMLTableSectionElement>) {
  const by = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
  if (by === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
  const rows = [...event.currentTarget.querySelectorAll<HTMLButtonElement>("button[data-row]")];
  const next = rows[rows.findIndex((row) => row === document.activeElement) + by];
  if (next) next.focus();
  event.preventDefault();
}

export function CallTable({ calls, shown, onOpen }: { calls: readonly CallView[]; shown: string | null; onOpen: (callId: string) => void }) {
  const { t } = useTranslation();
  return (
    <div className={styles.tableBox} role="region" aria-label={t("shell.screens.calls")} tabIndex={0}>
      <table className={styles.table}>
        <thead>
          <tr>
            {COLUMNS.map((name) => (
              <th key={name} scope="col" className={name === "waited" || name === "talked" ? styles.figure : undefined}>
                {t(`calls.columns.${name}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody onKeyDown={step}>
          {calls.map((call) => (
            <Row key={call.call_id} call={call} shown={shown === call.call_id} onOpen={onOpen} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ call, shown, onOpen }: { call: CallView; shown: boolean; onOpen: (callId: string) => void }) {
  const { t, i18n } = useTranslation();
  const endingText = useEndingText();
  const queues = useQueueNames();
  const agents = useAgentNames();
  const seconds = (value: number | null) => (value === null ? "" : clock(value));
  return (
    <tr aria-selected={shown} onClick={() => onOpen(call.call_id)}>
      <th scope="row">
        <button type="button" data-row className={styles.open}>
          {moment(call.started_ms, i18n.language)}
        </button>
      </th>
      <td>{t(`words.directions.${call.direction}`)}</td>
      <td>{call.withheld ? t("words.anonymous") : (call.number ?? call.dialled)}</td>
      <td>{call.caller_number}</td>
      <td>
        {(call.agent_id && agents.get(call.agent_id)) ?? call.extension}
        {call.recording_id !== null && <AudioOutlined className={styles.mark} aria-label={t("calls.recorded.true")} />}
      </td>
      <td>{call.queue_id && (queues.get(call.queue_id) ?? call.queue_id)}</td>
      <td className={styles.figure}>{seconds(call.queue_seconds)}</td>
      <td className={styles.figure}>{seconds(call.talk_seconds)}</td>
      <td>
        <span className={styles.ending} data-class={call.ending_class}>
          {endingText(call.ending)}
        </span>
      </td>
    </tr>
  );
}
