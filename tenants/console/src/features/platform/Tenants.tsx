/** Tenants: whom the platform serves, and what bounds their calls. */
import "@/features/platform/texts";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Tag } from "antd";
import { useTranslation } from "react-i18next";
import { ask } from "@/api/client";
import { ResourceScreen } from "@/features/admin/resource/ResourceScreen";
import type { ExtraProps, Resource } from "@/features/admin/resource/resource";
import { Section } from "@/features/admin/Section";
import { BODIES, standing } from "@/features/admin/shapes";
import { useDoing } from "@/parts/errors";
import { SESSION } from "@/session/context";
import { chooseTenant } from "@/session/session";

const TENANTS: Resource = {
  name: "tenants",
  all: "/api/v1/tenants",
  one: "/api/v1/tenants/{id}",
  id: "tenant_id",
  columns: [
    { field: "tenant_id" },
    { field: "name" },
    { field: "domain" },
    { field: "provider" },
    { field: "max_channels" },
    { field: "spent", show: (_, row) => (row.archived_ms === null ? <Spent tenantId={String(row.tenant_id)} /> : null) },
  ],
  create: BODIES.NewTenant,
  change: () => standing(BODIES.TenantPatch),
  removal: "restores",
  writers: ["hq"],
  Extra: TenantExtra,
};

export default function Tenants() {
  return <ResourceScreen resource={TENANTS} />;
}

const COLOURS: Readonly<Record<string, string>> = { near: "warning", reached: "error", stopped: "error" };

/** What the tenant's calls have cost today, beside its limit. */
function Spent({ tenantId }: { tenantId: string }) {
  const { t } = useTranslation();
  const { data } = useQuery({
    queryKey: ["spend", tenantId],
    queryFn: ({ signal }) => ask("get", "/api/v1/tenants/{tenant_id}/spend", { tenant_id: tenantId }, { signal }),
    refetchInterval: 30_000,
  });
  if (!data) return null;
  const colour = COLOURS[data.level];
  return (
    <span className="figures">
      {data.spent.toFixed(2)}{data.limit === null ? "" : ` / ${data.limit.toFixed(2)}`} {colour && <Tag color={colour}>{t(`hq.spend.${data.level}`)}</Tag>}
    </span>
  );
}

/** Its own things are on the tenant's screens. */
function TenantExtra({ row }: ExtraProps) {
  const { t } = useTranslation();
  const doing = useDoing();
  const queries = useQueryClient();
  const go = () => void doing(async () => queries.setQueryData(SESSION, await chooseTenant(String(row.tenant_id))));
  return (
    <Section title={t("hq.tenants.things")}>
      <Button onClick={go}>{t("hq.tenants.choose", { name: String(row.name) })}</Button>
    </Section>
  );
}
