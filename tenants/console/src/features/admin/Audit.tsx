/** Who did what, to which thing, when, and what was before and after. */
import "@/features/admin/texts";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Alert, Button, Input, Segmented, Table } from "antd";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { ask } from "@/api/client";
import type { AuditEntry } from "@/api/shapes";
import { setQuery, useQueryText } from "@/app/place";
import { useEvents } from "@/events/EventsProvider";
import { auditMatches, changesTold } from "@/features/admin/audit";
import { shown } from "@/features/admin/resource/model";
import { useErrorText } from "@/parts/errors";
import { moment, utcDay } from "@/parts/time";
import { useSession } from "@/session/context";

const PAGE = 200;

export default function Audit() {
  const { t, i18n } = useTranslation();
  const errorText = useErrorText();
  const { tenant, user } = useSession();
  const query = new URLSearchParams(useQueryText());
  const today = utcDay(useEvents().serverNow());
  const day = query.get("day") ?? today;
  const isPlatform = user.is_hq_admin && (tenant === null || query.get("of") === "platform");
  const [filter, setFilter] = useState({ actor: "", action: "", text: "" });
  const { data, error, isPending, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ["audit", tenant, isPlatform, day],
    queryFn: ({ pageParam, signal }) => {
      const asked = { query: { day, limit: PAGE, ...(pageParam ? { after: pageParam } : {}) }, signal };
      return isPlatform ? ask("get", "/api/v1/platform/audit", {}, asked) : ask("get", "/api/v1/tenants/{tenant_id}/audit", { tenant_id: tenant ?? "" }, asked);
    },
    initialPageParam: "",
    getNextPageParam: (page) => page.next ?? undefined,
  });
  const entries = useMemo(() => (data?.pages.flatMap(({ items }) => items) ?? []).filter((entry) => auditMatches(entry, filter)), [data, filter]);
  const columns = [
    { key: "at_ms", title: t("admin.fields.at_ms"), width: 170, render: (_: unknown, entry: AuditEntry) => <span className="figures">{moment(entry.at_ms, i18n.language)}</span> },
    { key: "actor", title: t("admin.audit.who"), dataIndex: "actor", width: 150 },
    { key: "action", title: t("admin.audit.what"), dataIndex: "action", width: 190 },
    { key: "subject", title: t("admin.audit.subject"), render: (_: unknown, entry: AuditEntry) => shown(entry.subject, i18n.language) },
    { key: "changes", title: t("admin.audit.changes"), render: (_: unknown, entry: AuditEntry) => <span className="quiet">{Object.keys(entry.changes).join(", ")}</span> },
  ];
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t("admin.audit.title")}</h1>
        {user.is_hq_admin && tenant !== null && (
          <Segmented value={isPlatform ? "platform" : "tenant"} options={[{ value: "tenant", label: t("admin.audit.ofTenant") }, { value: "platform", label: t("admin.audit.ofPlatform") }]}
            onChange={(of) => setQuery({ of: of === "platform" ? "platform" : null })} />
        )}
        <Input type="date" style={{ width: 150 }} aria-label={t("admin.audit.day")} max={today} value={day} onChange={(event) => setQuery({ day: event.target.value === today ? null : event.target.value })} />
        {(["actor", "action", "text"] as const).map((name) => (
          <Input key={name} allowClear style={{ width: 150 }} aria-label={t(`admin.audit.by.${name}`)} placeholder={t(`admin.audit.by.${name}`)} value={filter[name]}
            onChange={(event) => setFilter({ ...filter, [name]: event.target.value })} />
        ))}
      </div>
      {error && <Alert type="error" showIcon title={errorText(error)} role="alert" />}
      <Table<AuditEntry> size="small" rowKey="audit_id" columns={columns} dataSource={entries} loading={isPending} pagination={entries.length > 50 ? { pageSize: 50, showSizeChanger: false } : false}
        expandable={{ expandedRowRender: (entry) => <Details entry={entry} />, expandRowByClick: true }} locale={{ emptyText: <span className="quiet">{t("admin.audit.none")}</span> }} />
      {hasNextPage && <Button loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>{t("admin.list.more")}</Button>}
    </div>
  );
}

function Details({ entry }: { entry: AuditEntry }) {
  const { t } = useTranslation();
  const rows = changesTold(entry);
  const columns = [
    { key: "field", dataIndex: "field", title: t("admin.audit.field") },
    { key: "old", title: t("admin.audit.old"), render: (_: unknown, row: { old: string }) => <del className="quiet">{row.old}</del> },
    { key: "new", title: t("admin.audit.new"), render: (_: unknown, row: { new: string }) => <ins style={{ textDecoration: "none" }}>{row.new}</ins> },
  ];
  return (
    <>
      {rows.length > 0 && <Table size="small" rowKey="field" columns={columns} dataSource={rows} pagination={false} />}
      <p className="quiet">{t("admin.audit.from", { address: entry.address, request: entry.request_id })}</p>
    </>
  );
}
