/** What came of the last call, which has to be said before the next lead is shown. */
import { Button, Checkbox, Input, InputNumber, Select } from "antd";
import { useId, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { NamedList } from "@/features/admin/form/NamedList";
import styles from "@/features/leads/Leads.module.css";
import { choicesOf, isFilled, neededFor, type CampaignView, type Filled, type FormField, type PreviewView } from "@/features/leads/model";
import { leadActs } from "@/features/leads/queries";
import { useDoing } from "@/parts/errors";
import { useTenantId } from "@/session/context";

export function OwedWord({ campaign, owed, onSaid }: { campaign: CampaignView; owed: NonNullable<PreviewView["owes"]>; onSaid: () => void }) {
  const { t } = useTranslation();
  const doing = useDoing();
  const acts = leadActs(useTenantId(), campaign.campaign_id);
  const [dispositions, form] = [campaign.dispositions ?? [], campaign.form ?? []];
  const [said, setSaid] = useState<string | null>(null);
  const [filled, setFilled] = useState<Filled>({});
  const [at, setAt] = useState("");
  const [forMe, setForMe] = useState(false);
  const chosen = dispositions.find(({ disposition_id }) => disposition_id === said);
  const isCallBack = chosen?.then === "call-back";
  const isWhole = isFilled(chosen, form, filled) && (!isCallBack || at !== "");
  const needed = new Set(neededFor(chosen, form).map(({ name }) => name));
  const groups = choicesOf(dispositions).map(({ group, items }) => ({ label: group, title: group, options: items.map(({ disposition_id, name }) => ({ value: disposition_id, label: name })) }));
  // Headings help only where there are several.
  const options: { value?: string; label: string }[] = groups.length === 1 ? (groups[0]?.options ?? []) : groups;
  const send = async () => {
    if (said === null) return;
    const call_back = isCallBack ? { at, time_zone: null, for_me: forMe } : null;
    if (await doing(() => acts.dispose(owed.lead_id, { disposition: said, call_id: owed.call_id, form: { ...filled }, call_back }))) onSaid();
  };
  return (
    <form className={styles.owed} aria-label={t("leads.owed")} onSubmit={(event) => { event.preventDefault(); void send(); }}>
      <strong>{t("leads.owed")}</strong>
      <Select aria-label={t("leads.result")} popupRender={(list) => <NamedList label={t("leads.result")}>{list}</NamedList>} placeholder={t("leads.result")} showSearch={{ optionFilterProp: "label" }} value={said} onChange={setSaid} options={options} />
      {chosen && form.map((field) => (
        <FieldRow key={field.name} field={field} isNeeded={needed.has(field.name)} value={filled[field.name]}
          onChange={(value) => setFilled(Object.fromEntries(Object.entries({ ...filled, [field.name]: value }).filter((pair): pair is [string, string | number | boolean] => pair[1] !== undefined)))} />
      ))}
      {isCallBack && (
        <>
          <Labelled label={t("leads.when")} isNeeded>{(id) => <Input id={id} type="datetime-local" value={at} onChange={(event) => setAt(event.target.value)} />}</Labelled>
          <Checkbox checked={forMe} onChange={(event) => setForMe(event.target.checked)}>{t("leads.forMe")}</Checkbox>
        </>
      )}
      <Button type="primary" htmlType="submit" disabled={!isWhole} style={{ alignSelf: "start" }}>{t("leads.say")}</Button>
    </form>
  );
}

function FieldRow({ field, isNeeded, value, onChange }: { field: FormField; isNeeded: boolean; value: string | number | boolean | undefined; onChange: (value: string | number | boolean | undefined) => void }) {
  const { t } = useTranslation();
  const text = typeof value === "string" ? value : "";
  const yesNo = [{ value: "yes", label: t("words.yes") }, { value: "no", label: t("words.no") }];
  return (
    <Labelled label={field.label} isNeeded={isNeeded}>
      {(id) => {
        switch (field.kind) {
          case "number":
            return <InputNumber id={id} style={{ width: "100%" }} value={typeof value === "number" ? value : null} onChange={(number) => onChange(number ?? undefined)} />;
          case "yes-no":
            return <Select id={id} allowClear popupRender={(list) => <NamedList label={field.label}>{list}</NamedList>} options={yesNo} value={value === undefined ? null : value === true ? "yes" : "no"} onChange={(word: string | undefined) => onChange(word === undefined ? undefined : word === "yes")} />;
          case "choice":
            return <Select id={id} allowClear popupRender={(list) => <NamedList label={field.label}>{list}</NamedList>} options={(field.choices ?? []).map((each) => ({ value: each, label: each }))} value={text === "" ? null : text} onChange={onChange} />;
          default:
            return <Input id={id} type={field.kind === "date" ? "date" : "text"} value={text} onChange={(event) => onChange(event.target.value === "" ? undefined : event.target.value)} />;
        }
      }}
    </Labelled>
  );
}

function Labelled({ label, isNeeded, children }: { label: string; isNeeded: boolean; children: (id: string) => ReactNode }) {
  const id = useId();
  return (
    <div className={styles.field}>
      <label htmlFor={id} className={isNeeded ? styles.needed : undefined}>{label}</label>
      {children(id)}
    </div>
  );
}
