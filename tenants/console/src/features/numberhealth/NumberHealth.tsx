/** How well our numbers are answered, against their own past; which rest, and waking one up. */
import "@/features/admin/texts";
import "@/features/numberhealth/texts";
import { Alert, App, Button, Spin } from "antd";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useShade } from "@/app/preferences";
import { setQuery, useQueryText } from "@/app/place";
import { WRITERS } from "@/features/admin/resource/resource";
import { healthOption } from "@/features/numberhealth/drawing";
import { answerRate, shortShare, sorted } from "@/features/numberhealth/model";
import styles from "@/features/numberhealth/NumberHealth.module.css";
import { NumberState } from "@/features/numberhealth/NumberState";
import { useNumberHealth, useWake, type NumberHealth as Health } from "@/features/numberhealth/queries";
import { Chart } from "@/parts/chart/Chart";
import { useDoing, useErrorText } from "@/parts/errors";
import { ScreenLink } from "@/parts/ScreenLink";
import { moment } from "@/parts/time";
import { useRoles } from "@/session/context";

export default function NumberHealth() {
  const { t, i18n } = useTranslation();
  const errorText = useErrorText();
  const { data, error } = useNumberHealth();
  const numbers = useMemo(() => sorted(data?.items ?? []), [data]);
  const asked = new URLSearchParams(useQueryText()).get("number");
  const shown = numbers.find(({ number }) => number === asked) ?? numbers[0];
  const percent = (share: number | null) => (share === null ? "–" : new Intl.NumberFormat(i18n.language, { style: "percent", maximumFractionDigits: 1 }).format(share));
  return (
    <div className="page">
      <div className="page-head"><h1>{t("shell.screens.number-health")}</h1><span className="quiet">{t("numberhealth.about")}</span></div>
      {error && <Alert type="error" showIcon title={errorText(error)} role="alert" />}
      {!data && !error && <Spin />}
      {data && numbers.length === 0 && <p className="quiet">{t("numberhealth.none")} <ScreenLink href="/campaigns">{t("shell.screens.campaigns")}</ScreenLink></p>}
      {numbers.length > 0 && (
        <div className={styles.both}>
          <div className={styles.box} role="region" aria-label={t("shell.screens.number-health")} tabIndex={0}>
            <table className={styles.table}>
              <thead>
                <tr>{(["number", "state", "shownDay", "lately", "before", "short"] as const).map((name) => <th key={name} scope="col">{t(`numberhealth.columns.${name}`)}</th>)}</tr>
              </thead>
              <tbody>
                {numbers.map((each) => (
                  <tr key={each.number} className={each === shown ? styles.chosen : undefined}>
                    <th scope="row"><Button type="link" size="small" style={{ padding: 0 }} aria-current={each === shown} onClick={() => setQuery({ number: each.number })}>{each.number}</Button></th>
                    <td><NumberState number={each} /></td>
                    <td>{each.shown_day.toLocaleString(i18n.language)}</td>
                    <td>{percent(answerRate(each.recent))}</td>
                    <td>{percent(answerRate(each.before))}</td>
                    <td>{percent(shortShare(each.recent))}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          {shown && <One number={shown} percent={percent} />}
        </div>
      )}
    </div>
  );
}

function One({ number, percent }: { number: Health; percent: (share: number | null) => string }) {
  const { t, i18n } = useTranslation();
  const { modal } = App.useApp();
  const shade = useShade();
  const doing = useDoing();
  const wake = useWake();
  const roles = useRoles();
  const mayWake = number.rests_until_ms !== null && WRITERS.some((role) => roles.has(role));
  const option = useMemo(
    () => healthOption(number.slots, { attempts: t("numberhealth.attempts"), rate: t("numberhealth.rate") }, (ms) => moment(ms, i18n.language).slice(0, -3), shade, (share) => percent(share)),
    // The words follow from the language.
    [number.slots, shade, i18n.language, t, percent],
  );
  const ask = () =>
    modal.confirm({
      title: t("numberhealth.wakeSure", { number: number.number }), content: t("numberhealth.wakeText"), okText: t("numberhealth.wake"), cancelText: t("admin.form.cancel"),
      onOk: async () => { await doing(() => wake(number.number), t("numberhealth.woken", { number: number.number })); },
    });
  return (
    <section className={styles.card} aria-label={number.number}>
      <div className={styles.head}>
        <h2 className="figures">{number.number}</h2>
        <NumberState number={number} />
        {mayWake && <Button onClick={() => void ask()} style={{ marginInlineStart: "auto" }}>{t("numberhealth.wake")}</Button>}
      </div>
      {number.rests_until_ms !== null && <p className="quiet">{t(`numberhealth.because.${number.why ?? "seldom-answered"}`)} {t("numberhealth.until", { at: moment(number.rests_until_ms, i18n.language) })}</p>}
      {number.slots.length === 0 ? <p className="quiet">{t("numberhealth.noCalls")}</p> : <Chart option={option} label={t("numberhealth.chart", { number: number.number })} height={280} />}
      <p className="quiet">
        {t("numberhealth.namedBy")}{" "}
        {number.campaigns.map((id, place) => <span key={id}>{place > 0 && ", "}<ScreenLink href={`/campaigns?campaign=${encodeURIComponent(id)}`}>{id}</ScreenLink></span>)}
      </p>
    </section>
  );
}
