/** Records from the microphone that was chosen for calls, and gives a WAV file. */
import { useEffect, useRef, useState } from "react";
import { wavOf } from "@/features/admin/wav";
import { chosenDevices, microphone } from "@/phone/devices";

const LONGEST_MS = 300_000;

export interface Recorder {
  isRecording: boolean;
  /** Throws where the browser gives no microphone. */
  start: () => Promise<void>;
  /** The file; null where nothing was recorded. */
  stop: () => Promise<Blob | null>;
}

export function useRecorder(): Recorder {
  const [isRecording, setRecording] = useState(false);
  const running = useRef<MediaRecorder | null>(null);
  // Whoever leaves the screen is not listened to any more.
  useEffect(() => () => running.current?.stream.getTracks().forEach((track) => track.stop()), []);
  return {
    isRecording,
    async start() {
      const recorder = new MediaRecorder(await navigator.mediaDevices.getUserMedia(microphone(chosenDevices())));
      running.current = recorder;
      recorder.start();
      setRecording(true);
      window.setTimeout(() => recorder.state === "recording" && recorder.pause(), LONGEST_MS);
    },
    async stop() {
      const recorder = running.current;
      running.current = null;
      setRecording(false);
      return recorder ? asWav(await ended(recorder)) : null;
    },
  };
}

function ended(recorder: MediaRecorder): Promise<Blob> {
  return new Promise((resolve) => {
    const pieces: Blob[] = [];
    recorder.ondataavailable = ({ data }) => pieces.push(data);
    recorder.onstop = () => resolve(new Blob(pieces));
    recorder.stop();
    recorder.stream.getTracks().forEach((track) => track.stop());
  });
}

async function asWav(recorded: Blob): Promise<Blob | null> {
  const context = new AudioContext();
  try {
    const sound = await context.decodeAudioData(await recorded.arrayBuffer());
    return sound.length === 0 ? null : new Blob([wavOf(sound.getChannelData(0), sound.sampleRate)], { type: "audio/wav" });
  } finally {
    await context.close();
  }
}
