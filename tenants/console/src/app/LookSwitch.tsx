/** Language and shade, for those who are signed in and for those who are about to. */
import { MoonOutlined, SunOutlined, TranslationOutlined } from "@ant-design/icons";
import { Button, Tooltip } from "antd";
import { useTranslation } from "react-i18next";
import { chooseShade, useShade } from "@/app/preferences";
import { chooseLanguage } from "@/i18n";

export function LookSwitch() {
  const { t, i18n } = useTranslation();
  const shade = useShade();
  const other = i18n.language === "en" ? "zh-CN" : "en";
  const shadeLabel = t(shade === "dark" ? "shell.look.light" : "shell.look.dark");
  return (
    <span>
      <Button type="text" icon={<TranslationOutlined aria-hidden />} lang={other} onClick={() => void chooseLanguage(other)}>
        {other === "en" ? "English" : "中文"}
      </Button>
      <Tooltip title={shadeLabel}>
        <Button
          type="text"
          aria-label={shadeLabel}
          icon={shade === "dark" ? <SunOutlined aria-hidden /> : <MoonOutlined aria-hidden />}
          onClick={() => chooseShade(shade === "dark" ? "light" : "dark")}
        />
      </Tooltip>
    </span>
  );
}
