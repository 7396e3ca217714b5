/** What the screens of lists ask the control plane. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { ask, fill } from "@/api/client";
import type { components } from "@/api/schema";
import type { Mapping } from "@/features/lists/mapping";
import { againMs, isUnderWay } from "@/features/lists/model";
import { useTenantId } from "@/session/context";

const ALL = "/api/v1/tenants/{tenant_id}/lists";
const ONE = `${ALL}/{list_id}` as const;
const TEMPLATES = "/api/v1/tenants/{tenant_id}/list-templates";

/** A list; while a worker has it, it is looked at again. */
export function useList(list_id: string) {
  const tenant_id = useTenantId();
  return useQuery({
    queryKey: ["list", tenant_id, list_id],
    queryFn: ({ signal }) => ask("get", ONE, { tenant_id, list_id }, { signal }),
    refetchInterval: ({ state }) => (state.data && isUnderWay(state.data.state) ? againMs(state.dataUpdateCount) : false),
  });
}

export function useTemplates() {
  const tenant_id = useTenantId();
  return useQuery({
    queryKey: ["list-templates", tenant_id],
    queryFn: ({ signal }) => ask("get", TEMPLATES, { tenant_id }, { query: { limit: 200 }, signal }),
  }).data?.items;
}

export function useListActs() {
  const tenant_id = useTenantId();
  const queries = useQueryClient();
  const refresh = (list_id: string) =>
    Promise.all([
      queries.invalidateQueries({ queryKey: ["list", tenant_id, list_id] }),
      queries.invalidateQueries({ queryKey: ["things", tenant_id, "lists"] }),
      queries.invalidateQueries({ queryKey: ["choices", tenant_id] }),
    ]);
  return {
    tenantId: tenant_id,
    create: (body: components["schemas"]["NewList"]) => ask("post", ALL, { tenant_id }, { body }),
    look: (list_id: string) => ask("get", ONE, { tenant_id, list_id }),
    begin: async (list_id: string, parts: number, again: boolean, mapping: Mapping | null) => {
      await ask("post", `${ONE}/import`, { tenant_id, list_id }, { body: { parts, again, mapping } });
      await refresh(list_id);
    },
    refresh,
    saveTemplate: async (template_id: string, mapping: Mapping) => {
      await ask("put", `${TEMPLATES}/{template_id}`, { tenant_id, template_id }, { body: mapping });
      await queries.invalidateQueries({ queryKey: ["list-templates", tenant_id] });
    },
    dropTemplate: async (template_id: string) => {
      await ask("delete", `${TEMPLATES}/{template_id}`, { tenant_id, template_id });
      await queries.invalidateQueries({ queryKey: ["list-templates", tenant_id] });
    },
  };
}

export const refusedAddress = (tenant_id: string, list_id: string): string => fill(`${ONE}/refused`, { tenant_id, list_id });
