/** What the desk asks of the control plane. */
import { ask } from "@/api/client";

const CALL = "/api/v1/tenants/{tenant_id}/calls/{call_id}";
const AGENT = "/api/v1/tenants/{tenant_id}/agents/{user_id}";

export type Step = "swap" | "complete" | "cancel" | "conference";

/** Acts on one call; each resolves once the order is on its way. */
export function actsOn(tenant_id: string, call_id: string) {
  const ids = { tenant_id, call_id };
  return {
    hold: (held: boolean) => ask("put", `${CALL}/hold`, ids, { body: { held } }),
    transfer: (to: string) => ask("post", `${CALL}/transfer`, ids, { body: { to } }),
    consult: (to: string) => ask("post", `${CALL}/consult`, ids, { body: { to } }),
    step: (step: Step) => ask("post", `${CALL}/consult/step`, ids, { body: { step } }),
    join: (to: string) => ask("post", `${CALL}/parties`, ids, { body: { to } }),
    pauseRecording: (paused: boolean) => ask("put", `${CALL}/recording-pause`, ids, { body: { paused } }),
    dispose: (disposition: string | null, note: string | null, outlives = false) =>
      ask("put", `${CALL}/disposition`, ids, { body: { disposition, note }, outlives }),
    callBack: (extension: string) => ask("post", `${CALL}/call-back`, ids, { body: { extension } }),
  };
}

/** Acts on one's own state. */
export function actsOfAgent(tenant_id: string, user_id: string) {
  const ids = { tenant_id, user_id };
  return {
    signIn: () => ask("post", `${AGENT}/sign-in`, ids, { body: { ready: false } }),
    signOut: () => ask("post", `${AGENT}/sign-out`, ids),
    ready: () => ask("post", `${AGENT}/ready`, ids),
    pause: (reason: string) => ask("post", `${AGENT}/pause`, ids, { body: { reason } }),
  };
}

export const dial = (tenant_id: string, extension: string, number: string) =>
  ask("post", "/api/v1/tenants/{tenant_id}/calls", { tenant_id }, { body: { extension, number } });

export const callBack = (tenant_id: string, call_id: string, extension: string) =>
  ask("post", "/api/v1/tenants/{tenant_id}/follow-ups/{call_id}/call-back", { tenant_id, call_id }, { body: { extension } });

export const finishTask = (tenant_id: string, call_id: string) =>
  ask("post", "/api/v1/tenants/{tenant_id}/follow-ups/{call_id}/done", { tenant_id, call_id });
