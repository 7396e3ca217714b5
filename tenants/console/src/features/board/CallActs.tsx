/** Listen, whisper, join and leave again, from the supervisor's own station; what ends something is behind a menu. */
import { MoreOutlined } from "@ant-design/icons";
import { App, Button, Dropdown, Space } from "antd";
import { useTranslation } from "react-i18next";
import type { CallView } from "@/api/shapes";
import { supervisionOf, type Mode } from "@/features/board/acts";
import { listeningLeg, modeOf } from "@/features/board/model";
import { useDoing } from "@/parts/errors";
import { usePhone } from "@/phone/PhoneProvider";
import { useSession, useTenantId } from "@/session/context";

const MODES: readonly Mode[] = ["listening", "whispering", "talking"];

export function CallActs({ call }: { call: CallView }) {
  const { t } = useTranslation();
  const tenantId = useTenantId();
  const extension = useSession().user.station?.extension;
  const doing = useDoing();
  const phone = usePhone();
  if (extension === undefined) return <span className="quiet">{t("board.noStation")}</span>;
  const acts = supervisionOf(tenantId, call.call_id, extension);
  const mine = listeningLeg(call, extension);
  const mode = modeOf(mine);
  const listen = (wanted: Mode) => {
    const order = () => doing(() => acts.listen(wanted));
    return mine ? order() : phone.expecting(order);
  };
  return (
    <Space.Compact size="small">
      {MODES.map((each) => (
        <Button key={each} type={each === mode ? "primary" : "default"} aria-pressed={each === mode} onClick={() => void listen(each)}>
          {t(`board.modes.${each}`)}
        </Button>
      ))}
      {mine && <Button onClick={() => void doing(() => acts.release(mine.leg_id))}>{t("board.leave")}</Button>}
      <More call={call} acts={acts} attends={mine !== null} />
    </Space.Compact>
  );
}

function More({ call, acts, attends }: { call: CallView; acts: ReturnType<typeof supervisionOf>; attends: boolean }) {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const doing = useDoing();
  const sure = (title: string, act: () => Promise<unknown>) =>
    modal.confirm({ title, okText: t("words.yes"), cancelText: t("words.no"), onOk: () => doing(act) });
  const items = [
    { key: "take-over", label: t("board.takeOver"), disabled: !attends, onClick: () => void sure(t("board.takeOverSure"), acts.takeOver) },
    { key: "hang-up", label: t("board.hangUp"), danger: true, onClick: () => void sure(t("board.hangUpSure"), acts.hangUp) },
  ];
  return (
    <Dropdown trigger={["click"]} menu={{ items }}>
      <Button icon={<MoreOutlined aria-hidden />} aria-label={t("board.more", { number: call.number ?? call.dialled })} />
    </Dropdown>
  );
}
