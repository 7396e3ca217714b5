/** The next lead in front of an agent: who it is, what to say, dial it or pass it over, while its time runs. */
import "@/features/leads/texts";
import { PhoneOutlined } from "@ant-design/icons";
import { Alert, Button, Select, Tag } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useCommand } from "@/app/shortcuts";
import { NamedList } from "@/features/admin/form/NamedList";
import styles from "@/features/leads/Leads.module.css";
import { LeadFacts } from "@/features/leads/LeadFacts";
import { previewed, spoken, type CampaignView } from "@/features/leads/model";
import { OwedWord } from "@/features/leads/OwedWord";
import { useMyCampaigns } from "@/features/leads/queries";
import { SkipLead } from "@/features/leads/SkipLead";
import { usePreview } from "@/features/leads/usePreview";
import { clock } from "@/parts/time";

/** Nothing while somebody is on the line, or where no campaign shows its leads first. */
export default function PreviewCard({ callId }: { callId: string | null }) {
  const campaigns = previewed(useMyCampaigns());
  const [chosen, setChosen] = useState<string | null>(null);
  const campaign = campaigns.find(({ campaign_id }) => campaign_id === chosen) ?? campaigns[0];
  if (!campaign || callId !== null) return null;
  return <Campaign key={campaign.campaign_id} campaign={campaign} all={campaigns} onChoose={setChosen} />;
}

function Campaign({ campaign, all, onChoose }: { campaign: CampaignView; all: readonly CampaignView[]; onChoose: (id: string) => void }) {
  const { t } = useTranslation();
  const preview = usePreview(campaign);
  const { view, problem, left, isBusy } = preview;
  const lead = view?.lead ?? null;
  useCommand("next-lead", "alt+n", t("leads.next"), preview.next, lead === null && !isBusy);
  useCommand("dial-lead", "alt+d", t("leads.dial"), preview.dial, lead !== null && !isBusy);
  return (
    <section className={styles.card} aria-label={t("leads.title")} data-testid="preview">
      <div className={styles.head}>
        <h2>{t("leads.title")}</h2>
        {all.length > 1
          ? <Select size="small" aria-label={t("leads.campaign")} popupRender={(list) => <NamedList label={t("leads.campaign")}>{list}</NamedList>} value={campaign.campaign_id} onChange={onChoose} options={all.map((each) => ({ value: each.campaign_id, label: nameOf(each) }))} />
          : <Tag>{nameOf(campaign)}</Tag>}
        {lead && left !== null && <span className={`${styles.left ?? ""} figures`} role="timer" aria-label={t("leads.timeLeft")}>{clock(left)}</span>}
      </div>
      {problem !== null && <Alert type="warning" showIcon title={problem} role="status" />}
      {view?.owes && <OwedWord campaign={campaign} owed={view.owes} onSaid={preview.next} />}
      {lead && view && (
        <>
          <LeadFacts lead={lead} />
          {view.script !== "" && <blockquote className={styles.script}>{spoken(view.script, lead.cells)}</blockquote>}
          {left !== null && <p className="quiet">{t(view.dials_by_itself ? "leads.dialsByItself" : "leads.goesToOthers")}</p>}
          <div className={styles.acts}>
            <Button type="primary" icon={<PhoneOutlined />} loading={isBusy} onClick={preview.dial}>{t("leads.dial")}</Button>
            <SkipLead reasons={view.skip_reasons} disabled={isBusy} onSkip={preview.skip} />
          </div>
        </>
      )}
      {!lead && !view?.owes && (
        <div className={styles.acts}>
          {view && <span className="quiet">{t("leads.nobody")}</span>}
          <Button type={view ? "default" : "primary"} loading={isBusy} onClick={preview.next}>{t("leads.next")}</Button>
        </div>
      )}
    </section>
  );
}

const nameOf = ({ name, campaign_id }: CampaignView): string => (name === undefined || name === "" ? campaign_id : name);
