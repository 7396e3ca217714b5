/** What an agent asks of the campaigns that they work for. */
import { useQuery } from "@tanstack/react-query";
import { ask } from "@/api/client";
import { useEvents } from "@/events/EventsProvider";
import { dueIn, servedBy, type CallBackView, type CampaignView } from "@/features/leads/model";
import { utcDay } from "@/parts/time";
import { useSession, useTenantId } from "@/session/context";

const TENANT = "/api/v1/tenants/{tenant_id}";
const ONE = `${TENANT}/campaigns/{campaign_id}` as const;
const DAY_MS = 86_400_000;

export function useMyCampaigns(): readonly CampaignView[] {
  const tenant_id = useTenantId();
  const { user } = useSession();
  const { data } = useQuery({
    queryKey: ["my-campaigns", tenant_id],
    queryFn: ({ signal }) => ask("get", `${TENANT}/campaigns`, { tenant_id }, { query: { limit: 200 }, signal }),
    refetchInterval: 60_000,
  });
  return servedBy(data?.items ?? [], user.id);
}

/** What an agent does with the leads of one campaign. */
export function leadActs(tenant_id: string, campaign_id: string) {
  const ids = { tenant_id, campaign_id };
  return {
    next: () => ask("post", `${ONE}/preview`, ids),
    dial: (lead_id: string) => ask("post", `${ONE}/leads/{lead_id}/dial`, { ...ids, lead_id }),
    skip: (lead_id: string, reason: string, again_seconds: number) => ask("post", `${ONE}/leads/{lead_id}/skip`, { ...ids, lead_id }, { body: { reason, again_seconds } }),
    dispose: (lead_id: string, body: { disposition: string; call_id: string | null; form: Record<string, string | number | boolean>; call_back: { at: string; time_zone: null; for_me: boolean } | null }) =>
      ask("put", `${ONE}/leads/{lead_id}/disposition`, { ...ids, lead_id }, { body }),
  };
}

export interface DueCall extends CallBackView {
  campaign: CampaignView;
}

/** What was agreed with customers for today, here. */
export function useCallBacks(campaigns: readonly CampaignView[]) {
  const tenant_id = useTenantId();
  const { user } = useSession();
  const fromMs = new Date(useEvents().serverNow()).setHours(0, 0, 0, 0);
  const ids = campaigns.map(({ campaign_id }) => campaign_id);
  // A day here is parts of two days of UTC.
  const days = [...new Set([utcDay(fromMs), utcDay(fromMs + DAY_MS - 1)])];
  return useQuery({
    queryKey: ["call-backs", tenant_id, days, ids],
    queryFn: async ({ signal }) => {
      const asked = campaigns.flatMap((campaign) => days.map(async (day) => {
        const { items } = await ask("get", `${ONE}/call-backs`, { tenant_id, campaign_id: campaign.campaign_id }, { query: { day }, signal });
        return items.map((item): DueCall => ({ ...item, campaign }));
      }));
      // A campaign of another team's is none of mine, and no reason to show nothing of the others.
      const found = (await Promise.allSettled(asked)).flatMap((each) => (each.status === "fulfilled" ? each.value : []));
      return dueIn(found, user.id, fromMs, fromMs + DAY_MS) as readonly DueCall[];
    },
    enabled: ids.length > 0,
    refetchInterval: 60_000,
  });
}
