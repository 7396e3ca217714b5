/** What the server knows of this phone's call and the phone itself does not, or the other way round: pure. */
import type { CallView } from "@/api/shapes";

export interface Forgotten {
  callId: string;
  legId: string;
}

/** A call in which the station talks since before this page was its phone: the page before it had the call. */
export function forgotten(calls: readonly CallView[], extension: string | null, phoneSinceMs: number): Forgotten | null {
  for (const call of calls) {
    const leg = call.legs.find((each) => each.extension === extension && each.answered_ms !== null && each.ended_ms === null);
    if (leg?.answered_ms != null && leg.answered_ms < phoneSinceMs) return { callId: call.call_id, legId: leg.leg_id };
  }
  return null;
}

/** The call that the station is in, whatever it does there. */
export const callAt = (calls: readonly CallView[], extension: string | null): CallView | null =>
  calls.find((call) => call.legs.some((leg) => leg.extension === extension && leg.ended_ms === null)) ?? null;
