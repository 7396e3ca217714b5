/** The screen pop: who is on the line and why, before the second ring; and what came of it, as one writes. */
import { PhoneOutlined } from "@ant-design/icons";
import { Tag } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { CallView } from "@/api/shapes";
import { CallAgain } from "@/features/desk/CallAgain";
import styles from "@/features/desk/Desk.module.css";
import { History } from "@/features/desk/History";
import { NumberText } from "@/features/desk/NumberText";
import { Outcome } from "@/features/desk/Outcome";
import { useMyCall, useQueueSettings } from "@/features/desk/queries";

export function CustomerPane({ callId }: { callId: string | null }) {
  const { t } = useTranslation();
  const [last, setLast] = useState(callId);
  // Who has just hung up still reads and writes about that call, until the next one comes.
  if (callId !== null && callId !== last) setLast(callId);
  const shown = callId ?? last;
  const call = useMyCall(shown);
  if (!shown || !call) {
    return (
      <section className={styles.pane} aria-label={t("desk.customer")}>
        <p className={styles.empty}>{t("desk.nobody")}</p>
      </section>
    );
  }
  return (
    <section className={styles.pane} aria-label={t("desk.customer")}>
      <Pop call={call} isOver={callId === null} />
      <Outcome key={shown} callId={shown} />
      <History customer={call.customer} but={shown} />
    </section>
  );
}

function Pop({ call, isOver }: { call: CallView; isOver: boolean }) {
  const { t } = useTranslation();
  const facts: [string, string | null][] = [
    ["queue", useQueueName(call.queue_id)],
    ["dialled", call.caller_number],
    ["disposition", call.disposition],
    ["transferredBy", call.transferred_by],
  ];
  return (
    <div className={styles.pop} data-testid="pop">
      <h2>
        <PhoneOutlined aria-hidden /> <NumberText call={call} />
        {isOver && <Tag>{t("desk.over")}</Tag>}
        {isOver && <CallAgain call={call} />}
      </h2>
      <dl className={styles.facts}>
        {facts
          .filter(([, value]) => value)
          .map(([name, value]) => (
            <div key={name}>
              <dt>{t(`desk.pop.${name}`)}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        {Object.entries(call.marks).map(([question, answer]) => (
          <div key={question}>
            <dt>{question}</dt>
            <dd>{answer}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function useQueueName(queueId: string | null): string | null {
  return useQueueSettings(queueId)?.name ?? queueId;
}
