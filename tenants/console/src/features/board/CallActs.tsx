/** Listen, whisper, join and take over, from the supervisor's own station. */
import { Button, Popconfirm, Space } from "antd";
import { useTranslation } from "react-i18next";
import { supervisionOf, type Mode } from "@/features/board/acts";
import { useDoing } from "@/parts/errors";
import { useSession, useTenantId } from "@/session/context";

const MODES: readonly Mode[] = ["listening", "whispering", "talking"];

export function CallActs({ callId }: { callId: string }) {
  const { t } = useTranslation();
  const tenantId = useTenantId();
  const extension = useSession().user.station?.extension;
  const doing = useDoing();
  if (extension === undefined) return <span className="quiet">{t("board.noStation")}</span>;
  const acts = supervisionOf(tenantId, callId, extension);
  return (
    <Space.Compact size="small">
      {MODES.map((mode) => (
        <Button key={mode} onClick={() => void doing(() => acts.listen(mode))}>
          {t(`board.modes.${mode}`)}
        </Button>
      ))}
      <Popconfirm title={t("board.takeOverSure")} okText={t("words.yes")} cancelText={t("words.no")} onConfirm={() => void doing(acts.takeOver)}>
        <Button danger>{t("board.takeOver")}</Button>
      </Popconfirm>
    </Space.Compact>
  );
}
