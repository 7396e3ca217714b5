/** What was agreed with customers for today: the campaign calls them, or shows them, when it is time. */
import "@/features/leads/texts";
import { Tag } from "antd";
import { useTranslation } from "react-i18next";
import { useServerNow } from "@/events/EventsProvider";
import styles from "@/features/leads/Leads.module.css";
import { useCallBacks, useMyCampaigns } from "@/features/leads/queries";
import { timeOfDay } from "@/parts/time";

export default function CallBacks() {
  const { t, i18n } = useTranslation();
  const now = useServerNow();
  const items = useCallBacks(useMyCampaigns()).data ?? [];
  if (items.length === 0) return <p className="quiet">{t("leads.callBacks.none")}</p>;
  return (
    <ul className={styles.list} aria-label={t("leads.callBacks.title")}>
      {items.map(({ campaign, lead_id, number, due_ms, local_time, user_id }) => (
        <li key={`${campaign.campaign_id} ${lead_id}`}>
          <div className={styles.item}>
            <strong className="figures">{timeOfDay(due_ms, i18n.language).slice(0, 5)}</strong>
            <span className="figures">{number}</span>
          </div>
          {due_ms <= now && <Tag color="warning">{t("leads.callBacks.due")}</Tag>}
          {user_id !== null && <Tag>{t("leads.callBacks.mine")}</Tag>}
          <span className="quiet">
            {campaign.name === undefined || campaign.name === "" ? campaign.campaign_id : campaign.name}
            {local_time !== null && ` · ${t("leads.callBacks.there", { time: local_time.slice(11, 16) })}`}
          </span>
        </li>
      ))}
    </ul>
  );
}
