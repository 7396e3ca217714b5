/** My day so far, in three figures. */
import { useTranslation } from "react-i18next";
import styles from "@/features/desk/Desk.module.css";
import { dayOf } from "@/features/desk/model";
import { useMyCalls, useMyExtension, useTasks } from "@/features/desk/queries";
import { clock } from "@/parts/time";

export function MyDay() {
  const { t } = useTranslation();
  const { data } = useMyCalls(useMyExtension());
  const open = useTasks().data?.items.length;
  const day = data ? dayOf(data.items) : null;
  const figures: [string, string][] = [
    ["calls", day ? String(day.calls) : "–"],
    ["talked", day ? clock(day.talkedSeconds) : "–"],
    ["open", open === undefined ? "–" : String(open)],
  ];
  return (
    <dl className={styles.day} aria-label={t("desk.day.title")}>
      {figures.map(([name, value]) => (
        <div key={name}>
          <dt>{t(`desk.day.${name}`)}</dt>
          <dd className="figures">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
