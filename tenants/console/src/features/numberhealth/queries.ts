/** How well the tenant's numbers are answered. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { ask } from "@/api/client";
import type { components } from "@/api/schema";
import { useTenantId } from "@/session/context";

export type NumberHealth = components["schemas"]["NumberHealthView"];
const HEALTH = "/api/v1/tenants/{tenant_id}/number-health";

export function useNumberHealth() {
  const tenant_id = useTenantId();
  return useQuery({ queryKey: ["number-health", tenant_id], queryFn: ({ signal }) => ask("get", HEALTH, { tenant_id }, { signal }), refetchInterval: 30_000 });
}

export function useWake() {
  const tenant_id = useTenantId();
  const queries = useQueryClient();
  return async (number: string) => {
    await ask("post", `${HEALTH}/{number}/wake`, { tenant_id, number });
    await queries.invalidateQueries({ queryKey: ["number-health", tenant_id] });
  };
}
