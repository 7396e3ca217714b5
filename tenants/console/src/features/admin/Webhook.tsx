/** Where the tenant's own systems are told what happens; the secret that signs it is shown once. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Form as Rows, Input, Space } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ask } from "@/api/client";
import { Problem } from "@/api/problem";
import type { Thing } from "@/features/admin/form/schema";
import { SecretsOnce } from "@/features/admin/resource/SecretsOnce";
import { useErrorText } from "@/parts/errors";
import { moment } from "@/parts/time";
import { useTenantId } from "@/session/context";

const PATH = "/api/v1/tenants/{tenant_id}/webhook";

export function Webhook() {
  const { t, i18n } = useTranslation();
  const { modal } = App.useApp();
  const errorText = useErrorText();
  const tenant_id = useTenantId();
  const queries = useQueryClient();
  const [secret, setSecret] = useState<Thing | null>(null);
  const [wrong, setWrong] = useState("");
  const queryKey = ["webhook", tenant_id];
  const { data: hook } = useQuery({
    queryKey,
    queryFn: async ({ signal }) => {
      try {
        return await ask("get", PATH, { tenant_id }, { signal });
      } catch (error) {
        if (error instanceof Problem && error.status === 404) return null;
        throw error;
      }
    },
  });
  const act = async (what: () => Promise<unknown>) => {
    setWrong("");
    try {
      await what();
    } catch (error) {
      setWrong(errorText(error));
    }
    await queries.invalidateQueries({ queryKey });
  };
  const save = ({ url }: { url: string }) => act(async () => setSecret((await ask("put", PATH, { tenant_id }, { body: { url } }))));
  const remove = () =>
    modal.confirm({ title: t("admin.webhook.removeSure"), okText: t("admin.webhook.remove"), okButtonProps: { danger: true }, cancelText: t("admin.form.cancel"), onOk: () => act(() => ask("delete", PATH, { tenant_id })) });
  if (hook === undefined) return null;
  return (
    <>
      <p className="quiet">{hook ? t("admin.webhook.since", { time: moment(hook.changed_ms, i18n.language) }) : t("admin.webhook.none")}</p>
      {wrong && <Alert type="error" showIcon title={wrong} role="alert" style={{ marginBottom: 12 }} />}
      <Rows<{ url: string }> key={hook?.url} layout="vertical" initialValues={{ url: hook?.url ?? "" }} onFinish={(values) => void save(values)}>
        <Rows.Item name="url" label={t("admin.fields.url")} extra={t("admin.webhook.help")} rules={[{ required: true, message: t("words.needed") }]}>
          <Input placeholder="https://crm.example.com/trunkline" maxLength={500} />
        </Rows.Item>
        <Space>
          <Button type="primary" htmlType="submit">{t("admin.webhook.save")}</Button>
          {hook && <Button danger onClick={() => void remove()}>{t("admin.webhook.remove")}</Button>}
        </Space>
      </Rows>
      <SecretsOnce answer={secret} fields={["secret"]} onClose={() => setSecret(null)} />
    </>
  );
}
