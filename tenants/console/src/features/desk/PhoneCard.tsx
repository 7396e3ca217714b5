/** The softphone: the line with what can be done to it now, or where to dial. */
import { AppstoreOutlined, AudioMutedOutlined, AudioOutlined, PhoneOutlined, SettingOutlined } from "@ant-design/icons";
import { Alert, Button, Input, Space, Tag, Tooltip } from "antd";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { useCommand } from "@/app/shortcuts";
import { useServerNow } from "@/events/EventsProvider";
import { dial } from "@/features/desk/acts";
import styles from "@/features/desk/Desk.module.css";
import { LineActs } from "@/features/desk/LineActs";
import { targetOf } from "@/features/desk/model";
import { useMyExtension } from "@/features/desk/queries";
import { useDoing } from "@/parts/errors";
import { sinceClock } from "@/parts/time";
import { isChecked } from "@/phone/devices";
import type { Line, Readiness } from "@/phone/model";
import { usePhone } from "@/phone/PhoneProvider";
import { useTenantId } from "@/session/context";

const DeviceCheck = lazy(() => import("@/phone/DeviceCheck"));

const COLOURS: Record<Readiness, string> = {
  ready: "success",
  connecting: "processing",
  lost: "warning",
  refused: "error",
  elsewhere: "default",
  none: "default",
};

export function PhoneCard({ callId }: { callId: string | null }) {
  const { t } = useTranslation();
  const { readiness, line, cause, takeHere } = usePhone();
  const [checks, setChecks] = useState(false);
  useCommand("devices", "", t("desk.devices.title"), () => setChecks(true));
  return (
    <section className={`${styles.card ?? ""} ${line?.state === "ringing" ? (styles.rings ?? "") : ""}`} aria-label={t("desk.phone")}>
      <div className={styles.phoneHead}>
        <Tag color={COLOURS[readiness]}>{t(`desk.readiness.${readiness}`)}</Tag>
        <Tooltip title={t("desk.devices.title")}>
          <Button type="text" size="small" icon={<SettingOutlined aria-hidden />} aria-label={t("desk.devices.title")} onClick={() => setChecks(true)} />
        </Tooltip>
      </div>
      {readiness === "elsewhere" && (
        <Alert
          type="info"
          title={t("desk.elsewhere")}
          action={
            <Button size="small" onClick={takeHere}>
              {t("desk.takeHere")}
            </Button>
          }
        />
      )}
      {readiness === "ready" && !checks && !line && !isChecked() && (
        <Alert
          className={styles.hint ?? ""}
          type="info"
          title={t("desk.devices.unchecked")}
          action={
            <Button size="small" onClick={() => setChecks(true)}>
              {t("desk.devices.check")}
            </Button>
          }
        />
      )}
      {readiness === "refused" && <Alert type="error" title={t("desk.refused")} description={cause} />}
      {line ? <OnLine line={line} /> : <DialBox />}
      <LineActs callId={callId} />
      {checks && (
        <Suspense fallback={null}>
          <DeviceCheck onClose={() => setChecks(false)} />
        </Suspense>
      )}
    </section>
  );
}

function OnLine({ line }: { line: Line }) {
  const { t } = useTranslation();
  const phone = usePhone();
  const now = useServerNow();
  const [keys, setKeys] = useState(false);
  const isTalking = line.state === "talking";
  useCommand("answer", "alt+a", t("desk.answer"), phone.answer, line.state === "ringing");
  useCommand("hangUp", "alt+x", t("desk.hangUp"), phone.hangUp);
  useCommand("mute", "alt+m", t(line.muted ? "desk.unmute" : "desk.mute"), () => phone.mute(!line.muted), isTalking);
  return (
    <>
      <div className={styles.line} role="status">
        <span className="quiet">
          {t(`desk.line.${line.state}`)} {isTalking && <span aria-hidden className="figures">{sinceClock(line.sinceMs, Math.max(now, line.sinceMs))}</span>}
        </span>
        <span className={styles.party}>{line.party}</span>
      </div>
      <div className={styles.acts}>
        {line.state === "ringing" && (
          <Button type="primary" icon={<PhoneOutlined aria-hidden />} onClick={phone.answer}>
            {t("desk.answer")}
          </Button>
        )}
        {isTalking && (
          <Button aria-expanded={keys} icon={<AppstoreOutlined aria-hidden />} onClick={() => setKeys(!keys)}>
            {t("desk.keypad")}
          </Button>
        )}
        {isTalking && (
          <Button icon={line.muted ? <AudioMutedOutlined aria-hidden /> : <AudioOutlined aria-hidden />} aria-pressed={line.muted} onClick={() => phone.mute(!line.muted)}>
            {t(line.muted ? "desk.unmute" : "desk.mute")}
          </Button>
        )}
        <Button danger icon={<PhoneOutlined rotate={225} aria-hidden />} onClick={phone.hangUp}>
          {t(line.state === "ringing" ? "desk.decline" : "desk.hangUp")}
        </Button>
      </div>
      {isTalking && keys && <Keypad />}
    </>
  );
}

function Keypad() {
  const { t } = useTranslation();
  const { sendTones } = usePhone();
  return (
    <div className={styles.keypad} role="group" aria-label={t("desk.keypad")}>
      {"123456789*0#".split("").map((tone) => (
        <Button key={tone} onClick={() => sendTones(tone)}>
          {tone}
        </Button>
      ))}
    </div>
  );
}

function DialBox() {
  const { t } = useTranslation();
  const tenantId = useTenantId();
  const extension = useMyExtension();
  const phone = usePhone();
  const doing = useDoing();
  const [typed, setTyped] = useState("");
  const number = targetOf(typed);

  async function go() {
    if (!extension || !number) return;
    if (await phone.expecting(() => doing(() => dial(tenantId, extension, number)))) setTyped("");
  }

  return (
    <Space.Compact block>
      <Input
        value={typed}
        maxLength={40}
        inputMode="tel"
        aria-label={t("desk.number")}
        placeholder={t("desk.number")}
        disabled={!extension}
        onChange={(event) => setTyped(event.target.value)}
        onPressEnter={() => void go()}
      />
      <Button type="primary" icon={<PhoneOutlined aria-hidden />} disabled={!extension || !number} onClick={() => void go()}>
        {t("desk.dial")}
      </Button>
    </Space.Compact>
  );
}
