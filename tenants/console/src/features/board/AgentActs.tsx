/** Set an agent's state for them: ready, paused for a reason, signed out. */
import { MoreOutlined } from "@ant-design/icons";
import { App, Button, Dropdown } from "antd";
import { useTranslation } from "react-i18next";
import type { AgentStateView } from "@/api/shapes";
import { actsOfAgent } from "@/features/desk/acts";
import { useDoing } from "@/parts/errors";
import { useReasonText } from "@/parts/words";
import { useTenantId } from "@/session/context";

export function AgentActs({ agent, reasons }: { agent: AgentStateView; reasons: readonly string[] }) {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const reasonText = useReasonText();
  const doing = useDoing();
  const acts = actsOfAgent(useTenantId(), agent.user_id);
  const signOut = () =>
    modal.confirm({
      title: t("board.signOutSure", { name: agent.name }),
      okText: t("words.yes"),
      cancelText: t("words.no"),
      onOk: () => doing(acts.signOut),
    });
  const items = [
    { key: "ready", label: t("board.setReady"), onClick: () => void doing(acts.ready) },
    ...reasons.map((reason) => ({
      key: `pause ${reason}`,
      label: t("board.setPaused", { reason: reasonText(reason) }),
      onClick: () => void doing(() => acts.pause(reason)),
    })),
    { key: "sign-out", danger: true, label: t("board.signOut"), onClick: () => void signOut() },
  ];
  return (
    <Dropdown trigger={["click"]} menu={{ items }} disabled={agent.state === "signed-out"}>
      <Button type="text" size="small" icon={<MoreOutlined aria-hidden />} aria-label={t("board.setState", { name: agent.name })} />
    </Dropdown>
  );
}
