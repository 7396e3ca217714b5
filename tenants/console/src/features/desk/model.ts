/** What the desk works out of what the server says: pure. */
import type { AgentState, CallView, LegView } from "@/api/shapes";

/** The agent's state as the `me` topic and the API tell it. */
export interface MyState {
  state: AgentState;
  since_ms: number | null;
  reason: string | null;
  extension: string | null;
  queue_id: string | null;
  call_id: string | null;
}

/** Of a call's live connections the one at this station. */
export function legAt(call: CallView | null, extension: string | null): LegView | null {
  return call?.legs.find((leg) => leg.extension === extension && leg.ended_ms === null) ?? null;
}

/**
 * Whom this station consults now, or null.  While two speak apart one party hears music, and not because anybody pressed
 * hold: the customer, or after a swap the one who was asked.
 */
export function consultOf(call: CallView | null, extension: string | null): LegView | null {
  const mine = legAt(call, extension);
  const live = call?.legs.filter((leg) => leg.ended_ms === null) ?? [];
  const asked = live.find((leg) => (leg.role === "colleague" || leg.role === "outside") && leg !== mine);
  const customer = live.find((leg) => leg.role === "customer");
  if (!mine || mine.held || !asked || !customer) return null;
  return customer.mode === "holding" || asked.mode === "holding" ? asked : null;
}

/** Seconds of wrap-up that are left; null where it has no end that we know of. */
export function wrapUpLeft(state: MyState, wrapUpSeconds: number | null, nowMs: number): number | null {
  if (state.state !== "wrap-up" || state.since_ms === null || wrapUpSeconds === null) return null;
  return Math.max(0, Math.ceil((state.since_ms + wrapUpSeconds * 1000 - nowMs) / 1000));
}

/** How much of the wrap-up has gone, 0 to 100. */
export function wrapUpGone(left: number, wrapUpSeconds: number): number {
  return wrapUpSeconds === 0 ? 100 : Math.round(100 * (1 - left / wrapUpSeconds));
}

/** What somebody's calls of a day come to. */
export function dayOf(calls: readonly Pick<CallView, "talk_seconds">[]): { calls: number; talkedSeconds: number } {
  return { calls: calls.length, talkedSeconds: calls.reduce((sum, call) => sum + (call.talk_seconds ?? 0), 0) };
}

/** What an agent may say of a call with one key, where their tenant has no list of its own. */
export const OUTCOMES = ["resolved", "call-back", "passed-on", "no-interest", "complaint", "wrong-number"] as const;
/** Of a longer list the first have keys. */
const MOST_KEYS = 9;

export interface OutcomeChoice {
  outcome: string;
  /** The tenant's own; null for one of ours. */
  label: string | null;
  digit: number | null;
}

/** What is offered: the tenant's list, else the usual one; what was said of the call before is there too. */
export function outcomesFor(own: readonly { disposition: string; label: string }[], said: string | null): readonly OutcomeChoice[] {
  const listed = own.length > 0 ? own.map(({ disposition, label }) => ({ outcome: disposition, label })) : OUTCOMES.map((outcome) => ({ outcome, label: null }));
  const more = said !== null && !listed.some(({ outcome }) => outcome === said) ? [{ outcome: said, label: said }] : [];
  return [...listed, ...more].map((each, index) => ({ ...each, digit: index < MOST_KEYS ? index + 1 : null }));
}

/** Whom a call may go to, from what was typed or chosen: an extension, `queue:<id>`, or a number as people write it. */
export const targetOf = (typed: string): string => (typed.startsWith("queue:") ? typed.trim() : typed.replace(/[\s().-]/g, ""));
