/** Sites and branches: where phones are; a branch's gateway is enrolled here, and its line is looked at. */
import "@/features/platform/texts";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Descriptions, Table, Tag } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ask } from "@/api/client";
import { Problem } from "@/api/problem";
import type { Thing } from "@/features/admin/form/schema";
import { ResourceScreen } from "@/features/admin/resource/ResourceScreen";
import type { ExtraProps, Resource } from "@/features/admin/resource/resource";
import { SecretsOnce } from "@/features/admin/resource/SecretsOnce";
import { Section } from "@/features/admin/Section";
import { BODIES, standing } from "@/features/admin/shapes";
import { gradeOf } from "@/features/platform/model";
import { useDoing } from "@/parts/errors";
import { moment } from "@/parts/time";

const SITES: Resource = {
  name: "sites",
  all: "/api/v1/sites",
  one: "/api/v1/sites/{id}",
  id: "site_id",
  columns: [
    { field: "site_id" },
    { field: "name" },
    { field: "kind" },
    { field: "enabled" },
    { field: "link", show: (_, row) => (row.kind === "branch" ? <LinkTag siteId={String(row.site_id)} /> : null) },
    { field: "emergency_caller" },
  ],
  create: BODIES.NewSite,
  change: () => standing(BODIES.SitePatch, ["time_zone", "dialling", "emergency_caller", "location"]),
  removal: "restores",
  writers: ["hq"],
  Extra: SiteExtra,
};

export default function Sites() {
  return <ResourceScreen resource={SITES} />;
}

/** A branch's last word of its line; null where it never told. */
function useLink(site_id: string) {
  return useQuery({
    queryKey: ["site-link", site_id],
    queryFn: async ({ signal }) => {
      try {
        return await ask("get", "/api/v1/sites/{site_id}/link", { site_id }, { signal });
      } catch (error) {
        if (error instanceof Problem && error.status === 404) return null;
        throw error;
      }
    },
    refetchInterval: 10_000,
  }).data;
}

const COLOURS = { good: "success", fair: "warning", poor: "error" };

function LinkTag({ siteId }: { siteId: string }) {
  const { t } = useTranslation();
  const link = useLink(siteId);
  if (link === undefined) return null;
  if (link === null) return <Tag>{t("hq.link.never")}</Tag>;
  if (!link.live) return <Tag color="error">{t("hq.link.silent")}</Tag>;
  const grade = gradeOf(link.report.loss, link.report.jitter_ms, link.report.rtt_ms);
  return <Tag color={COLOURS[grade]}>{t(`hq.link.${grade}`)}</Tag>;
}

function SiteExtra({ row }: ExtraProps) {
  const site_id = String(row.site_id);
  if (row.kind !== "branch") return null;
  return (
    <>
      <Line siteId={site_id} />
      <Gateway siteId={site_id} />
    </>
  );
}

function Line({ siteId }: { siteId: string }) {
  const { t, i18n } = useTranslation();
  const link = useLink(siteId);
  const ms = (value: number | null | undefined) => (value === null || value === undefined ? "" : `${Math.round(value)} ms`);
  if (!link) return <Section title={t("hq.link.title")}><LinkTag siteId={siteId} /></Section>;
  const { report } = link;
  const facts = [
    ["state", <LinkTag key="tag" siteId={siteId} />], ["loss", `${(report.loss * 100).toFixed(1)} %`], ["jitter", ms(report.jitter_ms)], ["rtt", ms(report.rtt_ms)],
    ["registrations", report.registrations ?? ""], ["at", moment(link.reported_ms, i18n.language)],
  ] as const;
  return (
    <Section title={t("hq.link.title")}>
      <Descriptions size="small" column={2} items={facts.map(([key, children]) => ({ key, label: t(`hq.link.${key}`), children }))} />
    </Section>
  );
}

function Gateway({ siteId }: { siteId: string }) {
  const { t, i18n } = useTranslation();
  const { modal } = App.useApp();
  const doing = useDoing();
  const queries = useQueryClient();
  const [token, setToken] = useState<Thing | null>(null);
  const queryKey = ["certificates", siteId];
  const { data } = useQuery({ queryKey, queryFn: ({ signal }) => ask("get", "/api/v1/sites/{site_id}/certificates", { site_id: siteId }, { query: { limit: 50 }, signal }) });
  const enrol = () => void doing(async () => setToken((await ask("post", "/api/v1/sites/{site_id}/enrolment-tokens", { site_id: siteId }))));
  const revoke = (serial: string) =>
    modal.confirm({
      title: t("hq.enrol.revokeSure"), content: t("hq.enrol.revokeText"), okText: t("hq.enrol.revoke"), okButtonProps: { danger: true }, cancelText: t("admin.form.cancel"),
      onOk: async () => {
        await doing(() => ask("delete", "/api/v1/sites/{site_id}/certificates/{serial}", { site_id: siteId, serial }));
        await queries.invalidateQueries({ queryKey });
      },
    });
  type Row = NonNullable<typeof data>["items"][number];
  const columns = [
    { key: "issued", title: t("hq.enrol.issued"), render: (_: unknown, each: Row) => moment(each.issued_ms, i18n.language) },
    { key: "ends", title: t("hq.enrol.ends"), render: (_: unknown, each: Row) => moment(each.ends_ms, i18n.language) },
    {
      key: "act", title: "", render: (_: unknown, each: Row) =>
        each.revoked_ms ? <Tag>{t("hq.enrol.revoked")}</Tag> : <Button size="small" danger onClick={() => void revoke(each.serial)}>{t("hq.enrol.revoke")}</Button>,
    },
  ];
  return (
    <Section title={t("hq.enrol.title")}>
      <p className="quiet">{t("hq.enrol.text")}</p>
      <Button onClick={enrol}>{t("hq.enrol.token")}</Button>
      <Table size="small" rowKey="serial" columns={columns} dataSource={data?.items ?? []} pagination={false} style={{ marginTop: 12 }} locale={{ emptyText: <span className="quiet">{t("hq.enrol.none")}</span> }} />
      <SecretsOnce answer={token} fields={["token"]} onClose={() => setToken(null)} />
    </Section>
  );
}
