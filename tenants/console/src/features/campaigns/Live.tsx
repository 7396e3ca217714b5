/** How a campaign runs: lines, abandonment against its cap, what is left, its agents, and how its numbers do. */
import { Alert, Progress, Spin, Tag } from "antd";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useShade } from "@/app/preferences";
import { useServerNow } from "@/events/EventsProvider";
import { useAgents } from "@/events/topics";
import styles from "@/features/campaigns/Campaigns.module.css";
import { abandonmentOption, hoursOption, linesOption } from "@/features/campaigns/drawing";
import { donePercent, percentText, standingOf, type FiguresView, type LiveView, type Sample } from "@/features/campaigns/live";
import { useFigures } from "@/features/campaigns/queries";
import { hasAgents, isPaced, type CampaignView } from "@/features/campaigns/settings";
import { useLive } from "@/features/campaigns/useLive";
import { useNumberHealth } from "@/features/numberhealth/queries";
import { NumberState } from "@/features/numberhealth/NumberState";
import "@/features/numberhealth/texts";
import { Chart } from "@/parts/chart/Chart";
import { useErrorText } from "@/parts/errors";
import { ScreenLink } from "@/parts/ScreenLink";
import { sinceClock } from "@/parts/time";
import { useFieldWords } from "@/features/admin/form/words";

const AT_WORK = ["ready", "reserved", "ringing", "talking", "wrap-up", "paused"] as const;

export function Live({ campaign }: { campaign: CampaignView }) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const isRunning = campaign.state === "running";
  const { live, samples, error } = useLive(campaign.campaign_id, isRunning);
  const { data: figures } = useFigures(campaign.campaign_id, isRunning);
  if (error) return <Alert type="error" showIcon title={errorText(error)} role="alert" />;
  if (!live || !figures) return <Spin />;
  return (
    <div className={styles.live}>
      {isRunning && !live.is_paced && <Alert type="warning" showIcon title={t("campaigns.live.noDialler")} />}
      {isRunning && figures.exhausted && <Alert type="info" showIcon title={t("campaigns.live.exhausted")} />}
      <Strip live={live} figures={figures} />
      <div className={styles.cards}>
        {isPaced(campaign.kind) && <Lines samples={samples} />}
        {isPaced(campaign.kind) && hasAgents(campaign.kind) && <Abandonment live={live} />}
        <Hours live={live} />
        <Left figures={figures} />
        {hasAgents(campaign.kind) && <Agents live={live} />}
        <Results figures={figures} />
        <Numbers campaignId={campaign.campaign_id} />
      </div>
    </div>
  );
}

function Strip({ live, figures }: { live: LiveView; figures: FiguresView }) {
  const { t, i18n } = useTranslation();
  const count = (value: number) => value.toLocaleString(i18n.language);
  const shown: readonly (readonly [string, string])[] = [
    ["ringing", count(live.lines.ringing)], ["waiting", count(live.lines.waiting)], ["talking", count(live.lines.talking)],
    ["attempts", count(figures.attempts)], ["connected", count(figures.connected)], ["abandonment", percentText(figures.abandonment, i18n.language)],
    ["ready", count(figures.ready)], ["soon", count(figures.waiting)],
  ];
  return (
    <dl className={styles.strip} aria-label={t("campaigns.live.figures")}>
      {shown.map(([name, value]) => <div key={name}><dt>{t(`campaigns.live.names.${name}`)}</dt><dd data-figure={name}>{value}</dd></div>)}
    </dl>
  );
}

function Card({ name, children }: { name: string; children: React.ReactNode }) {
  const { t } = useTranslation();
  const title = t(`campaigns.live.cards.${name}`);
  return <section className={styles.card} aria-label={title}><h2>{title}</h2>{children}</section>;
}

function Lines({ samples }: { samples: readonly Sample[] }) {
  const { t } = useTranslation();
  const shade = useShade();
  const option = useMemo(() => {
    const name = (each: string) => t(`campaigns.live.names.${each}`);
    return linesOption(samples, { ringing: name("ringing"), waiting: name("waiting"), talking: name("talking") }, shade);
  }, [samples, shade, t]);
  return <Card name="lines"><Chart option={option} label={t("campaigns.live.cards.lines")} height={190} /></Card>;
}

const SIGN = { good: "success", near: "warning", over: "error" } as const;

function Abandonment({ live }: { live: LiveView }) {
  const { t, i18n } = useTranslation();
  const shade = useShade();
  const names = useMemo(() => live.windows.map(({ hours }) => t(`campaigns.live.windows.${hours}`)), [live.windows, t]);
  const option = useMemo(() => abandonmentOption(live, names, t("campaigns.live.cap"), shade, (share) => percentText(share, i18n.language)), [live, names, t, shade, i18n.language]);
  return (
    <Card name="abandonment">
      <Chart option={option} label={t("campaigns.live.cards.abandonment")} height={120} />
      <ul className={styles.plain}>
        {live.windows.map(({ hours, abandonment, answered, abandoned }, place) => (
          <li key={hours}>
            <Tag color={SIGN[standingOf(abandonment, live.cap)]}>{percentText(abandonment, i18n.language)}</Tag> {names[place]}: <span className="quiet">{t("campaigns.live.ofAnswered", { abandoned, answered })}</span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Hours({ live }: { live: LiveView }) {
  const { t, i18n } = useTranslation();
  const shade = useShade();
  const option = useMemo(() => {
    const format = new Intl.DateTimeFormat(i18n.language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    const name = (each: string) => t(`campaigns.live.hours.${each}`);
    return hoursOption(live.hours, { attempts: name("attempts"), people: name("people"), talks: name("talks") }, (ms) => format.format(ms), shade);
  }, [live.hours, shade, t, i18n.language]);
  return (
    <Card name="hours">
      {live.hours.length === 0 ? <p className="quiet">{t("campaigns.live.noHours")}</p> : <Chart option={option} label={t("campaigns.live.cards.hours")} height={190} />}
    </Card>
  );
}

function Left({ figures }: { figures: FiguresView }) {
  const { t, i18n } = useTranslation();
  return (
    <Card name="left">
      {figures.lists.length === 0 && <p className="quiet">{t("campaigns.live.noLists")}</p>}
      {figures.lists.map((list) => {
        const out = Object.entries(list.left_out).filter(([, count]) => count > 0);
        const text = t("campaigns.live.leftOf", { left: list.left.toLocaleString(i18n.language), leads: list.leads.toLocaleString(i18n.language) });
        return (
          <div key={list.list_id} className={styles.left}>
            <div className={styles.row}>
              <ScreenLink href={`/lists?list=${encodeURIComponent(list.list_id)}`}>{list.list_id}</ScreenLink>
              <span className="quiet figures">{text}</span>
            </div>
            <Progress percent={donePercent(list)} size="small" aria-label={`${list.list_id}: ${text}`} />
            {out.length > 0 && <p className="quiet">{t("campaigns.live.leftOut")} {out.map(([why, count]) => `${t(`campaigns.live.why.${why}`, { defaultValue: why })}: ${count}`).join(", ")}</p>}
          </div>
        );
      })}
    </Card>
  );
}

function Agents({ live }: { live: LiveView }) {
  const { t } = useTranslation();
  const now = useServerNow();
  const all = useAgents();
  const mine = all.filter(({ user_id }) => live.agent_ids.includes(user_id)).sort((a, b) => (a.since_ms ?? 0) - (b.since_ms ?? 0));
  const counts = AT_WORK.filter((state) => (live.agents[state] ?? 0) > 0);
  return (
    <Card name="agents">
      {counts.length === 0 && <p className="quiet">{t("campaigns.live.noAgents")}</p>}
      <div className={styles.row}>{counts.map((state) => <Tag key={state}>{t(`words.states.${state}`)}: {live.agents[state]}</Tag>)}</div>
      {mine.length > 0 && (
        <div className={styles.scrolls} tabIndex={0} role="region" aria-label={t("campaigns.live.cards.agents")}>
          <table className={styles.table}>
            <tbody>
              {mine.map(({ user_id, name, state, since_ms }) => (
                <tr key={user_id}><th scope="row">{name}</th><td>{t(`words.states.${state}`)}</td><td className="figures">{since_ms === null ? "" : sinceClock(since_ms, now)}</td></tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Card>
  );
}

function Results({ figures }: { figures: FiguresView }) {
  const { t, i18n } = useTranslation();
  const words = useFieldWords();
  const results = Object.entries(figures.results).sort((a, b) => b[1] - a[1]);
  return (
    <Card name="results">
      {results.length === 0 && <p className="quiet">{t("campaigns.live.noHours")}</p>}
      <table className={styles.table}>
        <tbody>{results.map(([result, count]) => <tr key={result}><th scope="row">{words.choice(result)}</th><td className="figures">{count.toLocaleString(i18n.language)}</td></tr>)}</tbody>
      </table>
    </Card>
  );
}

function Numbers({ campaignId }: { campaignId: string }) {
  const { t, i18n } = useTranslation();
  const numbers = (useNumberHealth().data?.items ?? []).filter(({ campaigns }) => campaigns.includes(campaignId));
  return (
    <Card name="numbers">
      {numbers.length === 0 && <p className="quiet">{t("campaigns.live.noNumbers")}</p>}
      <table className={styles.table}>
        <tbody>
          {numbers.map((number) => (
            <tr key={number.number}>
              <th scope="row" className="figures">{number.number}</th>
              <td><NumberState number={number} /></td>
              <td className="figures">{percentText(number.recent.attempts === 0 ? null : number.recent.answered / number.recent.attempts, i18n.language)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {numbers.length > 0 && <ScreenLink href="/number-health">{t("campaigns.live.allNumbers")}</ScreenLink>}
    </Card>
  );
}
