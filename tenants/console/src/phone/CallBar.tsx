/** The call, in the frame of every screen: who looks something up still sees and ends it. */
import { PhoneOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { usePath } from "@/app/place";
import { ScreenLink } from "@/parts/ScreenLink";
import styles from "@/phone/CallBar.module.css";
import { usePhone } from "@/phone/PhoneProvider";

export function CallBar() {
  const { t } = useTranslation();
  const { line, answer, hangUp } = usePhone();
  const path = usePath();
  if (!line || path === "/desk") return null;
  return (
    <span role="status" className={styles.call}>
      <ScreenLink href="/desk">
        <PhoneOutlined aria-hidden /> {t(`desk.line.${line.state}`)} {line.party}
      </ScreenLink>
      {line.state === "ringing" && (
        <Button size="small" type="primary" onClick={answer}>
          {t("desk.answer")}
        </Button>
      )}
      <Button size="small" danger onClick={hangUp}>
        {t("desk.hangUp")}
      </Button>
    </span>
  );
}
