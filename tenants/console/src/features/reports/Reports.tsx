/** Figures of past times: a chart, the same as a table, and what each figure means. */
import { DownloadOutlined } from "@ant-design/icons";
import { Button, Segmented, Select, Spin } from "antd";
import { lazy, Suspense, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { setQuery, useQueryText } from "@/app/place";
import { useEvents } from "@/events/EventsProvider";
import { askedOf, DAYS, INTERVALS, SHAPES, type Kind } from "@/features/reports/model";
import { fileAddress, useReport } from "@/features/reports/queries";
import { ReportTable } from "@/features/reports/ReportTable";
import styles from "@/features/reports/Reports.module.css";
import "@/features/reports/texts";
import { useErrorText } from "@/parts/errors";
import { useRoles, useTenantId } from "@/session/context";

const Chart = lazy(() => import("@/features/reports/Chart"));

/** What is offered; what is allowed the server says. */
function useKinds(): readonly Kind[] {
  const roles = useRoles();
  const isManager = roles.has("manager") || roles.has("hq");
  return useMemo(
    () => ["tenant", "queue", ...(isManager || roles.has("supervisor") ? ["agent" as const] : []), ...(isManager ? ["trunk" as const] : [])],
    [isManager, roles],
  );
}

export default function Reports() {
  const { t } = useTranslation();
  const tenantId = useTenantId();
  const kinds = useKinds();
  const { serverNow } = useEvents();
  const [openedMs] = useState(serverNow);
  const queryText = useQueryText();
  const asked = useMemo(() => askedOf(queryText, openedMs, kinds), [queryText, openedMs, kinds]);
  const { data: view, error, isFetching } = useReport(asked);
  const errorText = useErrorText();
  const isWhole = view?.pending === 0;
  const figure = view?.figures.find(({ name }) => name === asked.figure) ?? view?.figures[0];
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t("shell.screens.reports")}</h1>
        <Segmented
          aria-label={t("reports.kind")}
          value={asked.kind}
          options={kinds.map((value) => ({ value, label: t(`reports.kinds.${value}`) }))}
          onChange={(kind) => setQuery({ kind, figure: null })}
        />
        <div className="end">
          {(["csv", "xlsx"] as const).map((format) => (
            <Button key={format} icon={<DownloadOutlined />} disabled={!isWhole} href={fileAddress(tenantId, asked, format)}>
              {format.toUpperCase()}
            </Button>
          ))}
        </div>
      </div>
      <div className={styles.choices}>
        <Choice name="days" value={asked.days} values={DAYS} />
        <Choice name="interval" value={asked.interval} values={INTERVALS} />
        {view && (
          <Select
            className={styles.figureChoice}
            aria-label={t("reports.figure")}
            value={figure?.name ?? null}
            options={view.figures.map(({ name }) => ({ value: name, label: t(`reports.figures.${view.kind}.${name}.name`) }))}
            popupMatchSelectWidth={false}
            onChange={(name: string) => setQuery({ figure: name })}
          />
        )}
        <Segmented
          aria-label={t("reports.shape")}
          value={asked.shape}
          options={SHAPES.map((value) => ({ value, label: t(`reports.shapes.${value}`) }))}
          onChange={(shape) => setQuery({ shape })}
        />
        {view && <span className="quiet">{t("reports.zone", { zone: view.time_zone })}</span>}
      </div>
      <div role="status">
        {isFetching && !view && <Spin />}
        {view && view.pending > 0 && <span>{t("reports.pending", { count: view.pending })}</span>}
        {isWhole && view.rows.length === 0 && <span className="quiet">{t("reports.none")}</span>}
      </div>
      {error && <p role="alert">{errorText(error)}</p>}
      {view && figure && view.rows.length > 0 && (
        <div className={styles.both}>
          <Suspense fallback={<Spin />}>
            <Chart view={view} figure={figure} shape={asked.shape} />
          </Suspense>
          <ReportTable view={view} />
        </div>
      )}
    </div>
  );
}

function Choice({ name, value, values }: { name: "days" | "interval"; value: string; values: readonly string[] }) {
  const { t } = useTranslation();
  return (
    <Select
      className={styles.choice}
      aria-label={t(`reports.choose.${name}`)}
      value={value}
      options={values.map((each) => ({ value: each, label: t(`reports.choices.${name}.${each}`) }))}
      onChange={(chosen: string) => setQuery({ [name]: chosen })}
    />
  );
}
