/** The customer's last calls, found by the token that stands for the number. */
import { Tag } from "antd";
import { useTranslation } from "react-i18next";
import { CallAgain } from "@/features/desk/CallAgain";
import styles from "@/features/desk/Desk.module.css";
import { useHistory } from "@/features/desk/queries";
import { clock, moment } from "@/parts/time";
import { useEndingText } from "@/parts/words";

/** but: the call that is shown already. */
export function History({ customer, but }: { customer: string | null; but: string }) {
  const { t, i18n } = useTranslation();
  const endingText = useEndingText();
  const { data } = useHistory(customer);
  const calls = (data?.items ?? []).filter((call) => call.call_id !== but);
  return (
    <div className={styles.section}>
      <h3>{t("desk.history.title")}</h3>
      {calls.length === 0 && <p className="quiet">{t(customer ? "desk.history.none" : "desk.history.unknown")}</p>}
      <ul className={styles.list}>
        {calls.map((call) => (
          <li key={call.call_id}>
            <div className={styles.item}>
              <span className="figures">{moment(call.started_ms, i18n.language)}</span>
              <span>
                <Tag>{t(`words.directions.${call.direction}`)}</Tag>
                {endingText(call.ending)} <span className="figures quiet">{clock(call.talk_seconds ?? 0)}</span>
                <CallAgain call={call} />
              </span>
            </div>
            {(call.disposition ?? call.note) && (
              <div className="quiet">
                {call.disposition} {call.note}
              </div>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}
