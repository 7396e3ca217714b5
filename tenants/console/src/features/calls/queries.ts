/** What the screens of calls read, and the one thing that they order. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { ask, fill, send } from "@/api/client";
import type { CallView } from "@/api/shapes";
import type { Asked, Head } from "@/features/calls/model";
import { useTenant } from "@/features/desk/queries";
import { useRoles, useTenantId } from "@/session/context";

const TENANT = "/api/v1/tenants/{tenant_id}";
const PAGE = 100;
/** A page may hold few calls and yet have a next one: so many are asked for at once before somebody has to ask for more. */
const MOST_PAGES_AT_ONCE = 10;
const ENOUGH = 25;
const MOST_EXPORTED = 10_000;

interface Page {
  items: CallView[];
  next: string | null;
}

async function pageOf(tenant_id: string, asked: Asked, after: string | null, signal?: AbortSignal): Promise<Page> {
  const { recorded, direction, ending, ...by } = asked.by;
  const words = { direction, ending } as { direction?: CallView["direction"]; ending?: never };
  const query = { since_ms: asked.since_ms, until_ms: asked.until_ms, limit: PAGE, after, ...by, ...words, recorded: recorded ? recorded === "true" : null };
  const answer = await send("GET", fill(`${TENANT}/calls`, { tenant_id }), { query, ...(signal ? { signal } : {}) });
  return answer as Page;
}

/** Goes on until there is something to show, the end, or enough was gone through. */
async function someOf(tenant_id: string, asked: Asked, after: string | null, signal: AbortSignal): Promise<Page> {
  const items: CallView[] = [];
  let next = after;
  for (let count = 0; count < MOST_PAGES_AT_ONCE; count += 1) {
    const page = await pageOf(tenant_id, asked, next, signal);
    items.push(...page.items);
    next = page.next;
    if (next === null || items.length >= ENOUGH) break;
  }
  return { items, next };
}

export function useCalls(asked: Asked) {
  const tenant_id = useTenantId();
  return useInfiniteQuery({
    queryKey: ["calls", tenant_id, asked],
    queryFn: ({ pageParam, signal }) => someOf(tenant_id, asked, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
  });
}

/** All calls that fit, for a file; the newest ones where there are too many.  Throws Problem. */
export async function allCalls(tenant_id: string, asked: Asked): Promise<{ calls: CallView[]; whole: boolean }> {
  const calls: CallView[] = [];
  let after: string | null = null;
  do {
    const page: Page = await pageOf(tenant_id, asked, after);
    calls.push(...page.items);
    after = page.next;
  } while (after !== null && calls.length < MOST_EXPORTED);
  return { calls, whole: after === null };
}

export function useCall(call_id: string) {
  const tenant_id = useTenantId();
  return useQuery({
    queryKey: ["call", tenant_id, call_id],
    queryFn: ({ signal }) => ask("get", `${TENANT}/calls/{call_id}`, { tenant_id, call_id }, { signal }),
    // One that goes on changes.
    refetchInterval: ({ state }) => (state.data?.ended_ms === null ? 3_000 : false),
  });
}

export interface Why {
  findings: { cause: string; words: string; evidence: string[] }[];
  messages: Head[];
  silent_edges: string[];
  missing: ("messages" | "recording")[];
}

export function useWhy(call_id: string, enabled: boolean) {
  const tenant_id = useTenantId();
  return useQuery({
    queryKey: ["why", tenant_id, call_id],
    queryFn: async ({ signal }) => (await send("GET", fill("/why/{tenant_id}/{call_id}", { tenant_id, call_id }), { signal })) as Why,
    enabled,
    staleTime: 60_000,
  });
}

/** Of the results that the tenant has itself: what people read by the word that is kept. */
export function useResultNames(): ReadonlyMap<string, string> {
  const own = useTenant()?.dispositions;
  return useMemo(() => new Map(own?.map(({ disposition, label }) => [disposition, label])), [own]);
}

/** Of the tenant's queues: name by id. */
export function useQueueNames(): ReadonlyMap<string, string> {
  const tenant_id = useTenantId();
  const { data } = useQuery({
    queryKey: ["queue-names", tenant_id],
    queryFn: ({ signal }) => ask("get", `${TENANT}/queues`, { tenant_id }, { query: { limit: 500 }, signal }),
    staleTime: 300_000,
    select: ({ items }) => new Map(items.map(({ queue_id, name }) => [queue_id, name === undefined || name === "" ? queue_id : name])),
  });
  return data ?? NONE;
}

/** Of the tenant's agents: name by user; a client's people may not ask. */
export function useAgentNames(): ReadonlyMap<string, string> {
  const tenant_id = useTenantId();
  const enabled = useIsInside();
  const { data } = useQuery({
    queryKey: ["agent-names", tenant_id],
    queryFn: ({ signal }) => ask("get", `${TENANT}/agents`, { tenant_id }, { query: { limit: 500 }, signal }),
    enabled,
    staleTime: 300_000,
    select: ({ items }) => new Map(items.map(({ user_id, name }) => [user_id, name])),
  });
  return data ?? NONE;
}

/** The sites at which the tenant has stations. */
export function useSiteIds(): readonly string[] {
  const tenant_id = useTenantId();
  const enabled = useIsInside();
  const { data } = useQuery({
    queryKey: ["site-ids", tenant_id],
    queryFn: ({ signal }) => ask("get", `${TENANT}/stations`, { tenant_id }, { query: { limit: 500 }, signal }),
    enabled,
    staleTime: 300_000,
    select: ({ items }) => [...new Set(items.map(({ site_id }) => site_id))].sort(),
  });
  return data ?? [];
}

const NONE: ReadonlyMap<string, string> = new Map();

/** Of the provider's people: who sees sites, trunks and colleagues.  What is seen in truth the server says. */
export function useIsInside(): boolean {
  const roles = useRoles();
  return ["agent", "supervisor", "manager", "hq"].some((role) => roles.has(role as never));
}

/** Who may see a customer's number, each look audited. */
export function useMayReveal(): boolean {
  const roles = useRoles();
  return roles.has("manager") || roles.has("hq");
}

export const customerOf = (tenant_id: string, number: string) =>
  ask("post", `${TENANT}/customer-token`, { tenant_id }, { body: { number } });

export const revealed = (tenant_id: string, call_id: string) =>
  ask("get", `${TENANT}/calls/{call_id}`, { tenant_id, call_id }, { query: { reveal: "numbers" } });

export const callAgain = (tenant_id: string, call_id: string, extension: string) =>
  ask("post", `${TENANT}/calls/{call_id}/call-back`, { tenant_id, call_id }, { body: { extension } });
