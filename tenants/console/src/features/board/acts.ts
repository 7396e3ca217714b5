/** What a supervisor does to a live call; each resolves once the order is on its way. */
import { ask } from "@/api/client";

const CALL = "/api/v1/tenants/{tenant_id}/calls/{call_id}";

export type Mode = "listening" | "whispering" | "talking";

/** `extension`: the supervisor's own station, which is rung. */
export function supervisionOf(tenant_id: string, call_id: string, extension: string) {
  const ids = { tenant_id, call_id };
  return {
    listen: (mode: Mode) => ask("put", `${CALL}/supervision`, ids, { body: { extension, mode } }),
    takeOver: () => ask("post", `${CALL}/take-over`, ids, { body: { extension } }),
    /** Let one party go; the others talk on. */
    release: (leg_id: string) => ask("delete", `${CALL}/parties/{leg_id}`, { ...ids, leg_id }),
    hangUp: () => ask("delete", CALL, ids),
  };
}
