/**
 * Keeps the phone and the server of one mind about the call.  A page can not take up a call that the page before had
 * (RFC 3261, 12): the server is asked to ring it anew.  And a call that is over at the server is over here, too.
 */
import { useEffect, useEffectEvent, useRef } from "react";
import { ask } from "@/api/client";
import { useLink } from "@/events/EventsProvider";
import { useLiveCalls } from "@/events/topics";
import type { PhoneState } from "@/phone/model";
import { callAt, forgotten } from "@/phone/server";
import { useSession } from "@/session/context";

/** Longer than news of an answered call takes, which may come after the voice. */
const GONE_MS = 6_000;
const CALL = "/api/v1/tenants/{tenant_id}/calls/{call_id}";

export function useServerWord({ readiness, line, extension, sinceMs }: PhoneState, hangUp: () => void): void {
  const tenant_id = useSession().tenant;
  const calls = useLiveCalls();
  const link = useLink();
  const asked = useRef(new Set<string>());
  const lost = readiness === "ready" && line === null && sinceMs !== null ? forgotten(calls, extension, sinceMs) : null;
  const mine = callAt(calls, extension);
  const isGone = line?.state === "talking" && link === "open" && mine === null;
  const onGone = useEffectEvent(hangUp);
  const [callId, legId] = [lost?.callId, lost?.legId];

  useEffect(() => {
    if (!tenant_id || !extension || !callId || !legId || asked.current.has(legId)) return;
    asked.current.add(legId);
    ask("post", `${CALL}/rejoin`, { tenant_id, call_id: callId }, { body: { extension } }).catch(() => undefined);
  }, [tenant_id, extension, callId, legId]);

  useEffect(() => {
    if (!isGone) return undefined;
    const timer = window.setTimeout(() => onGone(), GONE_MS);
    return () => window.clearTimeout(timer);
  }, [isGone]);

  const onLeave = useEffectEvent(() => {
    if (!tenant_id || !mine || line?.state !== "talking") return;
    // The customer hears music from now on, not a dead line, until the next page is there.
    const body = { held: true, by: extension };
    ask("put", `${CALL}/hold`, { tenant_id, call_id: mine.call_id }, { body, outlives: true }).catch(() => undefined);
  });
  useEffect(() => {
    const leave = () => onLeave();
    window.addEventListener("pagehide", leave);
    return () => window.removeEventListener("pagehide", leave);
  }, []);
}
