/** The settings of a campaign, a section at a time, by its kind. */
import { App, Menu } from "antd";
import { useTranslation } from "react-i18next";
import { setQuery, useQueryText } from "@/app/place";
import { Form } from "@/features/admin/form/Form";
import { changesOf, fieldsOf } from "@/features/admin/form/schema";
import styles from "@/features/campaigns/Campaigns.module.css";
import { useCampaignActs } from "@/features/campaigns/queries";
import { sectionsOf, toPatch, type CampaignView } from "@/features/campaigns/settings";

export function Settings({ campaign, readOnly }: { campaign: CampaignView; readOnly: boolean }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const { change } = useCampaignActs(campaign.campaign_id);
  const sections = sectionsOf(campaign.kind);
  const asked = new URLSearchParams(useQueryText()).get("section");
  const shown = sections.find(({ name }) => name === asked) ?? sections[0];
  if (!shown) return null;
  const start = fieldsOf(shown.schema, campaign);
  return (
    <div className={styles.settings}>
      <Menu className={styles.sections ?? ""} mode="inline" selectedKeys={[shown.name]} aria-label={t("campaigns.tabs.settings")}
        items={sections.map(({ name }) => ({ key: name, label: t(`campaigns.sections.${name}`) }))} onClick={({ key }) => setQuery({ section: key })} />
      <section className={styles.section} aria-label={t(`campaigns.sections.${shown.name}`)}>
        <p className="quiet">{t(`campaigns.about.${shown.name}`)}</p>
        <Form key={`${shown.name} ${JSON.stringify(start)}`} schema={shown.schema} start={start} labels={shown.labels} readOnly={readOnly} submit={t("admin.form.save")}
          onSubmit={async (value) => {
            const changes = changesOf(shown.schema, start, value);
            if (Object.keys(changes).length > 0) await change(toPatch(campaign, changes));
            void message.success(t("admin.form.saved"));
          }} />
      </section>
    </div>
  );
}
