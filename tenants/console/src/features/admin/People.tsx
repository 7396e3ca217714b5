/** What is done with an account beside its fields: its second factor taken, when the authenticator is lost. */
import { App, Button } from "antd";
import { useTranslation } from "react-i18next";
import { send } from "@/api/client";
import type { Thing } from "@/features/admin/form/schema";
import { Section } from "@/features/admin/Section";
import { useDoing } from "@/parts/errors";
import { useSession } from "@/session/context";

interface Props {
  row: Thing;
  readOnly: boolean;
  /** Of the account, where its second factor lies below. */
  path: string;
  onChanged: () => void;
}

export function Person({ row, readOnly, path, onChanged }: Props) {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const doing = useDoing();
  const isMe = useSession().user.id === row.user_id;
  if (row.second_factor !== true || readOnly || isMe || row.belongs_here === false) return null;
  const take = () =>
    modal.confirm({
      title: t("admin.users.takeFactorSure", { name: String(row.display_name) }), content: t("admin.users.takeFactorText"), okButtonProps: { danger: true },
      okText: t("admin.users.takeFactor"), cancelText: t("admin.form.cancel"),
      onOk: async () => {
        if (await doing(() => send("DELETE", `${path}/totp`), t("admin.users.factorTaken"))) onChanged();
      },
    });
  return (
    <Section title={t("admin.fields.second_factor")}>
      <Button danger onClick={() => void take()}>{t("admin.users.takeFactor")}</Button>
    </Section>
  );
}
