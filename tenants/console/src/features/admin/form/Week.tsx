/** Opening hours: a row a weekday, with a picture of the week above. */
import { Button, Select } from "antd";
import { useTranslation } from "react-i18next";
import { useFormState, type ControlProps } from "@/features/admin/form/context";
import styles from "@/features/admin/form/Form.module.css";
import { below, problemAt } from "@/features/admin/form/problems";
import { asList, asThing, withField } from "@/features/admin/form/schema";
import { barsOf, DAYS } from "@/features/admin/form/week";
import { useWrongText } from "@/features/admin/form/words";

const USUAL = ["09:00-18:00", "09:00-12:00", "13:00-18:00", "08:00-20:00", "00:00-24:00"].map((value) => ({ value, label: value }));

export function WeekControl({ id, place, value, onChange }: ControlProps) {
  const { t } = useTranslation();
  const { readOnly, problems } = useFormState();
  const wrongText = useWrongText();
  const hours = asThing(value);
  const of = (day: string) => asList(hours[day]).map(String);
  const set = (day: string, spans: string[]) => onChange(withField(hours, day, spans.length > 0 ? [...spans].sort() : undefined));
  const first = of("mon");
  const working = Object.fromEntries(DAYS.slice(0, 5).map((day) => [day, first]));
  return (
    <>
      <WeekPicture hours={hours} />
      {DAYS.map((day) => {
        const wrong = wrongText(problemAt(problems, below(place, day), true));
        return (
          <div key={day} className={styles.field}>
            <div className={styles.week}>
              <label htmlFor={`${id}-${day}`}>{t(`admin.days.${day}`)}</label>
              <Select id={`${id}-${day}`} mode="tags" tokenSeparators={[",", " "]} options={USUAL} value={of(day)} disabled={readOnly}
                placeholder={t("admin.week.closed")} onChange={(spans: string[]) => set(day, spans)} />
            </div>
            {wrong !== null && <span className={styles.wrong} role="alert">{wrong}</span>}
          </div>
        );
      })}
      {!readOnly && first.length > 0 && (
        <Button size="small" style={{ alignSelf: "start" }} onClick={() => onChange({ ...hours, ...working })}>{t("admin.week.likeMonday")}</Button>
      )}
    </>
  );
}

/** When it is open, at a glance. */
export function WeekPicture({ hours }: { hours: Record<string, unknown> }) {
  const { t } = useTranslation();
  return (
    <div className={styles.week} role="img" aria-label={t("admin.week.picture")}>
      {DAYS.map((day) => (
        <Row key={day} day={day} hours={asList(hours[day]).map(String)} />
      ))}
      <div className={styles.scale}><span>0</span><span>6</span><span>12</span><span>18</span><span>24</span></div>
    </div>
  );
}

function Row({ day, hours }: { day: string; hours: readonly string[] }) {
  const { t } = useTranslation();
  return (
    <>
      <span className="quiet">{t(`admin.days.${day}`)}</span>
      <div className={styles.bar}>
        {barsOf(hours).map(({ from, to }) => (
          <div key={from} className={styles.open} style={{ insetInlineStart: `${from}%`, width: `${to - from}%` }} />
        ))}
      </div>
    </>
  );
}
