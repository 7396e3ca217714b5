/** What holds for the whole tenant: its rules, and whom it tells over a webhook. */
import "@/features/admin/texts";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Spin, Tabs } from "antd";
import { useTranslation } from "react-i18next";
import { ask } from "@/api/client";
import { setQuery, useQueryText } from "@/app/place";
import { Form } from "@/features/admin/form/Form";
import { changesOf, fieldsOf } from "@/features/admin/form/schema";
import { BODIES, standing, without } from "@/features/admin/shapes";
import { Webhook } from "@/features/admin/Webhook";
import { useRoles, useTenantId } from "@/session/context";

/** What the platform decides for its tenants. */
const OF_HQ = ["domain", "provider", "max_channels", "limits", "keep_audit_days", "keep_calls_days", "keep_recordings_days"];
const CHANGE = standing(BODIES.TenantPatch);

export default function Settings() {
  const { t } = useTranslation();
  const tab = new URLSearchParams(useQueryText()).get("tab") ?? "general";
  const items = [
    { key: "general", label: t("admin.settings.general"), children: <General /> },
    { key: "webhook", label: t("admin.settings.webhook"), children: <Webhook /> },
  ];
  return (
    <div className="page">
      <div className="page-head"><h1>{t("admin.settings.title")}</h1></div>
      <Tabs items={items} activeKey={tab} onChange={(key) => setQuery({ tab: key === "general" ? null : key })} destroyOnHidden style={{ maxWidth: 720 }} />
    </div>
  );
}

function General() {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const tenant_id = useTenantId();
  const queries = useQueryClient();
  const isHq = useRoles().has("hq");
  const queryKey = ["tenant", tenant_id];
  const { data } = useQuery({ queryKey, queryFn: ({ signal }) => ask("get", "/api/v1/tenants/{tenant_id}", { tenant_id }, { signal }) });
  if (!data) return <Spin />;
  const schema = isHq ? CHANGE : without(CHANGE, OF_HQ);
  const start = fieldsOf(schema, data);
  return (
    <Form key={JSON.stringify(start)} schema={schema} start={start} submit={t("admin.form.save")}
      onSubmit={async (value) => {
        await ask("patch", "/api/v1/tenants/{tenant_id}", { tenant_id }, { body: changesOf(schema, start, value) });
        void message.success(t("admin.form.saved"));
        await queries.invalidateQueries({ queryKey });
      }} />
  );
}
