/** What became of a list's rows: why they fell, and where those that did not are. */
import { Segmented } from "antd";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useShade } from "@/app/preferences";
import { barsOption } from "@/features/lists/drawing";
import styles from "@/features/lists/Lists.module.css";
import { barsOf, refusedBars, type Bar, type Summary } from "@/features/lists/model";
import { Chart } from "@/parts/chart/Chart";

const KINDS = ["regions", "line_types", "areas", "carriers"] as const;
type Kind = (typeof KINDS)[number];
const MOST_BARS = 10;

export function SummaryView({ summary }: { summary: Summary }) {
  const { t, i18n } = useTranslation();
  const [kind, setKind] = useState<Kind>("regions");
  const refused = useMemo(() => refusedBars(summary).map((bar) => ({ ...bar, name: t(`lists.reasons.${bar.name}`, { defaultValue: bar.name }) })), [summary, t]);
  const accepted = useMemo(() => {
    const nameOf = (name: string) => {
      if (name === "") return t("lists.others");
      if (kind === "line_types") return t(`lists.lineTypes.${name}`, { defaultValue: name });
      return kind === "regions" ? regionName(name, i18n.language) : name;
    };
    return barsOf(summary[kind], MOST_BARS).map((bar) => ({ ...bar, name: nameOf(bar.name) }));
  }, [summary, kind, t, i18n.language]);
  return (
    <div className={styles.two}>
      <Bars title={t("lists.why")} bars={refused} none={t("lists.noneRefused")} isBad />
      <Bars title={t("lists.where")} bars={accepted} none={t("lists.noneAccepted")}>
        <Segmented size="small" aria-label={t("lists.where")} value={kind} onChange={setKind} options={KINDS.map((value) => ({ value, label: t(`lists.kindsOf.${value}`) }))} />
      </Bars>
    </div>
  );
}

function Bars({ title, bars, none, isBad = false, children }: { title: string; bars: readonly Bar[]; none: string; isBad?: boolean; children?: React.ReactNode }) {
  const { i18n } = useTranslation();
  const shade = useShade();
  const option = useMemo(() => barsOption(bars, shade, isBad), [bars, shade, isBad]);
  return (
    <section className={styles.card} aria-label={title}>
      <div className={styles.row}><h2>{title}</h2>{children}</div>
      {bars.length === 0 && <p className="quiet">{none}</p>}
      {bars.length > 0 && (
        <>
          <Chart option={option} label={title} height={Math.max(90, 30 + 26 * bars.length)} />
          <table className={styles.reasons} aria-label={title}>
            <tbody>
              {bars.map(({ name, count }) => <tr key={name}><th scope="row">{name}</th><td>{count.toLocaleString(i18n.language)}</td></tr>)}
            </tbody>
          </table>
        </>
      )}
    </section>
  );
}

/** A region as people say it; its code where nobody has a name for it. */
function regionName(code: string, language: string): string {
  try {
    return new Intl.DisplayNames([language], { type: "region" }).of(code) ?? code;
  } catch {
    return code;
  }
}
