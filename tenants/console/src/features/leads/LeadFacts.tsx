/** What is known of a lead; the number is masked as the server gives it. */
import { Tag } from "antd";
import { useTranslation } from "react-i18next";
import styles from "@/features/leads/Leads.module.css";
import type { LeadView } from "@/features/leads/model";
import { moment } from "@/parts/time";

export function LeadFacts({ lead }: { lead: LeadView }) {
  const { t, i18n } = useTranslation();
  const where = [lead.city, lead.province, lead.region].filter((each, place, all) => each !== "" && all.indexOf(each) === place).join(", ");
  const facts: readonly (readonly [string, string])[] = [
    [t("leads.facts.where"), where],
    [t("leads.facts.clock"), (lead.local_time ?? "").slice(11, 16)],
    [t("leads.facts.carrier"), lead.carrier],
    [t("leads.facts.attempts"), lead.attempts > 0 ? String(lead.attempts) : ""],
    [t("leads.facts.disposition"), lead.disposition ?? ""],
    ...Object.entries(lead.cells).filter(([name]) => name !== "name"),
  ];
  return (
    <>
      <div className={styles.who}>
        <strong>{lead.cells.name ?? lead.number}</strong>
        {lead.cells.name !== undefined && <span className="figures">{lead.number}</span>}
        {lead.call_back && <Tag color="processing">{t("leads.agreed", { at: moment(lead.due_ms, i18n.language) })}</Tag>}
      </div>
      <dl className={styles.facts}>
        {facts.filter(([, value]) => value !== "").map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}
      </dl>
    </>
  );
}
