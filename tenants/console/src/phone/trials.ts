/** What the device check tries: the way to the server and back, and one's own voice. */
import { playTo, type Devices } from "@/phone/devices";

const TRIPS = 5;
const TRIAL_MS = 3000;

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** Milliseconds to the server and back, of five tries the middle one.  Throws TypeError where nobody answers. */
export async function roundTripMs(): Promise<number> {
  const trips: number[] = [];
  for (let trip = 0; trip < TRIPS; trip++) {
    const began = performance.now();
    await fetch("/mark.svg", { cache: "no-store", signal: AbortSignal.timeout(TRIAL_MS) });
    trips.push(performance.now() - began);
  }
  return median(trips);
}

/** Record the microphone for three seconds and play it to the speaker.  Resolves when it was heard. */
export async function echo(stream: MediaStream, devices: Devices, plays: () => void): Promise<void> {
  const recorder = new MediaRecorder(stream);
  const parts: Blob[] = [];
  recorder.ondataavailable = ({ data }) => parts.push(data);
  const recorded = new Promise((resolve) => recorder.addEventListener("stop", resolve));
  recorder.start();
  window.setTimeout(() => recorder.stop(), TRIAL_MS);
  await recorded;
  plays();
  const url = URL.createObjectURL(new Blob(parts, { type: recorder.mimeType }));
  try {
    await hear(new Audio(url), devices);
  } finally {
    URL.revokeObjectURL(url);
  }
}

async function hear(audio: HTMLAudioElement, devices: Devices): Promise<void> {
  await playTo(audio, devices);
  const heard = new Promise((resolve) => audio.addEventListener("ended", resolve, { once: true }));
  await audio.play();
  await heard;
}
