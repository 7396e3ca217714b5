/** Whether a campaign runs. */
import { Tag } from "antd";
import { useTranslation } from "react-i18next";
import type { CampaignView } from "@/features/campaigns/settings";

const COLOURS: Record<CampaignView["state"], string> = { draft: "default", running: "success", paused: "warning", stopped: "default" };

export function CampaignState({ state }: { state: CampaignView["state"] }) {
  const { t } = useTranslation();
  return <Tag color={COLOURS[state]}>{t(`campaigns.states.${state}`)}</Tag>;
}
