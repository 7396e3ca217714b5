/** Signing in: name and password, and the code of an authenticator where one is set up. */
import { Alert, Button, Form, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Problem } from "@/api/problem";
import { LookSwitch } from "@/app/LookSwitch";
import { useErrorText } from "@/parts/errors";
import { signIn, type Credentials, type Session } from "@/session/session";
import styles from "@/session/SignIn.module.css";

export default function SignIn({ onDone }: { onDone: (session: Session) => void }) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const [wantsCode, setWantsCode] = useState(false);
  const [wrong, setWrong] = useState("");
  const [busy, setBusy] = useState(false);

  async function submit(credentials: Credentials) {
    setBusy(true);
    setWrong("");
    try {
      onDone(await signIn(credentials));
    } catch (error) {
      const isAsked = error instanceof Problem && error.errorId === "code-needed";
      if (isAsked) setWantsCode(true);
      if (!isAsked || wantsCode) setWrong(errorText(error));
    } finally {
      setBusy(false);
    }
  }

  return (
    <main className={styles.page}>
      <div className={styles.card}>
        <h1 className={styles.name}>
          <img src="/mark.svg" alt="" width={28} height={28} /> Trunkline
        </h1>
        <p className="quiet">{t("shell.signIn.welcome")}</p>
        <Form<Credentials> layout="vertical" requiredMark={false} onFinish={(credentials) => void submit(credentials)}>
          <Form.Item name="username" label={t("shell.signIn.username")} rules={[{ required: true, message: t("words.needed") }]}>
            <Input autoFocus autoComplete="username" maxLength={100} size="large" />
          </Form.Item>
          <Form.Item name="password" label={t("shell.signIn.password")} rules={[{ required: true, message: t("words.needed") }]}>
            <Input.Password autoComplete="current-password" maxLength={500} size="large" />
          </Form.Item>
          {wantsCode && (
            <Form.Item name="code" label={t("shell.signIn.code")} rules={[{ required: true, message: t("words.needed") }]}>
              <Input autoFocus inputMode="numeric" autoComplete="one-time-code" maxLength={8} size="large" />
            </Form.Item>
          )}
          {wrong && <Alert className={styles.wrong} type="error" showIcon title={wrong} role="alert" />}
          <Button type="primary" htmlType="submit" size="large" block loading={busy}>
            {t("shell.signIn.go")}
          </Button>
        </Form>
      </div>
      <LookSwitch />
    </main>
  );
}
