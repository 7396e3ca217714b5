/** Asks for a report until all of it is summed up. */
import { useQuery } from "@tanstack/react-query";
import { fill, send } from "@/api/client";
import type { Asked, ReportView } from "@/features/reports/model";
import { useTenantId } from "@/session/context";

const REPORTS = "/api/v1/tenants/{tenant_id}/reports";
const AGAIN_MS = 1_500;

const queryOf = ({ kind, interval, since_ms, until_ms }: Asked) => ({ kind, interval, since_ms, until_ms });

export function useReport(asked: Asked) {
  const tenant_id = useTenantId();
  return useQuery({
    queryKey: ["report", tenant_id, queryOf(asked)],
    queryFn: async ({ signal }) => (await send("GET", fill(REPORTS, { tenant_id }), { query: queryOf(asked), signal })) as ReportView,
    refetchInterval: ({ state }) => ((state.data?.pending ?? 0) > 0 ? AGAIN_MS : false),
    staleTime: 60_000,
  });
}

export const fileAddress = (tenant_id: string, asked: Asked, format: "csv" | "xlsx"): string => {
  const query = new URLSearchParams(Object.entries({ ...queryOf(asked), format }).map(([name, value]) => [name, String(value)]));
  return `${fill(`${REPORTS}/file`, { tenant_id })}?${query.toString()}`;
};
