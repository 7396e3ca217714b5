/** What the editor asks of the server. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { ask } from "@/api/client";
import type { Thing } from "@/features/admin/form/schema";
import { useTenantId } from "@/session/context";

const FLOW = "/api/v1/tenants/{tenant_id}/flows/{flow_id}";
const OTHERS_MS = 10_000;
const DRAWING_MS = 400;

/** The flow as it is kept, looked at now and then: somebody else may draw too. */
export function useFlow(flow_id: string) {
  const tenant_id = useTenantId();
  return useQuery({
    queryKey: ["flow", tenant_id, flow_id],
    queryFn: ({ signal }) => ask("get", FLOW, { tenant_id, flow_id }, { signal }),
    refetchInterval: OTHERS_MS,
  });
}

/** What is wrong with a document as it is drawn, some time after the last stroke; the last word while a new one comes. */
export function useProblems(flow_id: string, document: Thing) {
  const tenant_id = useTenantId();
  const drawn = useSettled(JSON.stringify(document));
  const query = useQuery({
    queryKey: ["flow-check", tenant_id, flow_id, drawn],
    queryFn: ({ signal }) => ask("post", `${FLOW}/check`, { tenant_id, flow_id }, { body: { document: JSON.parse(drawn) as Thing }, signal }),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });
  return { problems: query.data?.problems ?? NONE, isCurrent: query.isSuccess && !query.isPlaceholderData && drawn === JSON.stringify(document) };
}

const NONE: readonly { where: string; message: string }[] = [];

function useSettled(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = window.setTimeout(() => setSettled(value), DRAWING_MS);
    return () => window.clearTimeout(timer);
  }, [value]);
  return settled;
}

export function useVersions(flow_id: string, enabled: boolean) {
  const tenant_id = useTenantId();
  return useQuery({
    queryKey: ["flow-versions", tenant_id, flow_id],
    queryFn: ({ signal }) => ask("get", `${FLOW}/versions`, { tenant_id, flow_id }, { query: { limit: 100 }, signal }),
    enabled,
  });
}

export function actsOnFlow(tenant_id: string, flow_id: string) {
  const ids = { tenant_id, flow_id };
  return {
    now: () => ask("get", FLOW, ids),
    save: (edit: number, document: Thing) => ask("put", `${FLOW}/draft`, ids, { body: { edit, document } }),
    publish: (edit: number, note: string) => ask("post", `${FLOW}/publish`, ids, { body: { edit, note } }),
    rollBack: (version: number) => ask("post", `${FLOW}/roll-back`, ids, { body: { version } }),
    version: (version: number) => ask("get", `${FLOW}/versions/{version}`, { ...ids, version: String(version) }),
    simulate: (body: Parameters<typeof simulated>[1]) => simulated(ids, body),
  };
}

const simulated = (ids: { tenant_id: string; flow_id: string }, body: { document: Thing; words: string[]; nobody: boolean; vip_level: number; caller: string | null }) =>
  ask("post", `${FLOW}/simulate`, ids, { body: { ...body, answers: {} } });
