/** The second factor: set up with a QR code, its recovery codes shown once; and taken off by who has a code. */
import { Alert, App, Button, Form, Input, Modal, QRCode, Space, Tag, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ask } from "@/api/client";
import styles from "@/features/account/Account.module.css";
import { useErrorText } from "@/parts/errors";

interface Secret {
  secret: string;
  uri: string;
}

export function SecondFactor({ isOn, onChanged }: { isOn: boolean; onChanged: () => void }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <>
      <p><Tag color={isOn ? "success" : "default"}>{t(isOn ? "account.factor.on" : "account.factor.off")}</Tag> <span className="quiet">{t("account.factor.text")}</span></p>
      <Button danger={isOn} type={isOn ? "default" : "primary"} onClick={() => setOpen(true)}>{t(isOn ? "account.factor.takeOff" : "account.factor.setUp")}</Button>
      <Modal open={open} title={t(isOn ? "account.factor.takeOff" : "account.factor.setUp")} footer={null} onCancel={() => { setOpen(false); onChanged(); }} destroyOnHidden mask={{ closable: false }}>
        {isOn ? <TakingOff onDone={() => { setOpen(false); onChanged(); }} /> : <SettingUp onDone={() => { setOpen(false); onChanged(); }} />}
      </Modal>
    </>
  );
}

/** Sends a form and shows what went wrong above it. */
function useSending() {
  const errorText = useErrorText();
  const [wrong, setWrong] = useState("");
  const [busy, setBusy] = useState(false);
  const sending = async (what: () => Promise<unknown>) => {
    setBusy(true);
    setWrong("");
    try {
      await what();
    } catch (error) {
      setWrong(errorText(error));
    } finally {
      setBusy(false);
    }
  };
  return { sending, busy, note: wrong ? <Alert className={styles.wrong} type="error" showIcon title={wrong} role="alert" /> : null };
}

function SettingUp({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation();
  const { sending, busy, note } = useSending();
  const [secret, setSecret] = useState<Secret | null>(null);
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const needed = [{ required: true, message: t("words.needed") }];
  if (codes) return <Codes codes={codes} onDone={onDone} />;
  if (!secret) {
    return (
      <Form<{ password: string }> layout="vertical" requiredMark={false} onFinish={({ password }) => void sending(async () => setSecret(await ask("post", "/api/v1/auth/totp", {}, { body: { password } })))}>
        {note}
        <Form.Item name="password" label={t("account.password.current")} rules={needed}><Input.Password autoFocus autoComplete="current-password" maxLength={500} /></Form.Item>
        <Button type="primary" htmlType="submit" loading={busy}>{t("account.factor.next")}</Button>
      </Form>
    );
  }
  return (
    <Form<{ code: string }> layout="vertical" requiredMark={false}
      onFinish={({ code }) => void sending(async () => setCodes((await ask("post", "/api/v1/auth/totp/confirm", {}, { body: { code } })).recovery_codes))}>
      {note}
      <p>{t("account.factor.scan")}</p>
      <Space align="start" size="large">
        {/* Scanners want dark on light, whatever the look. */}
        <QRCode value={secret.uri} type="svg" color="#000000" bgColor="#ffffff" aria-label={t("account.factor.picture")} />
        <div>
          <p className="quiet">{t("account.factor.type")}</p>
          <Typography.Text code copyable style={{ overflowWrap: "anywhere" }}>{secret.secret}</Typography.Text>
        </div>
      </Space>
      <Form.Item name="code" label={t("account.factor.code")} rules={needed} style={{ marginTop: 16 }}><Input autoFocus inputMode="numeric" autoComplete="one-time-code" maxLength={8} /></Form.Item>
      <Button type="primary" htmlType="submit" loading={busy}>{t("account.factor.confirm")}</Button>
    </Form>
  );
}

function Codes({ codes, onDone }: { codes: readonly string[]; onDone: () => void }) {
  const { t } = useTranslation();
  return (
    <>
      <Alert type="warning" showIcon title={t("account.factor.codes")} />
      <ul className={styles.codes}>{codes.map((code) => <li key={code}>{code}</li>)}</ul>
      <Space>
        <Typography.Text copyable={{ text: codes.join("\n") }}>{t("account.factor.copy")}</Typography.Text>
        <Button type="primary" onClick={onDone}>{t("account.factor.kept")}</Button>
      </Space>
    </>
  );
}

function TakingOff({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const { sending, busy, note } = useSending();
  const needed = [{ required: true, message: t("words.needed") }];
  const take = (body: { password: string; code: string }) =>
    sending(async () => {
      await ask("post", "/api/v1/auth/totp/remove", {}, { body });
      void message.success(t("account.factor.gone"));
      onDone();
    });
  return (
    <Form<{ password: string; code: string }> layout="vertical" requiredMark={false} onFinish={(values) => void take(values)}>
      {note}
      <Form.Item name="password" label={t("account.password.current")} rules={needed}><Input.Password autoFocus autoComplete="current-password" maxLength={500} /></Form.Item>
      <Form.Item name="code" label={t("account.factor.codeOrRecovery")} rules={needed}><Input autoComplete="one-time-code" maxLength={20} /></Form.Item>
      <Button danger htmlType="submit" loading={busy}>{t("account.factor.takeOff")}</Button>
    </Form>
  );
}
