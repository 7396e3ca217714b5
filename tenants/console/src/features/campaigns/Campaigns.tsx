/** Campaigns: all of them, and one that is open. */
import "@/features/admin/texts";
import "@/features/campaigns/texts";
import { useQueryText } from "@/app/place";
import { ResourceScreen } from "@/features/admin/resource/ResourceScreen";
import type { Resource } from "@/features/admin/resource/resource";
import { CampaignPage } from "@/features/campaigns/CampaignPage";
import { CampaignState } from "@/features/campaigns/CampaignState";
import { NEW_CAMPAIGN, USUAL, type CampaignView } from "@/features/campaigns/settings";

const CAMPAIGNS: Resource = {
  name: "campaigns",
  all: "/api/v1/tenants/{tenant_id}/campaigns",
  one: "/api/v1/tenants/{tenant_id}/campaigns/{id}",
  id: "campaign_id",
  columns: [
    { field: "campaign_id" },
    { field: "name" },
    { field: "kind" },
    { field: "state", show: (value) => <CampaignState state={value as CampaignView["state"]} /> },
    { field: "queue_id" },
    { field: "lists", show: (value) => (value as CampaignView["lists"] ?? []).map(({ list_id }) => list_id).join(", ") },
    { field: "started_ms" },
  ],
  create: NEW_CAMPAIGN,
  toBody: (body) => ({ ...USUAL, ...body }),
  labels: { kind: "campaign_kind", regions: "region_numbers" },
  removal: "restores",
  href: (id) => `/campaigns?campaign=${encodeURIComponent(id)}`,
};

export default function Campaigns() {
  const id = new URLSearchParams(useQueryText()).get("campaign");
  return id === null ? <ResourceScreen resource={CAMPAIGNS} /> : <CampaignPage key={id} campaignId={id} resource={CAMPAIGNS} />;
}
