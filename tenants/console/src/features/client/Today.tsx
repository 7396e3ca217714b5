/** A client's own queues as they are now, and the day so far. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { fill, send } from "@/api/client";
import { useServerNow } from "@/events/EventsProvider";
import { useLiveCalls, useQueues } from "@/events/topics";
import styles from "@/features/client/Client.module.css";
import "@/features/client/texts";
import { shownValue, type ReportView } from "@/features/reports/model";
import "@/features/reports/texts";
import { ScreenLink } from "@/parts/ScreenLink";
import { useErrorText } from "@/parts/errors";
import { clock } from "@/parts/time";
import { useTenantId } from "@/session/context";

const AGAIN_MS = 60_000;
const NOT_YET_MS = 1_500;
const QUARTER_MS = 900_000;
const OF_DAY = ["calls", "answered", "abandoned", "missed", "mean_wait", "mean_talk"] as const;
const OF_QUEUE = ["offered", "answered", "abandoned", "service_level", "mean_answer", "longest_wait"] as const;

/** The tenant's day in which a moment lies, so far; made anew each minute. */
function useDay(kind: "tenant" | "queue", nowMs: number) {
  const tenant_id = useTenantId();
  const query = { kind, interval: "day", since_ms: nowMs, until_ms: nowMs + 1 };
  return useQuery({
    queryKey: ["today", tenant_id, query],
    queryFn: async ({ signal }) =>
      (await send("GET", fill("/api/v1/tenants/{tenant_id}/reports", { tenant_id }), { query, signal })) as ReportView,
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => ((state.data?.pending ?? 0) > 0 ? NOT_YET_MS : AGAIN_MS),
  });
}

export default function Today() {
  const { t } = useTranslation();
  // Left open over night it shows the new day.
  const nowMs = Math.floor(useServerNow() / QUARTER_MS) * QUARTER_MS;
  const calls = useLiveCalls();
  const day = useDay("tenant", nowMs);
  const errorText = useErrorText();
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t("shell.screens.today")}</h1>
        <div className="end">
          <ScreenLink href="/reports" className={styles.more}>{t("client.more")}</ScreenLink>
        </div>
      </div>
      {day.error && <p role="alert">{errorText(day.error)}</p>}
      <dl className={styles.figures}>
        <div>
          <dt>{t("client.now")}</dt>
          <dd>{calls.length}</dd>
        </div>
        <DayFigures view={day.data} />
      </dl>
      <Queues nowMs={nowMs} />
    </div>
  );
}

function DayFigures({ view }: { view: ReportView | undefined }) {
  const { t, i18n } = useTranslation();
  const values = view?.totals[0]?.values ?? {};
  return OF_DAY.map((name) => (
    <div key={name}>
      <dt>{t(`reports.figures.tenant.${name}.name`)}</dt>
      <dd>{view ? shownValue(values[name] ?? (name.startsWith("mean") ? null : 0), unitOf(view, name), view.currency, i18n.language) : "…"}</dd>
    </div>
  ));
}

const unitOf = (view: ReportView, name: string): string => view.figures.find((each) => each.name === name)?.unit ?? "count";

function Queues({ nowMs }: { nowMs: number }) {
  const { t, i18n } = useTranslation();
  const queues = useQueues();
  const { data: view } = useDay("queue", nowMs);
  const totals = useMemo(() => new Map(view?.totals.map(({ subject, values }) => [subject, values])), [view]);
  return (
    <div className={styles.box} role="region" aria-label={t("client.queues")} tabIndex={0}>
      <table className={styles.table}>
        <caption className="only-read-out">{t("client.queues")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("client.queue")}</th>
            {(["waiting", "longest", "ready"] as const).map((name) => (
              <th key={name} scope="col" className={styles.number}>
                {t(`client.${name}`)}
              </th>
            ))}
            {OF_QUEUE.map((name) => (
              <th key={name} scope="col" className={styles.number}>
                {t(`reports.figures.queue.${name}.name`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {queues.map((queue) => (
            <tr key={queue.queue_id}>
              <th scope="row">{queue.name || queue.queue_id}</th>
              <td className={styles.number} data-alarm={queue.waiting > 0}>
                {queue.waiting}
              </td>
              <td className={styles.number}>{queue.waiting > 0 ? clock(queue.longest_wait_seconds) : "–"}</td>
              <td className={styles.number}>
                {queue.ready} / {queue.signed_in}
              </td>
              {OF_QUEUE.map((name) => (
                <td key={name} className={styles.number}>
                  {view ? shownValue(totals.get(queue.queue_id)?.[name], unitOf(view, name), view.currency, i18n.language) : "…"}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {queues.length === 0 && <p className="quiet">{t("client.noQueues")}</p>}
    </div>
  );
}
