/** Whether a number is shown or rests, and why. */
import { Tag } from "antd";
import { useTranslation } from "react-i18next";
import type { NumberHealth } from "@/features/numberhealth/queries";
import { moment } from "@/parts/time";

export function NumberState({ number }: { number: Pick<NumberHealth, "rests_until_ms" | "why"> }) {
  const { t, i18n } = useTranslation();
  if (number.rests_until_ms === null) return <Tag color="success">{t("numberhealth.shown")}</Tag>;
  return <Tag color="warning" title={t("numberhealth.until", { at: moment(number.rests_until_ms, i18n.language) })}>{t(`numberhealth.why.${number.why ?? "seldom-answered"}`)}</Tag>;
}
