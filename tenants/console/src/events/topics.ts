/** What the events tell, for the screens. */
import type { AgentStateView, CallView, PlatformStatus, QueueStateView } from "@/api/shapes";
import { useWorld } from "@/events/EventsProvider";
import type { Me, World } from "@/events/protocol";

/** The things of a topic as a list; the same list while the topic is the same, for React compares by identity. */
function asList<T>(things: (world: World) => Readonly<Record<string, T>>): (world: World) => readonly T[] {
  const lists = new WeakMap<object, readonly T[]>();
  return (world) => {
    const found = things(world);
    const list = lists.get(found) ?? Object.values(found);
    lists.set(found, list);
    return list;
  };
}

const agents = asList<AgentStateView>((world) => world.agents);
const queues = asList<QueueStateView>((world) => world.queues);
const calls = asList<CallView>((world) => world.calls);

export const useAgents = (): readonly AgentStateView[] => useWorld(agents);
export const useQueues = (): readonly QueueStateView[] => useWorld(queues);
export const useLiveCalls = (): readonly CallView[] => useWorld(calls);
export const useLiveCall = (callId: string | null): CallView | null => useWorld((world) => (callId === null ? null : (world.calls[callId] ?? null)));
export const useMe = (): Me => useWorld((world) => world.me);
export const usePlatform = (): PlatformStatus | null => useWorld((world) => world.platform);
