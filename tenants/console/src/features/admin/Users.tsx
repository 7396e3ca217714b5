/** A tenant's people: who signs in here, as what, of which teams, and at which station they sit. */
import "@/features/admin/texts";
import { App, Space, Tag } from "antd";
import { useTranslation } from "react-i18next";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { fill, send } from "@/api/client";
import { Form } from "@/features/admin/form/Form";
import { changesOf, fieldsOf, type Thing } from "@/features/admin/form/schema";
import { Person } from "@/features/admin/People";
import { ResourceScreen } from "@/features/admin/resource/ResourceScreen";
import type { ExtraProps, Resource } from "@/features/admin/resource/resource";
import { Section } from "@/features/admin/Section";
import { BODIES, only, ordered, standing } from "@/features/admin/shapes";
import { ScreenLink } from "@/parts/ScreenLink";
import { useSession, useTenantId } from "@/session/context";

const ONE = "/api/v1/tenants/{tenant_id}/users/{id}";

const LABELS = { name: "sign_in_name" };
const CHANGE = ordered(standing(BODIES.TenantUserPatch), ["display_name", "roles", "teams"]);
const SKILLS = standing(BODIES.AgentPatch);
const USERS: Resource = {
  name: "users",
  all: "/api/v1/tenants/{tenant_id}/users",
  one: ONE,
  id: "user_id",
  columns: [
    { field: "display_name" },
    { field: "username" },
    { field: "roles" },
    { field: "teams" },
    { field: "enabled", show: (enabled) => <Enabled isOn={enabled === true} /> },
    { field: "second_factor" },
  ],
  create: BODIES.NewTenantUser,
  // Of people of others, such as an outsourcing firm's, a tenant's managers say only of which teams they are.
  change: ({ belongs_here }) => (belongs_here === true ? CHANGE : only(CHANGE, ["teams"])),
  removal: "restores",
  nameField: "name",
  labels: LABELS,
  Extra: UserExtra,
};

export default function Users() {
  return <ResourceScreen resource={USERS} />;
}

function Enabled({ isOn }: { isOn: boolean }) {
  const { t } = useTranslation();
  return isOn ? t("words.yes") : <Tag color="warning">{t("admin.users.disabled")}</Tag>;
}

function UserExtra({ row, readOnly, onChanged }: ExtraProps) {
  const tenant_id = useTenantId();
  const isAgent = Array.isArray(row.roles) && row.roles.includes("agent");
  return (
    <>
      <Person row={row} readOnly={readOnly} onChanged={onChanged} path={fill(ONE, { tenant_id, id: String(row.user_id) })} />
      <Seats userId={String(row.user_id)} />
      {isAgent && <AgentPart userId={String(row.user_id)} readOnly={readOnly} />}
    </>
  );
}

/** Where the person sits; seats are changed at the station. */
function Seats({ userId }: { userId: string }) {
  const { t } = useTranslation();
  const tenant_id = useTenantId();
  const { data } = useQuery({
    queryKey: ["seats", tenant_id, userId],
    queryFn: async ({ signal }) =>
      ((await send("GET", fill("/api/v1/tenants/{tenant_id}/stations", { tenant_id }), { query: { user_id: userId, limit: 50 }, signal })) as { items: Thing[] }).items,
  });
  return (
    <Section title={t("admin.users.seats")}>
      {data?.length === 0 && <p className="quiet">{t("admin.users.noSeat")}</p>}
      <Space wrap>
        {(data ?? []).map(({ extension }) => (
          <ScreenLink key={String(extension)} href={`/stations?open=${String(extension)}`}>{String(extension)}</ScreenLink>
        ))}
      </Space>
    </Section>
  );
}

/** What an agent can, and which queues they serve. */
function AgentPart({ userId, readOnly }: { userId: string; readOnly: boolean }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const tenant_id = useTenantId();
  const isHq = useSession().user.is_hq_admin;
  const queries = useQueryClient();
  const path = fill("/api/v1/tenants/{tenant_id}/agents/{id}", { tenant_id, id: userId });
  const { data } = useQuery({ queryKey: ["agent", tenant_id, userId], queryFn: async ({ signal }) => (await send("GET", path, { signal })) as Thing });
  if (!data) return null;
  const schema = data.belongs_here === true || isHq ? SKILLS : only(SKILLS, ["queues"]);
  const start = fieldsOf(schema, data);
  return (
    <Section title={t("admin.users.agent")}>
      <Form key={JSON.stringify(start)} schema={schema} start={start} readOnly={readOnly} submit={t("admin.form.save")}
        onSubmit={async (value) => {
          await send("PATCH", path, { body: changesOf(schema, start, value) });
          void message.success(t("admin.form.saved"));
          await queries.invalidateQueries({ queryKey: ["agent", tenant_id, userId] });
        }} />
    </Section>
  );
}

