/** Is it the right microphone, does it hear me, and do I hear?  Before the first call, not in it. */
import { Alert, Button, Checkbox, Form, Modal, Select } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { chosenDevices, keepDevices, loudness, microphone, playTo, type Devices } from "@/phone/devices";
import styles from "@/phone/DeviceCheck.module.css";

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
  const { level, found, refused } = useMicrophone(devices);
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
      <Button onClick={() => void playTone(devices)}>{t("desk.devices.play")}</Button>
    </Form>
  );
}

/** The microphone's level ten times a second, while this is shown; the devices by name, once it may be used. */
function useMicrophone(devices: Devices) {
  const [level, setLevel] = useState(0);
  const [found, setFound] = useState<readonly MediaDeviceInfo[]>([]);
  const [refused, setRefused] = useState("");
  useEffect(() => {
    const context = new AudioContext();
    let stream: MediaStream | null = null;
    let timer: number | undefined;
    let over = false;
    async function listen() {
      stream = await navigator.mediaDevices.getUserMedia(microphone(devices));
      if (over) {
        stop(stream);
        return;
      }
      setFound(await navigator.mediaDevices.enumerateDevices());
      const analyser = context.createAnalyser();
      context.createMediaStreamSource(stream).connect(analyser);
      const samples = new Uint8Array(analyser.fftSize);
      timer = window.setInterval(() => {
        analyser.getByteTimeDomainData(samples);
        setLevel(loudness(samples));
      }, 100);
    }
    listen().catch((error: unknown) => setRefused(error instanceof Error ? error.message : String(error)));
    return () => {
      over = true;
      window.clearInterval(timer);
      if (stream) stop(stream);
      void context.close();
    };
  }, [devices]);
  return { level, found, refused };
}

const stop = (stream: MediaStream): void => stream.getTracks().forEach((track) => track.stop());

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
