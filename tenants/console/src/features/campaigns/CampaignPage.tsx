/** A campaign that is open: how it stands, its settings, who has its leads, and what it would come to. */
import { Alert, Spin, Tabs } from "antd";
import { useTranslation } from "react-i18next";
import { goTo, setQuery, useQueryText } from "@/app/place";
import { WRITERS, type Resource } from "@/features/admin/resource/resource";
import { Removal } from "@/features/admin/resource/ThingDrawer";
import { CampaignActs } from "@/features/campaigns/CampaignActs";
import { CampaignState } from "@/features/campaigns/CampaignState";
import { Live } from "@/features/campaigns/Live";
import { useCampaign } from "@/features/campaigns/queries";
import { isPaced } from "@/features/campaigns/settings";
import { Settings } from "@/features/campaigns/SettingsTab";
import { Sharing } from "@/features/campaigns/Sharing";
import { WhatIf } from "@/features/campaigns/WhatIf";
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
  const asked = new URLSearchParams(useQueryText()).get("tab");
  const mayWrite = WRITERS.some((role) => roles.has(role));
  if (!campaign) return <div className="page">{error ? <Alert type="error" showIcon title={errorText(error)} role="alert" /> : <Spin />}</div>;
  // Of a draft there is nothing to see: it is set up first.
  const tab = asked ?? (campaign.state === "draft" ? "settings" : "live");
  const isArchived = campaign.archived_ms !== null;
  const isSettled = campaign.state === "draft" || campaign.state === "stopped";
  const readOnly = !mayWrite || isArchived;
  const items = [
    { key: "live", label: t("campaigns.tabs.live"), children: <Live campaign={campaign} /> },
    { key: "settings", label: t("campaigns.tabs.settings"), children: <Settings campaign={campaign} readOnly={readOnly} /> },
    { key: "sharing", label: t("campaigns.tabs.sharing"), children: <Sharing campaign={campaign} readOnly={readOnly} /> },
    ...(isPaced(campaign.kind) ? [{ key: "what-if", label: t("campaigns.tabs.whatIf"), children: <WhatIf campaign={campaign} /> }] : []),
  ];
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
