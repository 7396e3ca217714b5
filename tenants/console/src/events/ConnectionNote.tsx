/** Says that the screens are not live, while they are not. */
import { Tag } from "antd";
import { useTranslation } from "react-i18next";
import { useLink } from "@/events/EventsProvider";

export function ConnectionNote() {
  const { t } = useTranslation();
  const link = useLink();
  return <span role="status">{link === "lost" && <Tag color="warning">{t("shell.lost")}</Tag>}</span>;
}
