/**
 * What the server tells over `/events`, and what is known after it: pure, so that each case is a test.
 *
 * A snapshot says all; each event after it says what one thing is now, or that it is gone.
 */
import type { AgentStateView, CallView, PlatformStatus, QueueStateView } from "@/api/shapes";

/** The call that is on the way to me, rings or is mine: the screen pop.  `call` is null until the platform knows it. */
export interface Offer {
  call_id: string;
  queue_id: string | null;
  call: CallView | null;
}

export interface Me {
  state: AgentStateView | null;
  offer: Offer | null;
}

export interface World {
  /** Id of the last event; what a new connection resumes after. */
  after: string | null;
  agents: Readonly<Record<string, AgentStateView>>;
  queues: Readonly<Record<string, QueueStateView>>;
  calls: Readonly<Record<string, CallView>>;
  me: Me;
  platform: PlatformStatus | null;
}

export const NOTHING: World = {
  after: null,
  agents: {},
  queues: {},
  calls: {},
  me: { state: null, offer: null },
  platform: null,
};

interface Snapshot {
  kind: "snapshot";
  topics: {
    agents?: AgentStateView[];
    queues?: QueueStateView[];
    calls?: CallView[];
    me?: Partial<Me>;
    platform?: PlatformStatus;
  };
}

export type News = { id: string } & (
  | Snapshot
  | { kind: "resumed"; topics: string[] }
  | { kind: "agent.changed"; agent: AgentStateView }
  | { kind: "agent.gone"; user_id: string }
  | { kind: "queue.changed"; queue: QueueStateView }
  | { kind: "queue.gone"; queue_id: string }
  | { kind: "call.changed"; call: CallView }
  | { kind: "call.ended"; call_id: string }
  | { kind: "me.changed"; me: AgentStateView }
  | { kind: "me.offer"; offer: Offer | null }
  | { kind: "platform.changed"; platform: PlatformStatus }
);

/** Return a message as news; null for what is none, such as a sign of life. */
export function readNews(message: unknown): News | null {
  if (typeof message !== "object" || message === null) return null;
  const told = message as Partial<News>;
  return typeof told.kind === "string" && typeof told.id === "string" ? (told as News) : null;
}

export function after(world: World, news: News): World {
  const known = { ...world, after: news.id };
  switch (news.kind) {
    case "snapshot":
      return opened(news);
    case "agent.changed":
      return { ...known, agents: { ...world.agents, [news.agent.user_id]: news.agent } };
    case "agent.gone":
      return { ...known, agents: without(world.agents, news.user_id) };
    case "queue.changed":
      return { ...known, queues: { ...world.queues, [news.queue.queue_id]: news.queue } };
    case "queue.gone":
      return { ...known, queues: without(world.queues, news.queue_id) };
    case "call.changed":
      return isOlder(news.call, world.calls[news.call.call_id]) ? known : withCall(known, news.call);
    case "call.ended":
      return { ...known, calls: without(world.calls, news.call_id) };
    case "me.changed":
      return { ...known, me: { ...world.me, state: news.me } };
    case "me.offer":
      return { ...known, me: { ...world.me, offer: news.offer } };
    case "platform.changed":
      return { ...known, platform: news.platform };
    // `resumed`, and whatever a newer server tells: nothing to know, and not asked for again.
    default:
      return known;
  }
}

function opened({ id, topics }: Snapshot & { id: string }): World {
  return {
    after: id,
    agents: byKey(topics.agents, (agent) => agent.user_id),
    queues: byKey(topics.queues, (queue) => queue.queue_id),
    calls: byKey(topics.calls, (call) => call.call_id),
    me: { state: null, offer: null, ...topics.me },
    platform: topics.platform ?? null,
  };
}

/** Of two words on a call the one with the higher version is newer, in whichever order they came. */
const isOlder = (call: CallView, known: CallView | undefined): boolean => known !== undefined && call.version < known.version;

function withCall(world: World, call: CallView): World {
  const { offer } = world.me;
  const isMine = offer?.call_id === call.call_id;
  return {
    ...world,
    calls: { ...world.calls, [call.call_id]: call },
    me: isMine ? { ...world.me, offer: { ...offer, call } } : world.me,
  };
}

function byKey<T>(things: readonly T[] | undefined, keyOf: (thing: T) => string): Record<string, T> {
  return Object.fromEntries((things ?? []).map((thing) => [keyOf(thing), thing]));
}

function without<T>(things: Readonly<Record<string, T>>, key: string): Readonly<Record<string, T>> {
  if (!(key in things)) return things;
  return Object.fromEntries(Object.entries(things).filter(([each]) => each !== key));
}
