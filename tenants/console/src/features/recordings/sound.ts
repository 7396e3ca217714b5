/** A recording's sound, as a drawing needs it; the player itself reads only the parts that it plays. */
import { useQuery } from "@tanstack/react-query";
import { fill } from "@/api/client";
import { LONGEST_DRAWN_SECONDS, peaksOf } from "@/features/recordings/model";
import { useTenantId } from "@/session/context";

/** Samples a second are enough for a drawing, and little for memory. */
const DRAWN_HZ = 8000;
const FETCH_MS = 60_000;

export const addressOf = (tenant_id: string, recording_id: string): string =>
  fill("/recordings/{tenant_id}/{recording_id}", { tenant_id, recording_id });

export interface Drawn {
  /** The customer, then all others. */
  peaks: number[][];
  seconds: number;
}

async function drawn(address: string, signal: AbortSignal): Promise<Drawn> {
  const response = await fetch(address, { credentials: "same-origin", signal: AbortSignal.any([signal, AbortSignal.timeout(FETCH_MS)]) });
  if (!response.ok) throw new Error(`status ${response.status}`);
  const sound = await new OfflineAudioContext(2, 1, DRAWN_HZ).decodeAudioData(await response.arrayBuffer());
  const channels = Array.from({ length: sound.numberOfChannels }, (_, channel) => peaksOf(sound.getChannelData(channel)));
  return { peaks: channels, seconds: sound.duration };
}

/** seconds: how long the ledger says it is. */
export function useDrawn(recording_id: string, seconds: number) {
  const tenant_id = useTenantId();
  return useQuery({
    queryKey: ["sound", tenant_id, recording_id],
    queryFn: ({ signal }) => drawn(addressOf(tenant_id, recording_id), signal),
    enabled: seconds <= LONGEST_DRAWN_SECONDS,
    retry: false,
    staleTime: Infinity,
  });
}
