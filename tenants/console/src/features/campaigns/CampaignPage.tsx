/** A campaign that is open: how it stands, its settings, who has its leads, and what it would come to. */
import { Alert, Spin, Tabs } from "antd";
import { useTranslation } from "react-i18next";
import { goTo, setQuery, useQueryText } from "@/app/place";
import { WRITERS, type Resource } from "@/features/admin/resource/resource";
import { Removal } from "@/features/admin/resource/ThingDrawer";
import { CampaignActs } from "@/features/campaigns/CampaignActs";
import { CampaignState } from "@/features/campaigns/CampaignState";
import { useCampaign } from "@/features/campaigns/queries";
import { Settings } from "@/features/campaigns/Settings";
import { useFieldWords } from "@/features/admin/form/words";
import { useErrorText } from "@/parts/errors";
import { ScreenLink } from "@/parts/ScreenLink";
import { useRoles } from "@/session/context";

export function CampaignPage({ campaignId, resource }: { campaignId: string; resource: Resource }) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const words = useFieldWords();
  const roles = useRoles();
  const { data: campaign, error } = useCampaign(campaignId);
  const tab = new URLSearchParams(useQueryText()).get("tab") ?? "settings";
  const mayWrite = WRITERS.some((role) => roles.has(role));
  if (!campaign) return <div className="page">{error ? <Alert type="error" showIcon title={errorText(error)} role="alert" /> : <Spin />}</div>;
  const isArchived = campaign.archived_ms !== null;
  const isSettled = campaign.state === "draft" || campaign.state === "stopped";
  const readOnly = !mayWrite || isArchived;
  const items = [{ key: "settings", label: t("campaigns.tabs.settings"), children: <Settings campaign={campaign} readOnly={readOnly} /> }];
  return (
    <div className="page">
      <div className="page-head">
        <h1>{campaign.name === "" ? campaign.campaign_id : campaign.name}</h1>
        <CampaignState state={campaign.state} />
        <span className="quiet">{words.choice(campaign.kind)}</span>
        <div className="end">
          <ScreenLink href="/campaigns">{t("campaigns.all")}</ScreenLink>
          {mayWrite && isSettled && <Removal resource={resource} row={campaign} isArchived={isArchived} onDone={() => goTo("/campaigns")} />}
          {!readOnly && <CampaignActs campaign={campaign} />}
        </div>
      </div>
      <Tabs items={items} activeKey={tab} onChange={(key) => setQuery({ tab: key })} destroyOnHidden />
    </div>
  );
}
