/** Phones and browsers that people sit at. */
import "@/features/admin/texts";
import { App, Button, Select, Space } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { fill, send } from "@/api/client";
import { useChoices, useNameOf } from "@/features/admin/form/lookups";
import type { Thing } from "@/features/admin/form/schema";
import { ResourceScreen } from "@/features/admin/resource/ResourceScreen";
import type { ExtraProps, Resource } from "@/features/admin/resource/resource";
import { SecretsOnce } from "@/features/admin/resource/SecretsOnce";
import { Section } from "@/features/admin/Section";
import { BODIES, standing } from "@/features/admin/shapes";
import { useDoing } from "@/parts/errors";
import { useTenantId } from "@/session/context";

const ONE = "/api/v1/tenants/{tenant_id}/stations/{id}";

const STATIONS: Resource = {
  name: "stations",
  all: "/api/v1/tenants/{tenant_id}/stations",
  one: ONE,
  id: "extension",
  columns: [
    { field: "extension" },
    { field: "display_name" },
    { field: "user_id", show: (id) => <UserName id={id} /> },
    { field: "site_id" },
    { field: "media" },
    { field: "domain" },
  ],
  create: BODIES.NewStation,
  change: () => standing(BODIES.StationPatch),
  removal: "restores",
  secrets: ["extension", "domain", "password"],
  Extra: StationExtra,
};

export default function Stations() {
  return <ResourceScreen resource={STATIONS} />;
}

function UserName({ id }: { id: unknown }) {
  return useNameOf("users")(id);
}

function StationExtra({ row, readOnly, onChanged }: ExtraProps) {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const doing = useDoing();
  const tenant_id = useTenantId();
  const [secret, setSecret] = useState<Thing | null>(null);
  const users = useChoices("users");
  const path = fill(ONE, { tenant_id, id: String(row.extension) });
  if (readOnly) return null;
  const seat = async (user_id: string | undefined) => {
    if (await doing(() => send("PUT", `${path}/user`, { body: { user_id: user_id ?? null } }), t("admin.form.saved"))) onChanged();
  };
  const renew = () =>
    modal.confirm({
      title: t("admin.stations.newPassword"), content: t("admin.stations.newPasswordText"), okText: t("admin.stations.newPassword"), cancelText: t("admin.form.cancel"),
      onOk: () => doing(async () => setSecret((await send("PUT", `${path}/password`, { body: {} })) as Thing)),
    });
  return (
    <>
      <Section title={t("admin.stations.seat")}>
        <Select allowClear showSearch={{ optionFilterProp: "label" }} style={{ width: "100%" }} aria-label={t("admin.stations.seat")} placeholder={t("admin.stations.nobody")}
          options={[...users]} value={typeof row.user_id === "string" ? row.user_id : undefined} onChange={(id: string | undefined) => void seat(id)} />
      </Section>
      <Section title={t("admin.stations.phone")}>
        <Space>
          <Button onClick={() => void renew()}>{t("admin.stations.newPassword")}</Button>
        </Space>
      </Section>
      <SecretsOnce answer={secret} fields={["username", "domain", "password"]} onClose={() => setSecret(null)} />
    </>
  );
}
