/** A node as it is drawn: its name and kind, what it says, its ways out, and what is wrong with it. */
import { Handle, Position, useUpdateNodeInternals, type Node, type NodeProps } from "@xyflow/react";
import { ExclamationCircleFilled, PlayCircleFilled } from "@ant-design/icons";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useFieldWords } from "@/features/admin/form/words";
import { handleOf, type Way } from "@/features/flows/document";
import type { Thing } from "@/features/admin/form/schema";
import styles from "@/features/flows/Flow.module.css";
import type { FlowProblem } from "@/features/flows/problems";
import { summaryOf } from "@/features/flows/summary";

export type DrawnNode = Node<
  { node: Thing; ways: readonly Way[]; isStart: boolean; isHere: boolean; problems: readonly FlowProblem[] },
  "step"
>;

export function NodeBox({ id, data, selected, isConnectable }: NodeProps<DrawnNode>) {
  const { t } = useTranslation();
  const words = useFieldWords();
  const told = useUpdateNodeInternals();
  const { node, ways, isStart, isHere, problems } = data;
  const handles = ways.map(handleOf).join(" ");
  useEffect(() => told(id), [told, id, handles]);
  const looks = [styles.node, selected ? styles.selected : "", problems.length > 0 ? styles.wrong : "", isHere ? styles.here : ""].join(" ");
  return (
    <div className={looks} title={problems.map(({ message }) => message).join("\n")}>
      <Handle type="target" position={Position.Left} isConnectable={isConnectable} style={{ top: 20 }} />
      <div className={styles.title}>
        <span>{isStart && <PlayCircleFilled aria-label={t("flows.start")} role="img" />} {id}</span>
        <span className={styles.kind}>{t(`flows.kinds.${String(node.kind)}`)}</span>
      </div>
      <div className={problems.length > 0 ? `${styles.words ?? ""} ${styles.problem ?? ""}` : styles.words}>
        {problems[0] ? <><ExclamationCircleFilled aria-hidden /> {problems[0].message}</> : summaryOf(node)}
      </div>
      {ways.map((way) => (
        <div key={handleOf(way)} className={styles.way}>
          {way.label === null ? words.label(String(way.path[0])) : way.path[0] === "overflow" ? words.choice(way.label) : way.path[0] === "cases" ? t("flows.case", { number: way.label }) : way.label}
          <Handle type="source" id={handleOf(way)} position={Position.Right} isConnectable={isConnectable} />
        </div>
      ))}
    </div>
  );
}
