/** Which keys do what on this screen. */
import { Modal } from "antd";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import styles from "@/app/Shell.module.css";
import { press, shownKeys, useCommands } from "@/app/shortcuts";

export function KeyHelp({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const commands = useCommands();
  useEffect(() => {
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, []);
  return (
    <Modal open={open} onCancel={onClose} footer={null} title={t("shell.keys.title")} width={420}>
      <dl className={styles.keys}>
        {commands
          .filter(({ keys }) => keys)
          .map(({ id, keys, label }) => (
            <div key={id} style={{ display: "contents" }}>
              <dt>{label}</dt>
              <dd>
                <kbd>{shownKeys(keys)}</kbd>
              </dd>
            </div>
          ))}
      </dl>
    </Modal>
  );
}
