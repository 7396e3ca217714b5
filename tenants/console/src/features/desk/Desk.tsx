/** The agent's desk: my state and the phone, who is on the line, and what is left to do. */
import { useQueryClient } from "@tanstack/react-query";
import { Segmented } from "antd";
import { lazy, Suspense, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useMe } from "@/events/topics";
import { CustomerPane } from "@/features/desk/CustomerPane";
import styles from "@/features/desk/Desk.module.css";
import { MyCalls } from "@/features/desk/MyCalls";
import { MyDay } from "@/features/desk/MyDay";
import { PhoneCard } from "@/features/desk/PhoneCard";
import { HISTORY, MY_CALLS, TASKS, useMyState, useTasks } from "@/features/desk/queries";
import { StateCard } from "@/features/desk/StateCard";
import { Tasks } from "@/features/desk/Tasks";

// Who serves no campaign needs none of it, and the desk's first load stays small.
const PreviewCard = lazy(() => import("@/features/leads/PreviewCard"));
const CallBacks = lazy(() => import("@/features/leads/CallBacks"));

export default function Desk() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const state = useMyState();
  const { offer } = useMe();
  const [shown, setShown] = useState("tasks");
  const callId = state?.call_id ?? offer?.call_id ?? null;
  const open = useTasks().data?.items.length ?? 0;
  useEffect(() => {
    // A call began or ended: the lists beside it are not what they were.
    for (const list of [MY_CALLS, TASKS, HISTORY]) void queries.invalidateQueries({ queryKey: [list] });
  }, [queries, callId]);
  return (
    <div className={styles.desk}>
      <h1 className="only-read-out">{t("shell.screens.desk")}</h1>
      <div className={styles.column}>
        <StateCard />
        <PhoneCard callId={callId} />
      </div>
      <div className={styles.middle}>
        <Suspense fallback={null}><PreviewCard callId={callId} /></Suspense>
        <CustomerPane callId={callId} />
      </div>
      <aside className={styles.aside} aria-label={t("desk.today")}>
        <MyDay />
        <Segmented
          block
          className={styles.tabs}
          aria-label={t("desk.today")}
          value={shown}
          onChange={setShown}
          options={[
            { value: "tasks", label: t("desk.tasks.title", { count: open }) },
            { value: "calls", label: t("desk.myCalls.title") },
            { value: "callBacks", label: t("desk.callBacks") },
          ]}
        />
        {shown === "tasks" && <Tasks />}
        {shown === "calls" && <MyCalls />}
        {shown === "callBacks" && <Suspense fallback={null}><CallBacks /></Suspense>}
      </aside>
    </div>
  );
}
