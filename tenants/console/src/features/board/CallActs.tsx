/** Listen, whisper, join, leave again, take over and hang up, from the supervisor's own station. */
import { Button, Popconfirm, Space } from "antd";
import { useTranslation } from "react-i18next";
import type { CallView } from "@/api/shapes";
import { supervisionOf, type Mode } from "@/features/board/acts";
import { listeningLeg } from "@/features/board/model";
import { useDoing } from "@/parts/errors";
import { useSession, useTenantId } from "@/session/context";

const MODES: readonly Mode[] = ["listening", "whispering", "talking"];

export function CallActs({ call }: { call: CallView }) {
  const { t } = useTranslation();
  const tenantId = useTenantId();
  const extension = useSession().user.station?.extension;
  const doing = useDoing();
  if (extension === undefined) return <span className="quiet">{t("board.noStation")}</span>;
  const acts = supervisionOf(tenantId, call.call_id, extension);
  const mine = listeningLeg(call, extension);
  return (
    <Space.Compact size="small">
      {MODES.map((mode) => (
        <Button key={mode} onClick={() => void doing(() => acts.listen(mode))}>
          {t(`board.modes.${mode}`)}
        </Button>
      ))}
      {mine && <Button onClick={() => void doing(() => acts.release(mine.leg_id))}>{t("board.leave")}</Button>}
      <Popconfirm title={t("board.takeOverSure")} okText={t("words.yes")} cancelText={t("words.no")} onConfirm={() => void doing(acts.takeOver)}>
        <Button danger>{t("board.takeOver")}</Button>
      </Popconfirm>
      <Popconfirm title={t("board.hangUpSure")} okText={t("words.yes")} cancelText={t("words.no")} onConfirm={() => void doing(acts.hangUp)}>
        <Button danger>{t("board.hangUp")}</Button>
      </Popconfirm>
    </Space.Compact>
  );
}
