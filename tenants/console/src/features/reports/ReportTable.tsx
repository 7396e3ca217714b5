/** The report's figures: a row a subject and interval, or a subject; each leads to its calls, each head to its meaning. */
import { InfoCircleOutlined } from "@ant-design/icons";
import { Popover, Segmented } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { callsOf, shownValue, type FigureView, type Interval, type ReportView } from "@/features/reports/model";
import styles from "@/features/reports/Reports.module.css";
import { timesOf } from "@/features/reports/times";
import { ScreenLink } from "@/parts/ScreenLink";

/** More rows than anybody reads; the file has all. */
const MOST_ROWS = 500;
type By = "interval" | "total";

export function ReportTable({ view }: { view: ReportView }) {
  const { t, i18n } = useTranslation();
  const [by, setBy] = useState<By>("interval");
  const names = new Map(view.totals.map(({ subject, name }) => [subject, name]));
  const timeOf = timesOf(view.interval as Interval, view.time_zone, i18n.language);
  const hasNames = view.kind !== "tenant";
  const rows =
    by === "total"
      ? view.totals.map(({ subject, values }) => ({ key: subject, time: null, link: null, subject, values }))
      : view.rows.slice(0, MOST_ROWS).map(({ at_ms, subject, values }) => ({
          key: `${at_ms} ${subject}`,
          time: timeOf(at_ms),
          link: callsOf(view, at_ms, subject),
          subject,
          values,
        }));
  return (
    <section className={styles.tableSide} aria-label={t("reports.table")}>
      <Segmented
        size="small"
        aria-label={t("reports.by")}
        value={by}
        onChange={setBy}
        options={(["interval", "total"] as const).map((value) => ({ value, label: t(`reports.bys.${value}`) }))}
      />
      <div className={styles.tableBox} role="region" aria-label={t("reports.table")} tabIndex={0}>
        <table className={styles.table}>
          <thead>
            <tr>
              {by === "interval" && <th scope="col">{t("reports.begins")}</th>}
              {hasNames && <th scope="col">{t(`reports.kinds.${view.kind}`)}</th>}
              {view.figures.map((figure) => (
                <th key={figure.name} scope="col" className={styles.number}>
                  <Meaning kind={view.kind} figure={figure} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ key, time, link, subject, values }) => (
              <tr key={key}>
                {time !== null && <th scope="row">{link === null ? time : <ScreenLink href={link}>{time}</ScreenLink>}</th>}
                {hasNames && <td>{names.get(subject)}</td>}
                {view.figures.map(({ name, unit }) => (
                  <td key={name} className={styles.number}>
                    {shownValue(values[name], unit, view.currency, i18n.language)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {by === "interval" && view.rows.length > MOST_ROWS && <p className="quiet">{t("reports.cut", { count: MOST_ROWS, all: view.rows.length })}</p>}
    </section>
  );
}

/** A column's name; one click says what it means. */
function Meaning({ kind, figure }: { kind: string; figure: FigureView }) {
  const { t } = useTranslation();
  const name = t(`reports.figures.${kind}.${figure.name}.name`);
  const meaning = t(`reports.figures.${kind}.${figure.name}.means`);
  return (
    <Popover trigger="click" title={name} content={<div className={styles.meaning}>{meaning}</div>}>
      <button type="button" className={styles.head}>
        {name} <InfoCircleOutlined aria-hidden />
      </button>
    </Popover>
  );
}
