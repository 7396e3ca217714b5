/** How a campaign runs, looked at again when one of its calls changes, and now and then. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { ask } from "@/api/client";
import { useLiveCalls } from "@/events/topics";
import { changesOf, withSample, type Sample } from "@/features/campaigns/live";
import { useTenantId } from "@/session/context";

const [SOON_MS, AGAIN_MS, AT_REST_MS] = [400, 3_000, 15_000];

export function useLive(campaign_id: string, isRunning: boolean) {
  const tenant_id = useTenantId();
  const queries = useQueryClient();
  const changes = changesOf(useLiveCalls(), campaign_id);
  const [samples, setSamples] = useState<readonly Sample[]>([]);
  const { data, error } = useQuery({
    queryKey: ["campaign-live", tenant_id, campaign_id],
    queryFn: ({ signal }) => ask("get", "/api/v1/tenants/{tenant_id}/campaigns/{campaign_id}/running", { tenant_id, campaign_id }, { signal }),
    refetchInterval: isRunning ? AGAIN_MS : AT_REST_MS,
  });
  const last = samples.at(-1);
  if (data && last?.atMs !== data.at_ms && (last?.atMs ?? 0) < data.at_ms) setSamples(withSample(samples, data));
  useEffect(() => {
    if (changes === "") return;
    // Calls change many times a second: one look is enough for all that did meanwhile.
    const timer = setTimeout(() => {
      for (const name of ["campaign-live", "campaign-figures"]) void queries.invalidateQueries({ queryKey: [name, tenant_id, campaign_id] });
    }, SOON_MS);
    return () => clearTimeout(timer);
  }, [changes, queries, tenant_id, campaign_id]);
  return { live: data, samples, error };
}
