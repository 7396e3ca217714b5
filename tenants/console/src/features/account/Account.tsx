/** One's own account: password, second factor, sessions, language and look. */
import "@/features/account/texts";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Segmented } from "antd";
import { useTranslation } from "react-i18next";
import { ask, send } from "@/api/client";
import { chooseShade, useShadeChoice, type ShadeChoice } from "@/app/preferences";
import styles from "@/features/account/Account.module.css";
import { Password } from "@/features/account/Password";
import { SecondFactor } from "@/features/account/SecondFactor";
import { chooseLanguage, LANGUAGES, type Language } from "@/i18n";
import { useDoing } from "@/parts/errors";
import { useSession } from "@/session/context";
import { signOut } from "@/session/session";

export default function Account() {
  const { t } = useTranslation();
  const { user } = useSession();
  const { data: me, refetch } = useQuery({ queryKey: ["me"], queryFn: ({ signal }) => ask("get", "/api/v1/auth/me", {}, { signal }) });
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t("shell.screens.account")}</h1>
        <span className="quiet">{user.name} ({user.username})</span>
      </div>
      <div className={styles.parts}>
        <section className={styles.part}><h2>{t("account.password.title")}</h2><Password /></section>
        <section className={styles.part}>
          <h2>{t("account.factor.title")}</h2>
          {me && <SecondFactor isOn={me.second_factor} onChanged={() => void refetch()} />}
        </section>
        <section className={styles.part}><h2>{t("account.look.title")}</h2><Look /></section>
        <section className={styles.part}><h2>{t("account.sessions.title")}</h2><Sessions /></section>
      </div>
    </div>
  );
}

function Look() {
  const { t, i18n } = useTranslation();
  const doing = useDoing();
  const shade = useShadeChoice();
  const speak = (language: Language) =>
    void doing(async () => {
      await chooseLanguage(language);
      // Kept with the session too, for what the server writes.
      await send("PUT", "/session/language", { body: { language } });
    });
  return (
    <div className={styles.rows}>
      <span>{t("account.look.language")}</span>
      <Segmented<Language> aria-label={t("account.look.language")} value={i18n.language as Language} onChange={speak} options={LANGUAGES.map((value) => ({ value, label: value === "en" ? "English" : "中文" }))} />
      <span>{t("account.look.shade")}</span>
      <Segmented<ShadeChoice> aria-label={t("account.look.shade")} value={shade} onChange={chooseShade} options={(["system", "light", "dark"] as const).map((value) => ({ value, label: t(`account.look.${value}`) }))} />
    </div>
  );
}

function Sessions() {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const doing = useDoing();
  const queries = useQueryClient();
  const leave = () =>
    modal.confirm({
      title: t("account.sessions.sure"), okText: t("shell.signOutEverywhere"), okButtonProps: { danger: true }, cancelText: t("words.no"),
      onOk: async () => {
        if (!(await doing(() => signOut(true)))) return;
        queries.clear();
        window.location.assign("/");
      },
    });
  return (
    <>
      <p className="quiet">{t("account.sessions.text")}</p>
      <Button danger onClick={() => void leave()}>{t("shell.signOutEverywhere")}</Button>
    </>
  );
}
