/** What a campaign would come to: with the team that it has, and with a larger one. */
import { App, Button, InputNumber, Progress, Tag } from "antd";
import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { ask } from "@/api/client";
import { useShade } from "@/app/preferences";
import styles from "@/features/campaigns/Campaigns.module.css";
import { halfHoursOption } from "@/features/campaigns/drawing";
import { percentText } from "@/features/campaigns/live";
import type { CampaignView } from "@/features/campaigns/settings";
import { changeOf, MOST_SECONDS, QUESTIONS, START, toOrder, type TeamView, type WhatIfView } from "@/features/campaigns/whatif";
import { Chart } from "@/parts/chart/Chart";
import { useErrorText } from "@/parts/errors";
import { useTenantId } from "@/session/context";

export function WhatIf({ campaign }: { campaign: CampaignView }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const errorText = useErrorText();
  const tenant_id = useTenantId();
  const [answers, setAnswers] = useState(START);
  const [asking, setAsking] = useState(false);
  const [view, setView] = useState<WhatIfView | null>(null);
  async function simulate() {
    setAsking(true);
    try {
      setView(await ask("post", "/api/v1/tenants/{tenant_id}/campaigns/{campaign_id}/what-if", { tenant_id, campaign_id: campaign.campaign_id }, { body: toOrder(answers) }));
    } catch (error) {
      void message.error(errorText(error));
    } finally {
      setAsking(false);
    }
  }
  return (
    <div className={styles.live}>
      <form className={styles.card} aria-label={t("campaigns.tabs.whatIf")} onSubmit={(event) => { event.preventDefault(); void simulate(); }}>
        <p className="quiet">{t("campaigns.whatIf.about")}</p>
        <div className={styles.questions}>
          {QUESTIONS.map(({ name, min, max, step }) => (
            <label key={name}>
              <span>{t(`campaigns.whatIf.questions.${name}`)}</span>
              <InputNumber min={min} max={max} step={step} value={answers[name] ?? null} placeholder={t("campaigns.whatIf.learnt")} style={{ width: "100%" }} onChange={(value) => setAnswers({ ...answers, [name]: value })} />
            </label>
          ))}
        </div>
        <div className={styles.row}>
          <Button type="primary" htmlType="submit" loading={asking}>{t("campaigns.whatIf.go")}</Button>
          {asking && <Computing />}
        </div>
      </form>
      {view && !asking && <Found view={view} cap={campaign.pacing?.cap ?? 0} />}
    </div>
  );
}

/** The server says nothing until it is done, and is done by a certain time. */
function Computing() {
  const { t } = useTranslation();
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setSeconds((before) => before + 1), 1000);
    return () => clearInterval(timer);
  }, []);
  return (
    <>
      <Progress percent={Math.min(99, Math.round((100 * seconds) / MOST_SECONDS))} showInfo={false} style={{ width: 220 }} aria-label={t("campaigns.whatIf.computing")} />
      <span className="quiet" role="status">{t("campaigns.whatIf.computing")}</span>
    </>
  );
}

const FIGURES = ["productive", "abandonment", "worst_half_hour", "calls", "talks", "leads_done", "list_ends_after_seconds"] as const;
const SHARES: ReadonlySet<string> = new Set(["productive", "abandonment", "worst_half_hour"]);
const SIGNS = { better: "success", worse: "error", same: "default" } as const;

function Found({ view, cap }: { view: WhatIfView; cap: number }) {
  const { t, i18n } = useTranslation();
  const [small, large] = view.teams;
  if (!small) return null;
  const shown = (name: (typeof FIGURES)[number], team: TeamView): string => {
    const value = team[name];
    if (SHARES.has(name)) return percentText(value, i18n.language);
    if (name !== "list_ends_after_seconds") return (value ?? 0).toLocaleString(i18n.language);
    if (value === null) return t("campaigns.whatIf.never");
    const when = hoursText(value, i18n.language);
    return team.is_estimate ? t("campaigns.whatIf.about2", { when }) : when;
  };
  return (
    <div className={styles.cards}>
      <section className={styles.card} aria-label={t("campaigns.whatIf.found")}>
        <h2>{t("campaigns.whatIf.found")}</h2>
        {view.cut_short && <p className="quiet">{t("campaigns.whatIf.cutShort")}</p>}
        <table className={styles.table}>
          <thead><tr><th />{view.teams.map(({ agents }) => <th key={agents} scope="col">{t("campaigns.whatIf.team", { count: agents })}</th>)}</tr></thead>
          <tbody>
            {FIGURES.map((name) => (
              <tr key={name}>
                <th scope="row">{t(`campaigns.whatIf.figures.${name}`)}</th>
                <td className="figures">{shown(name, small)}</td>
                {large && <td className="figures"><Tag color={SIGNS[changeOf(name, small[name], large[name])]} style={{ marginInlineEnd: 0 }}>{shown(name, large)}</Tag></td>}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <HalfHours view={view} what="productive" cap={null} />
      <HalfHours view={view} what="abandonment" cap={cap} />
      <Assumed view={view} />
    </div>
  );
}

function hoursText(seconds: number, language: string): string {
  const [value, unit] = seconds < 86_400 ? [seconds / 3600, "hour"] : [seconds / 86_400, "day"];
  return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long", maximumFractionDigits: 1 }).format(value);
}

function HalfHours({ view, what, cap }: { view: WhatIfView; what: "productive" | "abandonment"; cap: number | null }) {
  const { t, i18n } = useTranslation();
  const shade = useShade();
  const option = useMemo(() => {
    const format = new Intl.DateTimeFormat(i18n.language, { month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    const teams = view.teams.map((team) => ({ name: t("campaigns.whatIf.team", { count: team.agents }), halfHours: team.half_hours }));
    return halfHoursOption(teams, what, cap === null ? null : { share: cap, name: t("campaigns.live.cap") }, (ms) => format.format(ms), (share) => percentText(share, i18n.language), shade);
  }, [view, what, cap, shade, t, i18n.language]);
  const title = t(`campaigns.whatIf.charts.${what}`);
  return <section className={styles.card} aria-label={title}><h2>{title}</h2><Chart option={option} label={title} height={210} /></section>;
}

const ASSUMED = ["agents", "answer_rate", "machines", "talk_seconds", "wrap_up_seconds", "answer_seconds", "lines", "leads"] as const;

function Assumed({ view }: { view: WhatIfView }) {
  const { t, i18n } = useTranslation();
  const { assumed } = view;
  const title = t("campaigns.whatIf.assumed");
  return (
    <section className={styles.card} aria-label={title}>
      <h2>{title}</h2>
      <table className={styles.table}>
        <tbody>
          {ASSUMED.map((name) => (
            <tr key={name}>
              <th scope="row">{t(`campaigns.whatIf.assumptions.${name}`)}</th>
              <td className="figures">{name === "answer_rate" || name === "machines" ? percentText(assumed[name], i18n.language) : Math.round(assumed[name]).toLocaleString(i18n.language)}</td>
              <td className="quiet">{assumed.sources[name] === undefined ? "" : t(`campaigns.whatIf.sources.${assumed.sources[name]}`)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="quiet">{t("campaigns.whatIf.seen", { count: assumed.attempts_seen })}</p>
    </section>
  );
}
