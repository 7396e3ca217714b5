/** Missed calls and messages of today: one click calls back, at a number that nobody needs to see. */
import { useQueryClient } from "@tanstack/react-query";
import { Button, Space, Tag } from "antd";
import { useTranslation } from "react-i18next";
import type { FollowUpView } from "@/api/shapes";
import { callBack, finishTask } from "@/features/desk/acts";
import styles from "@/features/desk/Desk.module.css";
import { TASKS, useMyExtension, useTasks } from "@/features/desk/queries";
import { useDoing } from "@/parts/errors";
import { timeOfDay } from "@/parts/time";
import { useEndingText } from "@/parts/words";
import { usePhone } from "@/phone/PhoneProvider";
import { useTenantId } from "@/session/context";

export function Tasks() {
  const { t } = useTranslation();
  const { data } = useTasks();
  const tasks = data?.items ?? [];
  if (tasks.length === 0) return <p className="quiet">{t("desk.tasks.none")}</p>;
  return (
    <ul className={styles.list}>
      {tasks.map((task) => (
        <Task key={task.call_id} task={task} />
      ))}
    </ul>
  );
}

function Task({ task }: { task: FollowUpView }) {
  const { t, i18n } = useTranslation();
  const tenantId = useTenantId();
  const extension = useMyExtension();
  const phone = usePhone();
  const queries = useQueryClient();
  const doing = useDoing();
  const endingText = useEndingText();
  const again = () => queries.invalidateQueries({ queryKey: [TASKS] });

  async function call() {
    if (!extension) return;
    await phone.expecting(() => doing(() => callBack(tenantId, task.call_id, extension)));
    await again();
  }

  async function finish() {
    await doing(() => finishTask(tenantId, task.call_id));
    await again();
  }

  return (
    <li>
      <div className={styles.item}>
        <strong>{task.number === "anonymous" || task.number === null ? t("words.anonymous") : task.number}</strong>
        <span className="figures quiet">{timeOfDay(task.at_ms, i18n.language)}</span>
      </div>
      <div>
        <Tag color={task.kind === "voicemail" ? "processing" : "warning"}>{t(`desk.tasks.kinds.${task.kind}`)}</Tag>
        <span className="quiet">
          {endingText(task.reason)} {task.queue_id}
        </span>
      </div>
      <Space>
        <Button size="small" type="primary" ghost disabled={!extension || task.number === "anonymous"} onClick={() => void call()}>
          {t("desk.tasks.callBack")}
        </Button>
        <Button size="small" type="text" onClick={() => void finish()}>
          {t("desk.tasks.done")}
        </Button>
      </Space>
    </li>
  );
}
