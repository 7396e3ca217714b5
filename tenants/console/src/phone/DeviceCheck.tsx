/** Is it the right microphone, does it hear me, and do I hear?  Before the first call, not in it. */
import { Alert, Button, Checkbox, Form, Modal, Select } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLink } from "@/events/EventsProvider";
import { chosenDevices, keepDevices, noteChecked, playTo, type Devices } from "@/phone/devices";
import styles from "@/phone/DeviceCheck.module.css";
import { usePhone } from "@/phone/PhoneProvider";
import { echo, roundTripMs } from "@/phone/trials";
import { useMicrophone } from "@/phone/useMicrophone";

/** What a voice comes to that is loud enough; a quiet room is below. */
const HEARD_LEVEL = 0.05;
const SLOW_MS = 250;

export default function DeviceCheck({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal open onCancel={onClose} footer={null} width={440} title={t("desk.devices.title")}>
      <Check />
    </Modal>
  );
}

function Check() {
  const { t } = useTranslation();
  const [devices, setDevices] = useState(chosenDevices);
  const { level, found, refused, stream } = useMicrophone(devices);
  const isHeard = level > HEARD_LEVEL;
  useEffect(() => {
    if (isHeard) noteChecked();
  }, [isHeard]);
  function choose(change: Partial<Devices>) {
    const chosen = { ...devices, ...change };
    keepDevices(chosen);
    setDevices(chosen);
  }
  const options = (kind: MediaDeviceKind) => [
    { value: "", label: t("desk.devices.system") },
    ...found.filter((each) => each.kind === kind && each.deviceId).map(({ deviceId, label }) => ({ value: deviceId, label })),
  ];
  return (
    <Form layout="vertical">
      {refused && <Alert type="error" title={t("desk.devices.refused")} description={refused} />}
      <Form.Item label={t("desk.devices.microphone")} htmlFor="microphone">
        <Select id="microphone" value={devices.microphone ?? ""} options={options("audioinput")} onChange={(id: string) => choose({ microphone: id || null })} />
      </Form.Item>
      <div className={styles.meter} role="meter" aria-label={t("desk.devices.level")} aria-valuenow={Math.round(level * 100)} aria-valuemin={0} aria-valuemax={100}>
        <span style={{ width: `${level * 100}%` }} />
      </div>
      <p className="quiet">{t("desk.devices.speak")}</p>
      <Checkbox checked={devices.quietens} onChange={(event) => choose({ quietens: event.target.checked })}>
        {t("desk.devices.quietens")}
      </Checkbox>
      <Form.Item label={t("desk.devices.speaker")} htmlFor="speaker" className={styles.speaker ?? ""}>
        <Select id="speaker" value={devices.speaker ?? ""} options={options("audiooutput")} onChange={(id: string) => choose({ speaker: id || null })} />
      </Form.Item>
      <div className={styles.trials}>
        <Button onClick={() => void playTone(devices)}>{t("desk.devices.play")}</Button>
        <Echo stream={stream} devices={devices} />
      </div>
      <Network />
    </Form>
  );
}

function Echo({ stream, devices }: { stream: MediaStream | null; devices: Devices }) {
  const { t } = useTranslation();
  const [step, setStep] = useState<"rests" | "records" | "plays">("rests");
  function run(from: MediaStream) {
    setStep("records");
    void echo(from, devices, () => setStep("plays")).finally(() => setStep("rests"));
  }
  return (
    <Button disabled={!stream || step !== "rests"} onClick={() => stream && run(stream)}>
      {t(`desk.devices.echo.${step}`)}
    </Button>
  );
}

function Network() {
  const { t } = useTranslation();
  const { readiness } = usePhone();
  const link = useLink();
  const [trip, setTrip] = useState<number | null>(null);
  useEffect(() => {
    let wanted = true;
    roundTripMs()
      .then((ms) => wanted && setTrip(ms))
      .catch(() => undefined);
    return () => {
      wanted = false;
    };
  }, []);
  const isSlow = trip !== null && trip > SLOW_MS;
  return (
    <ul className={styles.network} aria-label={t("desk.devices.network")}>
      <li className={isSlow ? styles.poor : undefined}>
        {t("desk.devices.trip")} <span className="figures">{trip === null ? "…" : `${Math.round(trip)} ms`}</span>
      </li>
      <li className={link === "open" ? undefined : styles.poor}>{t(link === "open" ? "desk.devices.live" : "shell.lost")}</li>
      <li className={readiness === "ready" ? undefined : styles.poor}>{t(`desk.readiness.${readiness}`)}</li>
    </ul>
  );
}

async function playTone(devices: Devices): Promise<void> {
  const context = new AudioContext();
  const target = context.createMediaStreamDestination();
  const tone = context.createOscillator();
  const volume = context.createGain();
  volume.gain.value = 0.2;
  tone.frequency.value = 660;
  tone.connect(volume).connect(target);
  const audio = new Audio();
  audio.srcObject = target.stream;
  await playTo(audio, devices);
  tone.start();
  tone.stop(context.currentTime + 0.8);
  tone.onended = () => void context.close();
  await audio.play();
}
