/** What the desk reads of the control plane, beside the events. */
import { useQuery } from "@tanstack/react-query";
import { ask } from "@/api/client";
import type { CallView } from "@/api/shapes";
import { useEvents } from "@/events/EventsProvider";
import { useLiveCall, useMe } from "@/events/topics";
import type { MyState } from "@/features/desk/model";
import { utcDay } from "@/parts/time";
import { useSession, useTenantId } from "@/session/context";

const TENANT = "/api/v1/tenants/{tenant_id}";

/** My state as the events tell it; null until the first word of it. */
export function useMyState(): MyState | null {
  return useMe().state;
}

/** The station that I sit at, signed in or not. */
export function useMyExtension(): string | null {
  const seat = useSession().user.station?.extension ?? null;
  return useMyState()?.extension ?? seat;
}

/**
 * The call that I have, ring or write about: live by the events, and after its end by its record.
 */
export function useMyCall(callId: string | null): CallView | null {
  const tenant_id = useTenantId();
  const seen = useLiveCall(callId);
  const { offer } = useMe();
  const live = seen ?? (offer?.call_id === callId ? offer.call : null);
  const { data } = useQuery({
    queryKey: ["call", tenant_id, callId, live === null],
    queryFn: ({ signal }) => ask("get", `${TENANT}/calls/{call_id}`, { tenant_id, call_id: callId ?? "" }, { signal }),
    enabled: callId !== null && live === null,
  });
  return live ?? data ?? null;
}

/** What has been said of a call so far, of one in progress too; undefined until it is known. */
export function useWord(callId: string) {
  const tenant_id = useTenantId();
  return useQuery({
    queryKey: ["word", tenant_id, callId],
    queryFn: ({ signal }) => ask("get", `${TENANT}/calls/{call_id}`, { tenant_id, call_id: callId }, { signal }),
    select: ({ disposition, note }) => ({ disposition, note }),
    staleTime: Infinity,
    gcTime: 0,
  }).data;
}

export function useTenant() {
  const tenant_id = useTenantId();
  return useQuery({
    queryKey: ["tenant", tenant_id],
    queryFn: ({ signal }) => ask("get", TENANT, { tenant_id }, { signal }),
    staleTime: 300_000,
  }).data;
}

export function useQueueSettings(queueId: string | null) {
  const tenant_id = useTenantId();
  return useQuery({
    queryKey: ["queue", tenant_id, queueId],
    queryFn: ({ signal }) => ask("get", `${TENANT}/queues/{queue_id}`, { tenant_id, queue_id: queueId ?? "" }, { signal }),
    enabled: queueId !== null,
    staleTime: 300_000,
  }).data;
}

/** The customer's last calls, by the token that stands for the number. */
export function useHistory(customer: string | null) {
  const tenant_id = useTenantId();
  return useQuery({
    queryKey: [HISTORY, tenant_id, customer],
    queryFn: ({ signal }) => ask("get", `${TENANT}/calls`, { tenant_id }, { query: { customer: customer ?? "", limit: 20 }, signal }),
    enabled: customer !== null,
  });
}

export const HISTORY = "history";
export const TASKS = "tasks";
export const MY_CALLS = "my-calls";

/** Missed calls and messages of the UTC day that nobody has followed up. */
export function useTasks() {
  const tenant_id = useTenantId();
  const day = utcDay(useEvents().serverNow());
  return useQuery({
    queryKey: [TASKS, tenant_id, day],
    queryFn: ({ signal }) => ask("get", `${TENANT}/follow-ups`, { tenant_id }, { query: { day, open: true, limit: 100 }, signal }),
    refetchInterval: 30_000,
  });
}

/** The calls of my station since midnight here, newest first. */
export function useMyCalls(extension: string | null) {
  const tenant_id = useTenantId();
  const since_ms = new Date(useEvents().serverNow()).setHours(0, 0, 0, 0);
  return useQuery({
    queryKey: [MY_CALLS, tenant_id, since_ms, extension],
    queryFn: ({ signal }) =>
      ask("get", `${TENANT}/calls`, { tenant_id }, { query: { since_ms, extension: extension ?? "", limit: 500 }, signal }),
    enabled: extension !== null,
    refetchInterval: 60_000,
  });
}

/** Where a call can be handed to: stations and queues of the tenant. */
export function useTargets() {
  const tenant_id = useTenantId();
  return useQuery({
    queryKey: ["targets", tenant_id],
    queryFn: async ({ signal }) => {
      const [stations, queues] = await Promise.all([
        ask("get", `${TENANT}/stations`, { tenant_id }, { query: { limit: 500 }, signal }),
        ask("get", `${TENANT}/queues`, { tenant_id }, { query: { limit: 500 }, signal }),
      ]);
      return { stations: stations.items, queues: queues.items };
    },
    staleTime: 60_000,
  }).data;
}
