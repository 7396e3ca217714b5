/** Things of a resource: listed page by page, made, changed, archived and taken back. */
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { fill, send } from "@/api/client";
import type { Thing } from "@/features/admin/form/schema";
import type { Resource } from "@/features/admin/resource/resource";
import { useSession } from "@/session/context";

interface Page {
  items: Thing[];
  next?: string | null;
}

const PAGE = 200;
const AGAIN_MS = 3_000;

export function useThings(resource: Resource, archived: boolean) {
  const tenant_id = useSession().tenant ?? "";
  const query = useInfiniteQuery({
    queryKey: ["things", tenant_id, resource.name, archived],
    queryFn: async ({ pageParam, signal }) =>
      (await send("GET", fill(resource.all, { tenant_id }), {
        query: { limit: PAGE, after: pageParam, ...(archived && resource.removal === "restores" ? { archived: true } : {}) }, signal,
      })) as Page,
    initialPageParam: "",
    getNextPageParam: (page) => page.next ?? undefined,
    refetchInterval: ({ state }) => (state.data?.pages.some(({ items }) => items.some((row) => resource.moves?.(row) ?? false)) ? AGAIN_MS : false),
  });
  const things = useMemo(() => query.data?.pages.flatMap(({ items }) => items) ?? [], [query.data]);
  return { ...query, things };
}

export const idOf = (resource: Resource, row: Thing): string => String(row[resource.id]);

/** What may be done with a resource's things; each throws what the server says. */
export function useActs(resource: Resource) {
  const tenant_id = useSession().tenant ?? "";
  const queries = useQueryClient();
  const refresh = async () => {
    await Promise.all([queries.invalidateQueries({ queryKey: ["things", tenant_id] }), queries.invalidateQueries({ queryKey: ["choices", tenant_id] })]);
  };
  const at = (id: string, below = "") => fill(resource.one + below, { tenant_id, id });
  const done = async (answer: Promise<unknown>): Promise<Thing> => {
    const thing = (await answer) as Thing;
    await refresh();
    return thing;
  };
  return {
    refresh,
    create: (body: unknown) => done(send("POST", fill(resource.all, { tenant_id }), { body })),
    change: (id: string, body: unknown) => done(resource.put === undefined ? send("PATCH", at(id), { body }) : send("PUT", at(id, resource.put), { body })),
    remove: (id: string) => done(send("DELETE", at(id))),
    restore: (id: string) => done(send("POST", at(id, "/restore"))),
  };
}
