/** How the platform does: from the events where they tell, else asked for now and then. */
import { useQuery } from "@tanstack/react-query";
import { ask } from "@/api/client";
import type { PlatformStatus } from "@/api/shapes";
import { usePlatform } from "@/events/topics";

const AGAIN_MS = 5_000;

export function usePlatformStatus(): PlatformStatus | undefined {
  const live = usePlatform();
  const { data } = useQuery({
    queryKey: ["platform-status"],
    queryFn: ({ signal }) => ask("get", "/api/v1/platform/status", {}, { signal }),
    refetchInterval: AGAIN_MS,
    enabled: live === null,
  });
  return live ?? data;
}
