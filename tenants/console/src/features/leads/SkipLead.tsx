/** Pass a lead over: why, and when it comes again. */
import { Button, Popover, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { NamedList } from "@/features/admin/form/NamedList";
import styles from "@/features/leads/Leads.module.css";
import { useSkipReason } from "@/features/leads/words";

const AGAIN = [600, 3600, 86_400] as const;

export function SkipLead({ reasons, disabled, onSkip }: { reasons: readonly string[]; disabled: boolean; onSkip: (reason: string, againSeconds: number) => void }) {
  const { t } = useTranslation();
  const reasonText = useSkipReason();
  const [open, setOpen] = useState(false);
  const [again, setAgain] = useState<number>(3600);
  if (reasons.length === 0) return null;
  return (
    <Popover trigger="click" open={open} onOpenChange={setOpen} title={t("leads.skipWhy")}
      content={
        <div className={styles.skip}>
          <Select size="small" aria-label={t("leads.again")} popupRender={(list) => <NamedList label={t("leads.again")}>{list}</NamedList>} value={again} onChange={setAgain} options={AGAIN.map((value) => ({ value, label: t(`leads.agains.${value}`) }))} />
          {reasons.map((reason) => <Button key={reason} onClick={() => { setOpen(false); onSkip(reason, again); }}>{reasonText(reason)}</Button>)}
        </div>
      }>
      <Button disabled={disabled}>{t("leads.skip")}</Button>
    </Popover>
  );
}
