/** Whom HQ's edges do not listen to, why, until when; and how they listen again. */
import "@/features/platform/texts";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Input, Table, Tag } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ask } from "@/api/client";
import type { BanView } from "@/api/shapes";
import { useDoing, useErrorText } from "@/parts/errors";
import { moment } from "@/parts/time";

const AGAIN_MS = 3_000;
const key = ["bans"];

export default function Bans() {
  const { t, i18n } = useTranslation();
  const { modal } = App.useApp();
  const doing = useDoing();
  const errorText = useErrorText();
  const queries = useQueryClient();
  const [filter, setFilter] = useState("");
  const { data, error, isPending } = useQuery({ queryKey: key, queryFn: ({ signal }) => ask("get", "/api/v1/platform/bans", {}, { signal }), refetchInterval: AGAIN_MS });
  const lift = ({ address, account }: BanView) =>
    modal.confirm({
      title: t("hq.bansOf.sure", { who: account ?? address }), content: t("hq.bansOf.text"), okText: t("hq.bansOf.lift"), cancelText: t("admin.form.cancel"),
      onOk: async () => {
        await doing(() => ask("post", "/api/v1/platform/bans/lift", {}, { body: { address, account: account ?? "" } }), t("hq.bansOf.lifted"));
        await queries.invalidateQueries({ queryKey: key });
      },
    });
  const found = (data?.items ?? []).filter((ban) => `${ban.address} ${ban.account ?? ""} ${ban.reason}`.includes(filter.trim()));
  const columns = [
    { key: "address", dataIndex: "address", title: t("hq.bansOf.address") },
    { key: "account", dataIndex: "account", title: t("hq.bansOf.account") },
    { key: "reason", title: t("hq.bansOf.reason"), render: (_: unknown, ban: BanView) => <Tag>{t(`hq.bansOf.reasons.${ban.reason}`)}</Tag> },
    { key: "since", title: t("hq.bansOf.since"), render: (_: unknown, ban: BanView) => moment(ban.since_ms, i18n.language) },
    { key: "until", title: t("hq.bansOf.until"), render: (_: unknown, ban: BanView) => moment(ban.until_ms, i18n.language) },
    { key: "edges", title: t("hq.edges"), render: (_: unknown, ban: BanView) => ban.edges.join(", ") },
    { key: "act", title: "", render: (_: unknown, ban: BanView) => <Button size="small" aria-label={t("hq.bansOf.liftOf", { who: ban.account ?? ban.address })} onClick={() => void lift(ban)}>{t("hq.bansOf.lift")}</Button> },
  ];
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t("shell.screens.bans")}</h1>
        <Input.Search allowClear style={{ width: 220 }} aria-label={t("admin.list.filter")} placeholder={t("admin.list.filter")} value={filter} onChange={(event) => setFilter(event.target.value)} />
      </div>
      {error && <Alert type="error" showIcon title={errorText(error)} role="alert" />}
      {data && data.silent_edges.length > 0 && <Alert type="warning" showIcon title={t("hq.bansOf.silent", { edges: data.silent_edges.join(", ") })} />}
      <Table<BanView> size="small" rowKey={(ban) => `${ban.address} ${ban.account ?? ""}`} columns={columns} dataSource={found} loading={isPending} pagination={found.length > 50 ? { pageSize: 50 } : false}
        locale={{ emptyText: <span className="quiet">{t("hq.bansOf.none")}</span> }} />
    </div>
  );
}
