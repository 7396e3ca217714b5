/** Microphone and speaker: which ones, and how the microphone is treated.  The choice stays in this browser. */
export interface Devices {
  microphone: string | null;
  speaker: string | null;
  /** Takes steady noise away; also music and tones. */
  quietens: boolean;
}

const KEPT = "trunkline.devices";
const CHECKED = "trunkline.devices-checked";

export function chosenDevices(): Devices {
  const usual: Devices = { microphone: null, speaker: null, quietens: true };
  try {
    return { ...usual, ...(JSON.parse(localStorage.getItem(KEPT) ?? "{}") as Partial<Devices>) };
  } catch {
    return usual;
  }
}

/** Whether a voice was heard in the device check of this browser. */
export const isChecked = (): boolean => localStorage.getItem(CHECKED) !== null;

export const noteChecked = (): void => localStorage.setItem(CHECKED, new Date().toISOString());

export const keepDevices = (devices: Devices): void => localStorage.setItem(KEPT, JSON.stringify(devices));

/** The chosen microphone where it is still plugged in, else the system's: no call is lost to a missing headset. */
export function microphone({ microphone, quietens }: Devices): MediaStreamConstraints {
  const audio: MediaTrackConstraints = { noiseSuppression: quietens, echoCancellation: quietens, autoGainControl: quietens };
  if (microphone) audio.deviceId = { ideal: microphone };
  return { audio, video: false };
}

/** Raises nothing where the browser cannot choose a speaker: it plays to the system's. */
export async function playTo(audio: HTMLAudioElement, { speaker }: Devices): Promise<void> {
  if (speaker && "setSinkId" in audio) await audio.setSinkId(speaker).catch(() => undefined);
}

/** How loud 8-bit samples around 128 are, 0 to 1. */
export function loudness(samples: Uint8Array): number {
  const sum = samples.reduce((total, sample) => total + ((sample - 128) / 128) ** 2, 0);
  return Math.min(1, Math.sqrt(sum / Math.max(samples.length, 1)) * 2.5);
}
