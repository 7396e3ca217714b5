/** Numbers that nobody calls: look one up, put it on the tenant's list, take it off again; and whole files of them. */
import "@/features/admin/texts";
import "@/features/donotcall/texts";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Form as Rows, Input, Popconfirm, Space, Table, Upload } from "antd";
import { UploadOutlined } from "@ant-design/icons";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ask, fill, send } from "@/api/client";
import { WRITERS } from "@/features/admin/resource/resource";
import { Section } from "@/features/admin/Section";
import { useErrorText, useDoing } from "@/parts/errors";
import { moment } from "@/parts/time";
import { useRoles, useTenantId } from "@/session/context";

const PATH = "/api/v1/tenants/{tenant_id}/do-not-call";

export default function DoNotCall() {
  const { t } = useTranslation();
  const roles = useRoles();
  const mayWrite = WRITERS.some((role) => roles.has(role));
  return (
    <div className="page">
      <div className="page-head"><h1>{t("shell.screens.do-not-call")}</h1></div>
      <div style={{ maxWidth: 760 }}>
        <OneNumber mayWrite={mayWrite} />
        {mayWrite && <Files />}
      </div>
    </div>
  );
}

function OneNumber({ mayWrite }: { mayWrite: boolean }) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const tenant_id = useTenantId();
  const [number, setNumber] = useState("");
  const [told, setTold] = useState<{ type: "success" | "warning" | "error"; text: string } | null>(null);
  const act = async (what: () => Promise<{ forbidden: boolean; scope: string | null; number: string }>) => {
    try {
      const found = await what();
      const text = found.forbidden ? t("donotcall.forbidden", { number: found.number, scope: t(`donotcall.scopes.${found.scope ?? "tenant"}`) }) : t("donotcall.free", { number: found.number });
      setTold({ type: found.forbidden ? "warning" : "success", text });
    } catch (error) {
      setTold({ type: "error", text: errorText(error) });
    }
  };
  const body = { number };
  return (
    <Rows layout="vertical" onFinish={() => void act(() => ask("post", `${PATH}/look-up`, { tenant_id }, { body }))}>
      <Rows.Item label={t("admin.fields.number")} htmlFor="dnc-number" extra={t("donotcall.help")}>
        <Input id="dnc-number" value={number} placeholder="+8613812345678" maxLength={16} onChange={(event) => setNumber(event.target.value.trim())} />
      </Rows.Item>
      {told && <Alert type={told.type} showIcon title={told.text} role="status" style={{ marginBottom: 12 }} />}
      <Space>
        <Button type="primary" htmlType="submit" disabled={number === ""}>{t("donotcall.lookUp")}</Button>
        <Button disabled={number === ""} onClick={() => void act(() => ask("post", `${PATH}/numbers`, { tenant_id }, { body: { number, source: "letter" } }))}>{t("donotcall.add")}</Button>
        {mayWrite && <Popconfirm title={t("donotcall.removeSure")} okText={t("words.yes")} cancelText={t("words.no")} onConfirm={() => void act(() => ask("post", `${PATH}/remove`, { tenant_id }, { body }))}>
          <Button danger disabled={number === ""}>{t("donotcall.remove")}</Button>
        </Popconfirm>}
      </Space>
    </Rows>
  );
}

function Files() {
  const { t, i18n } = useTranslation();
  const { message } = App.useApp();
  const doing = useDoing();
  const tenant_id = useTenantId();
  const queries = useQueryClient();
  const queryKey = ["dnc-files", tenant_id];
  const { data } = useQuery({
    queryKey, queryFn: ({ signal }) => ask("get", `${PATH}/files`, { tenant_id }, { signal }),
    refetchInterval: (query) => (query.state.data?.items.some(({ state }) => state === "waiting") ? 3_000 : false),
  });
  const change = async (what: () => Promise<unknown>) => {
    await doing(what);
    await queries.invalidateQueries({ queryKey });
  };
  const upload = (file: File) => {
    const id = file.name.toLowerCase().replace(/\.\w+$/, "").replace(/[^a-z0-9]+/g, "-").replace(/^[^a-z]+|-+$/g, "").slice(0, 32);
    if (id.length < 2) return void message.error(t("donotcall.name"));
    return void change(() => send("PUT", fill(`${PATH}/files/{file_id}`, { tenant_id, file_id: id }), { file }));
  };
  const columns = [
    { key: "file_id", dataIndex: "file_id", title: t("admin.fields.file_id") },
    { key: "numbers", dataIndex: "numbers", title: t("donotcall.numbers") },
    { key: "state", title: t("admin.fields.state"), render: (_: unknown, { state, reason }: { state: string; reason: string | null }) => `${t(`donotcall.states.${state}`)} ${reason ?? ""}` },
    { key: "changed_ms", title: t("admin.fields.changed_ms"), render: (_: unknown, row: { changed_ms: number }) => moment(row.changed_ms, i18n.language) },
    {
      key: "acts", title: "", render: (_: unknown, { file_id }: { file_id: string }) => (
        <Popconfirm title={t("donotcall.removeFileSure")} okText={t("words.yes")} cancelText={t("words.no")} onConfirm={() => void change(() => ask("delete", `${PATH}/files/{file_id}`, { tenant_id, file_id }))}>
          <Button size="small" danger aria-label={t("admin.form.takeAwayNamed", { name: file_id })}>{t("donotcall.remove")}</Button>
        </Popconfirm>
      ),
    },
  ];
  return (
    <Section title={t("donotcall.files")}>
      <Table size="small" rowKey="file_id" columns={columns} dataSource={data?.items ?? []} pagination={false} style={{ marginBottom: 12 }} locale={{ emptyText: <span className="quiet">{t("admin.list.none")}</span> }} />
      <Upload accept=".txt,.csv" showUploadList={false} beforeUpload={(file) => { upload(file); return false; }}>
        <Button icon={<UploadOutlined />}>{t("donotcall.upload")}</Button>
      </Upload>
    </Section>
  );
}
