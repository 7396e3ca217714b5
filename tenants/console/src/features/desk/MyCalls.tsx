/** The calls of my station today. */
import { Tag } from "antd";
import { useTranslation } from "react-i18next";
import { CallAgain } from "@/features/desk/CallAgain";
import styles from "@/features/desk/Desk.module.css";
import { NumberText } from "@/features/desk/NumberText";
import { useMyCalls, useMyExtension } from "@/features/desk/queries";
import { clock, timeOfDay } from "@/parts/time";
import { useEndingText } from "@/parts/words";

export function MyCalls() {
  const { t, i18n } = useTranslation();
  const endingText = useEndingText();
  const calls = useMyCalls(useMyExtension()).data?.items ?? [];
  if (calls.length === 0) return <p className="quiet">{t("desk.myCalls.none")}</p>;
  return (
    <ul className={styles.list}>
      {calls.map((call) => (
        <li key={call.call_id}>
          <div className={styles.item}>
            <strong>
              <NumberText call={call} />
            </strong>
            <span>
              <span className="figures quiet">{timeOfDay(call.started_ms, i18n.language)}</span>
              <CallAgain call={call} />
            </span>
          </div>
          <Tag>{t(`words.directions.${call.direction}`)}</Tag>
          <span className="quiet">
            {endingText(call.ending)} <span className="figures">{clock(call.talk_seconds ?? 0)}</span>
          </span>
        </li>
      ))}
    </ul>
  );
}
