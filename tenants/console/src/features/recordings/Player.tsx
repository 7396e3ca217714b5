/** Plays a recording: both channels drawn, speed, silence skipped, places marked. */
import { BackwardOutlined, CaretRightOutlined, DeleteOutlined, DownloadOutlined, ForwardOutlined, PauseOutlined } from "@ant-design/icons";
import { Button, Input, Select, Space, Spin, Switch } from "antd";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import WaveSurfer from "wavesurfer.js";
import type { RecordingView } from "@/api/shapes";
import { useCommand } from "@/app/shortcuts";
import { afterSilence, LONGEST_DRAWN_SECONDS, marksIn, RATES, silencesOf, withMark, type Mark } from "@/features/recordings/model";
import styles from "@/features/recordings/Player.module.css";
import { addressOf, useDrawn, type Drawn } from "@/features/recordings/sound";
import { clock } from "@/parts/time";
import { useTenantId } from "@/session/context";

const STEP_SECONDS = 5;
const nonce = document.querySelector<HTMLMetaElement>("meta[property=csp-nonce]")?.nonce ?? "";

const colour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function waveOf(container: HTMLElement, media: HTMLMediaElement, { peaks, seconds }: Drawn): WaveSurfer {
  const channel = (wave: string) => ({ waveColor: colour(wave), progressColor: colour("--accent-text") });
  return WaveSurfer.create({
    container,
    media,
    peaks,
    duration: seconds,
    height: 44,
    barWidth: 2,
    barGap: 1,
    cursorColor: colour("--text"),
    splitChannels: [channel("--calm"), channel("--warm")].slice(0, peaks.length),
    cspNonce: nonce,
  });
}

export default function Player({ recording }: { recording: RecordingView }) {
  const { t } = useTranslation();
  const tenantId = useTenantId();
  const address = addressOf(tenantId, recording.recording_id);
  const told = recording.actual_seconds ?? 0;
  const { data: drawn, error, isFetching } = useDrawn(recording.recording_id, told);
  const audio = useRef<HTMLAudioElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState(0);
  const [playing, setPlaying] = useState(false);
  const [rate, setRate] = useState(1);
  const [skips, setSkips] = useState(false);
  const seconds = drawn?.seconds ?? told;

  useEffect(() => {
    if (!drawn || !box.current || !audio.current) return;
    const wave = waveOf(box.current, audio.current, drawn);
    return () => wave.destroy();
  }, [drawn]);

  function tick(media: HTMLAudioElement) {
    setAt(media.currentTime);
    if (!skips || !drawn || media.paused) return;
    const next = afterSilence(silencesOf(drawn.peaks, drawn.seconds), media.currentTime);
    if (next !== null) media.currentTime = next;
  }
  const seek = (second: number) => {
    if (audio.current) audio.current.currentTime = Math.min(Math.max(0, second), seconds);
  };
  const toggle = () => {
    if (audio.current?.paused) void audio.current.play();
    else audio.current?.pause();
  };
  useCommand("player-play", "alt+p", t(playing ? "recordings.pause" : "recordings.play"), toggle);
  useCommand("player-back", "alt+b", t("recordings.back"), () => seek(at - STEP_SECONDS));
  useCommand("player-on", "alt+n", t("recordings.on"), () => seek(at + STEP_SECONDS));

  return (
    <div className={styles.player}>
      {/* Speech of two people on the telephone: there are no captions of it. */}
      <audio
        ref={audio}
        src={address}
        preload="metadata"
        onTimeUpdate={({ currentTarget }) => tick(currentTarget)}
        onPlay={() => setPlaying(true)}
        onPause={() => setPlaying(false)}
      />
      <div ref={box} className={styles.wave} role="img" aria-label={t("recordings.waveform")}>
        {isFetching && <Spin size="small" />}
        {error && <span className="quiet">{t("recordings.broken")}</span>}
        {told > LONGEST_DRAWN_SECONDS && <span className="quiet">{t("recordings.tooLong")}</span>}
      </div>
      <div className={styles.acts}>
        <Space.Compact>
          <Button icon={<BackwardOutlined />} aria-label={t("recordings.back")} onClick={() => seek(at - STEP_SECONDS)} />
          <Button
            type="primary"
            icon={playing ? <PauseOutlined /> : <CaretRightOutlined />}
            aria-label={t(playing ? "recordings.pause" : "recordings.play")}
            onClick={toggle}
          />
          <Button icon={<ForwardOutlined />} aria-label={t("recordings.on")} onClick={() => seek(at + STEP_SECONDS)} />
        </Space.Compact>
        <span className="figures">
          {clock(at)} / {clock(seconds)}
        </span>
        <Select
          aria-label={t("recordings.speed")}
          value={rate}
          options={RATES.map((value) => ({ value, label: `${value}×` }))}
          onChange={(value) => {
            setRate(value);
            if (audio.current) audio.current.playbackRate = value;
          }}
        />
        <label>
          <Switch size="small" checked={skips} disabled={!drawn} onChange={setSkips} aria-label={t("recordings.skip")} /> {t("recordings.skip")}
        </label>
        <Button href={address} download={`${recording.recording_id}.ogg`} icon={<DownloadOutlined />}>
          {t("recordings.download")}
        </Button>
      </div>
      <Marks recordingId={recording.recording_id} at={at} onGoTo={seek} />
    </div>
  );
}

function Marks({ recordingId, at, onGoTo }: { recordingId: string; at: number; onGoTo: (second: number) => void }) {
  const { t } = useTranslation();
  const place = `trunkline.marks.${recordingId}`;
  const [marks, setMarks] = useState(() => marksIn(localStorage.getItem(place)));
  const [text, setText] = useState("");
  const keep = (changed: Mark[]) => {
    setMarks(changed);
    if (changed.length === 0) localStorage.removeItem(place);
    else localStorage.setItem(place, JSON.stringify(changed));
  };
  const add = () => {
    keep(withMark(marks, { at_seconds: Math.round(at * 10) / 10, text: text.trim() }));
    setText("");
  };
  return (
    <>
      <Space.Compact className={styles.marking}>
        <Input
          size="small"
          value={text}
          maxLength={80}
          aria-label={t("recordings.markText")}
          placeholder={t("recordings.markText")}
          onChange={({ target }) => setText(target.value)}
          onPressEnter={add}
        />
        <Button size="small" onClick={add} title={t("recordings.marksHere")}>
          {t("recordings.mark")}
        </Button>
      </Space.Compact>
      {marks.length > 0 && (
        <ul className={styles.marks}>
          {marks.map((mark) => (
            <li key={mark.at_seconds}>
              <Button type="link" size="small" aria-label={t("recordings.goTo", { time: clock(mark.at_seconds), text: mark.text })} onClick={() => onGoTo(mark.at_seconds)}>
                {clock(mark.at_seconds)} {mark.text}
              </Button>
              <Button
                type="text"
                size="small"
                icon={<DeleteOutlined />}
                aria-label={t("recordings.unmark", { time: clock(mark.at_seconds) })}
                onClick={() => keep(marks.filter((each) => each !== mark))}
              />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
