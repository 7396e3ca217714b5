/** A new password for oneself; every other session ends. */
import { Alert, App, Button, Form, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ask } from "@/api/client";
import styles from "@/features/account/Account.module.css";
import { useErrorText } from "@/parts/errors";

interface Passwords {
  current_password: string;
  new_password: string;
  again: string;
}

export function Password() {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const errorText = useErrorText();
  const [form] = Form.useForm<Passwords>();
  const [wrong, setWrong] = useState("");
  const [busy, setBusy] = useState(false);
  const needed = [{ required: true, message: t("words.needed") }];
  const same = ({ getFieldValue }: { getFieldValue: (name: string) => unknown }) => ({
    validator: (_: unknown, value: unknown) => (value === getFieldValue("new_password") ? Promise.resolve() : Promise.reject(new Error(t("account.password.differs")))),
  });

  async function change({ current_password, new_password }: Passwords) {
    setBusy(true);
    setWrong("");
    try {
      await ask("put", "/api/v1/auth/password", {}, { body: { current_password, new_password } });
      form.resetFields();
      void message.success(t("account.password.changed"));
    } catch (error) {
      setWrong(errorText(error));
    } finally {
      setBusy(false);
    }
  }

  return (
    <Form<Passwords> form={form} layout="vertical" requiredMark={false} onFinish={(values) => void change(values)}>
      {wrong && <Alert className={styles.wrong} type="error" showIcon title={wrong} role="alert" />}
      <Form.Item name="current_password" label={t("account.password.current")} rules={needed}>
        <Input.Password autoComplete="current-password" maxLength={500} />
      </Form.Item>
      <Form.Item name="new_password" label={t("account.password.new")} extra={t("account.password.help")} rules={needed}>
        <Input.Password autoComplete="new-password" maxLength={200} />
      </Form.Item>
      <Form.Item name="again" label={t("account.password.again")} dependencies={["new_password"]} rules={[...needed, same]}>
        <Input.Password autoComplete="new-password" maxLength={200} />
      </Form.Item>
      <Button htmlType="submit" loading={busy}>{t("account.password.change")}</Button>
    </Form>
  );
}
