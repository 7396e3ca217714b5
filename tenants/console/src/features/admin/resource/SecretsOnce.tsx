/** What is shown this once, such as the password of a phone: to be copied before it is closed. */
import { Alert, Modal, Typography } from "antd";
import { useTranslation } from "react-i18next";
import type { Thing } from "@/features/admin/form/schema";
import { shown } from "@/features/admin/resource/model";
import { useFieldWords } from "@/features/admin/form/words";

export function SecretsOnce({ answer, fields, onClose }: { answer: Thing | null; fields: readonly string[]; onClose: () => void }) {
  const { t } = useTranslation();
  const words = useFieldWords();
  return (
    <Modal open={answer !== null} title={t("admin.once.title")} okText={t("admin.once.kept")} onOk={onClose} closable={false} cancelButtonProps={{ hidden: true }} keyboard={false}>
      <Alert type="warning" showIcon title={t("admin.once.text")} />
      <dl>
        {fields.map((field) => (
          <div key={field}>
            <dt className="quiet">{words.label(field)}</dt>
            <dd style={{ margin: "0 0 8px" }}><Typography.Text code copyable style={{ overflowWrap: "anywhere" }}>{shown(answer?.[field], "")}</Typography.Text></dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}
