/** Reasons for which leads are passed over: ours have words, a tenant's own are shown as they are. */
import { useTranslation } from "react-i18next";

export function useSkipReason(): (reason: string) => string {
  const { t, i18n } = useTranslation();
  return (reason) => (i18n.exists(`leads.reasons.${reason}`) ? t(`leads.reasons.${reason}`) : reason);
}
