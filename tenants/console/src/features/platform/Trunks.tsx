/** Trunks: HQ's lines to its carriers. */
import "@/features/platform/texts";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button } from "antd";
import { useTranslation } from "react-i18next";
import { ask } from "@/api/client";
import { ResourceScreen } from "@/features/admin/resource/ResourceScreen";
import type { ExtraProps, Resource } from "@/features/admin/resource/resource";
import { Section } from "@/features/admin/Section";
import { BODIES, standing } from "@/features/admin/shapes";
import { Load } from "@/features/platform/Platform";
import { usePlatformStatus } from "@/features/platform/status";
import { useDoing } from "@/parts/errors";
import { moment } from "@/parts/time";

const TRUNKS: Resource = {
  name: "trunks",
  all: "/api/v1/trunks",
  one: "/api/v1/trunks/{id}",
  id: "trunk_id",
  columns: [
    { field: "trunk_id" },
    { field: "name" },
    { field: "enabled" },
    { field: "priority" },
    { field: "channels", show: (_, row) => <Channels trunkId={String(row.trunk_id)} /> },
    { field: "registers" },
    { field: "media" },
  ],
  create: BODIES.NewTrunk,
  change: () => standing(BODIES.TrunkPatch, ["credentials", "country_code"]),
  neverRead: ["credentials"],
  removal: "restores",
  writers: ["hq"],
  Extra: TrunkExtra,
};

export default function Trunks() {
  return <ResourceScreen resource={TRUNKS} />;
}

function Channels({ trunkId }: { trunkId: string }) {
  const health = usePlatformStatus()?.trunks.find((each) => each.trunk_id === trunkId);
  return health ? <Load used={health.channels} all={health.max_channels} label={trunkId} /> : null;
}

function TrunkExtra({ row, onChanged }: ExtraProps) {
  return (
    <>
      <RefusedMedia trunkId={String(row.trunk_id)} onChanged={onChanged} />
      {row.credentials !== null && <NoCredentials trunkId={String(row.trunk_id)} onChanged={onChanged} />}
    </>
  );
}

/** Where the carrier said its media comes from, and may not: calls were refused for it. */
function RefusedMedia({ trunkId, onChanged }: { trunkId: string; onChanged: () => void }) {
  const { t, i18n } = useTranslation();
  const { modal } = App.useApp();
  const doing = useDoing();
  const queries = useQueryClient();
  const queryKey = ["media-refused", trunkId];
  const { data } = useQuery({ queryKey, queryFn: ({ signal }) => ask("get", "/api/v1/trunks/{trunk_id}/media-refused", { trunk_id: trunkId }, { signal }) });
  const allow = (address: string) =>
    modal.confirm({
      title: t("hq.media.sure", { address }), content: t("hq.media.text"), okText: t("hq.media.allow"), cancelText: t("admin.form.cancel"),
      onOk: async () => {
        await doing(() => ask("post", "/api/v1/trunks/{trunk_id}/media-refused/allow", { trunk_id: trunkId }, { body: { address } }), t("admin.form.saved"));
        onChanged();
        await queries.invalidateQueries({ queryKey });
      },
    });
  if (!data || data.items.length === 0) return null;
  return (
    <Section title={t("hq.media.title")}>
      {data.items.map(({ address, at_ms }) => (
        <p key={address}>
          <code>{address}</code> <span className="quiet">{moment(at_ms, i18n.language)}</span>{" "}
          <Button size="small" onClick={() => void allow(address)}>{t("hq.media.allow")}</Button>
        </p>
      ))}
    </Section>
  );
}

function NoCredentials({ trunkId, onChanged }: { trunkId: string; onChanged: () => void }) {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const doing = useDoing();
  const remove = () =>
    modal.confirm({
      title: t("hq.credentials.sure"), okText: t("hq.credentials.remove"), okButtonProps: { danger: true }, cancelText: t("admin.form.cancel"),
      onOk: async () => {
        if (await doing(() => ask("delete", "/api/v1/trunks/{trunk_id}/credentials", { trunk_id: trunkId }), t("admin.form.saved"))) onChanged();
      },
    });
  return (
    <Section title={t("admin.fields.credentials")}>
      <Button danger onClick={() => void remove()}>{t("hq.credentials.remove")}</Button>
    </Section>
  );
}
