/** Start, pause and stop a campaign; what it still lacks is said with the way to it. */
import { CaretRightOutlined, PauseOutlined, StopOutlined } from "@ant-design/icons";
import { App, Button, Checkbox, Modal } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Problem, type FieldProblem } from "@/api/problem";
import { setQuery } from "@/app/place";
import { useFieldWords } from "@/features/admin/form/words";
import { useCampaignActs } from "@/features/campaigns/queries";
import { sectionAt, type CampaignView } from "@/features/campaigns/settings";
import { useDoing, useErrorText } from "@/parts/errors";

export function CampaignActs({ campaign }: { campaign: CampaignView }) {
  const { t } = useTranslation();
  const { modal, message } = App.useApp();
  const errorText = useErrorText();
  const doing = useDoing();
  const acts = useCampaignActs(campaign.campaign_id);
  const [lacks, setLacks] = useState<readonly FieldProblem[]>([]);
  const [asks, setAsks] = useState(false);
  const [busy, setBusy] = useState(false);

  async function start(anew: boolean) {
    setAsks(false);
    setBusy(true);
    try {
      await acts.start(anew);
      void message.success(t("campaigns.started"));
      setQuery({ tab: null });
    } catch (error) {
      if (error instanceof Problem && error.fields.length > 0) setLacks(error.fields);
      else void message.error(errorText(error));
    } finally {
      setBusy(false);
    }
  }
  const stop = () =>
    modal.confirm({
      title: t("campaigns.stopSure"), content: t("campaigns.stopText"), okText: t("campaigns.stop"), okButtonProps: { danger: true }, cancelText: t("admin.form.cancel"),
      onOk: async () => { await doing(acts.stop, t("campaigns.stopped")); },
    });
  const runs = campaign.state === "running";
  const isSettled = campaign.state === "draft" || campaign.state === "stopped";
  return (
    <>
      {runs && <Button icon={<PauseOutlined />} onClick={() => void doing(acts.pause, t("campaigns.paused"))}>{t("campaigns.pause")}</Button>}
      {!isSettled && <Button danger icon={<StopOutlined />} onClick={() => void stop()}>{t("campaigns.stop")}</Button>}
      {!runs && (
        <Button type="primary" icon={<CaretRightOutlined />} loading={busy} onClick={() => (campaign.state === "stopped" ? setAsks(true) : void start(false))}>
          {t(campaign.state === "paused" ? "campaigns.goOn" : "campaigns.start")}
        </Button>
      )}
      <Lacks campaign={campaign} lacks={lacks} onClose={() => setLacks([])} />
      {asks && <AskAnew onStart={(anew) => void start(anew)} onClose={() => setAsks(false)} />}
    </>
  );
}

function AskAnew({ onStart, onClose }: { onStart: (anew: boolean) => void; onClose: () => void }) {
  const { t } = useTranslation();
  const [anew, setAnew] = useState(false);
  return (
    <Modal open title={t("campaigns.startSure")} okText={t("campaigns.start")} cancelText={t("admin.form.cancel")} onOk={() => onStart(anew)} onCancel={onClose}>
      <p>{t("campaigns.startText")}</p>
      <Checkbox checked={anew} onChange={(event) => setAnew(event.target.checked)}>{t("campaigns.anew")}</Checkbox>
      {anew && <p role="status">{t("campaigns.anewText")}</p>}
    </Modal>
  );
}

function Lacks({ campaign, lacks, onClose }: { campaign: CampaignView; lacks: readonly FieldProblem[]; onClose: () => void }) {
  const { t, i18n } = useTranslation();
  const words = useFieldWords();
  const go = (where: string) => {
    onClose();
    setQuery({ tab: "settings", section: sectionAt(campaign.kind, where) });
  };
  const textOf = ({ where, message }: FieldProblem) => {
    const key = `campaigns.lacks.${where.replaceAll(".", "-")}`;
    return i18n.exists(key) ? t(key) : `${words.label(where.split(".", 1)[0] ?? "")}: ${message}`;
  };
  return (
    <Modal open={lacks.length > 0} title={t("campaigns.notReady")} onCancel={onClose} footer={null}>
      <ul style={{ margin: 0, paddingInlineStart: 18 }}>
        {lacks.map((each) => (
          <li key={each.where} style={{ padding: "3px 0" }}>
            {textOf(each)} <Button size="small" type="link" onClick={() => go(each.where)}>{t("campaigns.goThere")}</Button>
          </li>
        ))}
      </ul>
    </Modal>
  );
}
