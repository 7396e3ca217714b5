/** What a field may name: the tenant's queues, people and so on, by the field's name. */
import { useQuery } from "@tanstack/react-query";
import { fill, send } from "@/api/client";
import { useSession } from "@/session/context";

export interface Choice {
  value: string;
  label: string;
}

type Row = Record<string, unknown>;

interface Lookup {
  path: string;
  id: string;
  label: string;
  /** Where those look who may not list the things themselves: what others name. */
  instead?: { path: string; id: string };
}

const TENANT = "/api/v1/tenants/{tenant_id}";
const LOOKUPS = {
  queues: { path: `${TENANT}/queues`, id: "queue_id", label: "name" },
  calendars: { path: `${TENANT}/calendars`, id: "calendar_id", label: "name" },
  flows: { path: `${TENANT}/flows`, id: "flow_id", label: "name" },
  prompts: { path: `${TENANT}/prompts`, id: "prompt_id", label: "name" },
  users: { path: `${TENANT}/users`, id: "user_id", label: "display_name" },
  stations: { path: `${TENANT}/stations`, id: "extension", label: "display_name" },
  lists: { path: `${TENANT}/lists`, id: "list_id", label: "name" },
  ownNumbers: { path: `${TENANT}/numbers`, id: "number", label: "number" },
  sites: { path: "/api/v1/sites", id: "site_id", label: "name", instead: { path: `${TENANT}/stations`, id: "site_id" } },
  trunks: { path: "/api/v1/trunks", id: "trunk_id", label: "name" },
  tenants: { path: "/api/v1/tenants", id: "tenant_id", label: "name" },
} satisfies Record<string, Lookup>;

export type LookupName = keyof typeof LOOKUPS;

const NAMED: Readonly<Record<string, LookupName>> = {
  queue_id: "queues", queues: "queues", calendar_id: "calendars", flow_id: "flows", prompt_id: "prompts", music: "prompts",
  comfort: "prompts", notice: "prompts", abandon_message: "prompts", message: "prompts", list_id: "lists", numbers: "ownNumbers",
  agents: "users", user_id: "users", own_agent: "users", route_to: "stations", site_id: "sites",
  trunk_ids: "trunks", tenant_ids: "tenants", tenant_id: "tenants",
};

/** What a field of this name chooses from; null where people write it themselves. */
export const lookupFor = (name: string): LookupName | null => NAMED[name] ?? null;

async function choicesOf(lookup: Lookup, tenantId: string | null, isHq: boolean, signal: AbortSignal): Promise<Choice[]> {
  const list = async (path: string) =>
    ((await send("GET", fill(path, { tenant_id: tenantId ?? "" }), { query: { limit: 500 }, signal })) as { items: Row[] }).items;
  if (isHq || !lookup.instead) return (await list(lookup.path)).map((row) => choice(String(row[lookup.id]), row[lookup.label]));
  const { path, id } = lookup.instead;
  return [...new Set((await list(path)).map((row) => String(row[id])))].map((value) => choice(value, ""));
}

function choice(value: string, name: unknown): Choice {
  const plain = typeof name === "string" ? name : "";
  return { value, label: plain === "" || plain === value ? value : isUuid(value) ? plain : `${plain} (${value})` };
}

const isUuid = (text: string): boolean => /^[0-9a-f]{8}-/.test(text);

export function useChoices(name: LookupName | null): readonly Choice[] {
  const { tenant, user } = useSession();
  const { data } = useQuery({
    queryKey: ["choices", tenant, name],
    queryFn: ({ signal }) => (name === null ? [] : choicesOf(LOOKUPS[name], tenant, user.is_hq_admin, signal)),
    enabled: name !== null && (tenant !== null || !LOOKUPS[name].path.startsWith(TENANT)),
    staleTime: 15_000,
  });
  return data ?? NONE;
}

const NONE: readonly Choice[] = [];

/** An id as people read it. */
export function useNameOf(name: LookupName): (id: unknown) => string {
  const choices = useChoices(name);
  return (id) => choices.find(({ value }) => value === id)?.label ?? (typeof id === "string" ? id : "");
}
