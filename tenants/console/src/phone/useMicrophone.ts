/** The microphone's level ten times a second, while somebody looks; the devices by name, once it may be used. */
import { useEffect, useState } from "react";
import { loudness, microphone, type Devices } from "@/phone/devices";

export interface Heard {
  level: number;
  found: readonly MediaDeviceInfo[];
  /** The browser's own words where it gives no microphone. */
  refused: string;
  stream: MediaStream | null;
}

export function useMicrophone(devices: Devices): Heard {
  const [level, setLevel] = useState(0);
  const [found, setFound] = useState<readonly MediaDeviceInfo[]>([]);
  const [refused, setRefused] = useState("");
  const [stream, setStream] = useState<MediaStream | null>(null);
  useEffect(() => {
    const context = new AudioContext();
    let given: MediaStream | null = null;
    let timer: number | undefined;
    let over = false;
    async function listen() {
      given = await navigator.mediaDevices.getUserMedia(microphone(devices));
      if (over) {
        stop(given);
        return;
      }
      setStream(given);
      setFound(await navigator.mediaDevices.enumerateDevices());
      const analyser = context.createAnalyser();
      context.createMediaStreamSource(given).connect(analyser);
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
      if (given) stop(given);
      void context.close();
    };
  }, [devices]);
  return { level, found, refused, stream };
}

const stop = (stream: MediaStream): void => stream.getTracks().forEach((track) => track.stop());
