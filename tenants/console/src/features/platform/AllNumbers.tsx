/** All numbers that HQ has from carriers, and to which tenant each is lent. */
import "@/features/platform/texts";
import { App, Select } from "antd";
import { useTranslation } from "react-i18next";
import { ask } from "@/api/client";
import { useChoices, useNameOf } from "@/features/admin/form/lookups";
import { ResourceScreen } from "@/features/admin/resource/ResourceScreen";
import type { ExtraProps, Resource } from "@/features/admin/resource/resource";
import { Section } from "@/features/admin/Section";
import { BODIES, standing } from "@/features/admin/shapes";
import { useDoing } from "@/parts/errors";

const NUMBERS: Resource = {
  name: "allNumbers",
  all: "/api/v1/numbers",
  one: "/api/v1/numbers/{id}",
  id: "number",
  columns: [
    { field: "number" },
    { field: "tenant_id", show: (id) => <TenantName id={id} /> },
    { field: "trunk_ids" },
    { field: "flow_id" },
    { field: "route_to" },
  ],
  create: BODIES.NewNumber,
  change: () => standing(BODIES.NumberPatch),
  removal: "restores",
  writers: ["hq"],
  Extra: Lending,
};

export default function AllNumbers() {
  return <ResourceScreen resource={NUMBERS} />;
}

function TenantName({ id }: { id: unknown }) {
  return useNameOf("tenants")(id);
}

function Lending({ row, onChanged }: ExtraProps) {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const doing = useDoing();
  const tenants = useChoices("tenants");
  const number = String(row.number);
  const lent = typeof row.tenant_id === "string" ? row.tenant_id : undefined;
  const lend = async (tenant_id: string | undefined) => {
    const act = () => (tenant_id === undefined ? ask("delete", "/api/v1/numbers/{number}/tenant", { number }) : ask("put", "/api/v1/numbers/{number}/tenant", { number }, { body: { tenant_id } }));
    if (await doing(act, t("admin.form.saved"))) onChanged();
  };
  const change = (tenant_id: string | undefined) => {
    if (lent === undefined) return void lend(tenant_id);
    return void modal.confirm({ title: t("hq.lending.sure"), content: t("hq.lending.text"), okText: t("words.yes"), cancelText: t("words.no"), okButtonProps: { danger: true }, onOk: () => lend(tenant_id) });
  };
  return (
    <Section title={t("hq.lending.title")}>
      <Select allowClear showSearch={{ optionFilterProp: "label" }} style={{ width: "100%" }} aria-label={t("hq.lending.title")} placeholder={t("hq.lending.nobody")}
        options={[...tenants]} value={lent} onChange={change} />
    </Section>
  );
}
