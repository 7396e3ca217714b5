/** A list: how its import goes, what became of its rows, and the file of those that were refused. */
import { DownloadOutlined } from "@ant-design/icons";
import { Alert, Button, Progress, Spin, Tag } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { goTo } from "@/app/place";
import type { Resource } from "@/features/admin/resource/resource";
import { WRITERS } from "@/features/admin/resource/resource";
import { Removal } from "@/features/admin/resource/ThingDrawer";
import { Columns } from "@/features/lists/Columns";
import styles from "@/features/lists/Lists.module.css";
import { faultOf, fromMapping, guessed, toMapping, type Meaning } from "@/features/lists/mapping";
import { isUnderWay, mayImport, percentOf, STATE_COLOURS, type ListView } from "@/features/lists/model";
import { FileDrop } from "@/features/lists/NewList";
import { refusedAddress, useList, useListActs } from "@/features/lists/queries";
import { firstRows, type FirstRows } from "@/features/lists/reading";
import { SummaryView } from "@/features/lists/SummaryView";
import { useSending } from "@/features/lists/useSending";
import { useDoing, useErrorText } from "@/parts/errors";
import { ScreenLink } from "@/parts/ScreenLink";
import { moment } from "@/parts/time";
import { useRoles, useTenantId } from "@/session/context";

export function ListPage({ listId, resource }: { listId: string; resource: Resource }) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const { data: list, error } = useList(listId);
  const roles = useRoles();
  const mayWrite = WRITERS.some((role) => roles.has(role));
  return (
    <div className="page">
      <div className="page-head">
        <h1>{list?.name !== undefined && list.name !== "" ? list.name : listId}</h1>
        {list && <Tag color={STATE_COLOURS[list.state]}>{t(`lists.states.${list.state}`)}</Tag>}
        <div className="end">
          <ScreenLink href="/lists">{t("lists.all")}</ScreenLink>
          {list && mayWrite && !isUnderWay(list.state) && (
            <Removal resource={resource} row={list} isArchived={list.archived_ms !== null} onDone={() => goTo("/lists")} />
          )}
        </div>
      </div>
      {error && <Alert type="error" showIcon title={errorText(error)} role="alert" />}
      {!list && !error && <Spin />}
      {list && <ListBody list={list} mayWrite={mayWrite} />}
    </div>
  );
}

function ListBody({ list, mayWrite }: { list: ListView; mayWrite: boolean }) {
  const { t, i18n } = useTranslation();
  const tenantId = useTenantId();
  const { summary, found } = list;
  const mayReveal = mayWrite;
  const refused = summary ? summary.rows - summary.accepted : 0;
  return (
    <div className={styles.steps}>
      <Reason list={list} />
      {isUnderWay(list.state) && (
        <section className={styles.card} aria-label={t("lists.importing")}>
          <h2>{t("lists.importing")}</h2>
          <Progress percent={percentOf(list.progress)} status="active" aria-label={t("lists.importing")} />
          <p className="quiet figures" role="status">
            {list.state === "importing" && !list.progress ? t("lists.begins") : list.progress ? t("lists.progress", { rows: list.progress.rows, accepted: list.progress.accepted }) : t("lists.waits")}
          </p>
        </section>
      )}
      {summary && (
        <>
          <section className={styles.card} aria-label={t("lists.summary")}>
            <div className={styles.row}>
              <dl className={styles.figuresRow}>
                {([["rows", summary.rows], ["accepted", summary.accepted], ["refused", refused]] as const).map(([name, count]) => (
                  <div key={name}><dt>{t(`lists.counts.${name}`)}</dt><dd>{count.toLocaleString(i18n.language)}</dd></div>
                ))}
              </dl>
              {mayReveal && refused > 0 && (
                <Button icon={<DownloadOutlined />} href={refusedAddress(tenantId, list.list_id)} style={{ marginInlineStart: "auto" }}>{t("lists.download")}</Button>
              )}
            </div>
            {found && (
              <p className="quiet" style={{ margin: 0 }}>
                {t("lists.read", { kind: found.kind, encoding: found.encoding, column: found.number_column, at: moment(list.imported_ms, i18n.language) })}
              </p>
            )}
          </section>
          <SummaryView summary={summary} />
        </>
      )}
      {mayWrite && list.archived_ms === null && mayImport(list.state) && <SendAgain list={list} />}
    </div>
  );
}

function Reason({ list }: { list: ListView }) {
  const { t } = useTranslation();
  if (list.state === "duplicate") {
    const other = list.reason ?? "";
    return <Alert type="warning" showIcon title={<>{t("lists.duplicate")} <ScreenLink href={`/lists?list=${encodeURIComponent(other)}`}>{other}</ScreenLink></>} />;
  }
  if (list.state === "refused") return <Alert type="error" showIcon title={t("lists.nothingLeft")} />;
  if (list.state !== "failed") return null;
  return <Alert type="error" showIcon title={t("lists.failed", { reason: list.reason ?? "" })} />;
}

/** An upload that broke off goes on; one that failed is read otherwise, or another file is sent. */
function SendAgain({ list }: { list: ListView }) {
  const { t } = useTranslation();
  const doing = useDoing();
  const { begin } = useListActs();
  const { percent, send, giveUp } = useSending();
  const [chosen, setChosen] = useState<{ file: File; first: FirstRows | null } | null>(null);
  const [meanings, setMeanings] = useState<readonly Meaning[]>([]);
  const again = list.state !== "open";
  const choose = async (file: File) => {
    const first = await firstRows(file);
    setChosen({ file, first });
    const before = first ? fromMapping(first, list.settings.mapping ?? { number: null }) : [];
    setMeanings(first ? (faultOf(before) === null ? before : guessed(first)) : []);
  };
  const wrong = chosen?.first ? faultOf(meanings) : null;
  const go = (file: File, first: FirstRows | null) => doing(() => send(list.list_id, file, { again, mapping: first ? toMapping(first, meanings) : null }));
  return (
    <section className={styles.card} aria-label={t("lists.again.title")}>
      <h2>{t(again ? "lists.again.title" : "lists.again.open")}</h2>
      <FileDrop chosen={chosen?.file ?? null} onChoose={(file) => void choose(file)} />
      {chosen && <Columns first={chosen.first} meanings={meanings} onChange={setMeanings} onTemplate={(template) => { if (chosen.first) setMeanings(fromMapping(chosen.first, template)); }} />}
      {wrong !== null && <Alert type="error" showIcon title={t(`lists.faults.${wrong}`)} role="alert" />}
      <div className={styles.row}>
        {chosen && <Button type="primary" disabled={wrong !== null} loading={percent !== null} onClick={() => void go(chosen.file, chosen.first)}>{t("lists.import")}</Button>}
        {!chosen && again && list.parts.length > 0 && <Button onClick={() => void doing(() => begin(list.list_id, list.parts.length, true, null))}>{t("lists.again.same")}</Button>}
        {percent !== null && <Button onClick={giveUp}>{t("lists.stopSending")}</Button>}
      </div>
      {percent !== null && <Progress percent={percent} aria-label={t("lists.sending")} />}
    </section>
  );
}
