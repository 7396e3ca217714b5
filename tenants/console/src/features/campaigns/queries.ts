/** What the screens of campaigns ask the control plane. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { ask } from "@/api/client";
import type { Thing } from "@/features/admin/form/schema";
import { useTenantId } from "@/session/context";

const ONE = "/api/v1/tenants/{tenant_id}/campaigns/{campaign_id}";
const [AGAIN_MS, AT_REST_MS] = [2_000, 15_000];

export function useCampaign(campaign_id: string) {
  const tenant_id = useTenantId();
  return useQuery({
    queryKey: ["campaign", tenant_id, campaign_id],
    queryFn: ({ signal }) => ask("get", ONE, { tenant_id, campaign_id }, { signal }),
    refetchInterval: 10_000,
  });
}

/** Looked at again and again: soon while it runs. */
export function useFigures(campaign_id: string, isRunning: boolean) {
  const tenant_id = useTenantId();
  return useQuery({
    queryKey: ["campaign-figures", tenant_id, campaign_id],
    queryFn: ({ signal }) => ask("get", `${ONE}/figures`, { tenant_id, campaign_id }, { signal }),
    refetchInterval: isRunning ? AGAIN_MS : AT_REST_MS,
  });
}

export function useCampaignActs(campaign_id: string) {
  const tenant_id = useTenantId();
  const queries = useQueryClient();
  const ids = { tenant_id, campaign_id };
  const refresh = () =>
    Promise.all(["campaign", "campaign-figures", "campaign-live"].map((name) => queries.invalidateQueries({ queryKey: [name, tenant_id, campaign_id] })).concat(queries.invalidateQueries({ queryKey: ["things", tenant_id, "campaigns"] })));
  const done = async (answer: Promise<unknown>) => {
    await answer;
    await refresh();
  };
  return {
    refresh,
    start: (anew: boolean) => done(ask("post", `${ONE}/start`, ids, { body: { anew } })),
    pause: () => done(ask("post", `${ONE}/pause`, ids)),
    stop: () => done(ask("post", `${ONE}/stop`, ids)),
    change: (body: Thing) => done(ask("patch", ONE, ids, { body: body })),
  };
}
