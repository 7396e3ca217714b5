import { describe, expect, it } from "vitest";
import type { AgentStateView, CallView, QueueStateView } from "@/api/shapes";
import { after, NOTHING, readNews, type News, type World } from "@/events/protocol";

const agent = (user_id: string, state: AgentStateView["state"]) => ({ user_id, name: user_id, state }) as AgentStateView;
const call = (call_id: string, version: number, state = "waiting") => ({ call_id, version, state }) as CallView;
const queue = (queue_id: string, waiting: number) => ({ queue_id, waiting }) as QueueStateView;

const SNAPSHOT: News = {
  kind: "snapshot",
  id: "acme/5-0",
  topics: { agents: [agent("ana", "ready")], queues: [queue("orders", 2)], calls: [call("c1", 3)], me: { state: null, offer: { call_id: "c1", queue_id: "orders", call: call("c1", 3) } } },
};
const OPENED = after(NOTHING, SNAPSHOT);
const then = (...news: News[]): World => news.reduce(after, OPENED);

describe("a snapshot", () => {
  it("says all that is known, whatever was known before", () => {
    expect(Object.keys(OPENED.agents)).toEqual(["ana"]);
    expect(OPENED.queues.orders?.waiting).toBe(2);
    expect(OPENED.after).toBe("acme/5-0");
    expect(then({ kind: "snapshot", id: "acme/9-0", topics: {} })).toEqual({ ...NOTHING, after: "acme/9-0" });
  });

  it("may lack what a role does not see", () => {
    expect(after(NOTHING, { kind: "snapshot", id: "-/1-0", topics: {} }).platform).toBeNull();
  });
});

describe("an event", () => {
  it("changes the one thing it is about, and is where we resume", () => {
    const world = then({ kind: "agent.changed", id: "acme/6-0", agent: agent("ana", "talking") });
    expect(world.agents.ana?.state).toBe("talking");
    expect([world.queues === OPENED.queues, world.after]).toEqual([true, "acme/6-0"]);
  });

  it("takes away what is gone, twice if it is told twice", () => {
    const gone: News = { kind: "call.ended", id: "acme/7-0", call_id: "c1" };
    expect(then(gone, gone).calls).toEqual({});
    expect(then({ kind: "agent.gone", id: "acme/8-0", user_id: "ana" }).agents).toEqual({});
  });

  it("of an older version of a call is no news", () => {
    expect(then({ kind: "call.changed", id: "acme/6-0", call: call("c1", 2, "old") }).calls.c1?.state).toBe("waiting");
  });

  it("of my call reaches the screen pop too", () => {
    expect(then({ kind: "call.changed", id: "acme/6-0", call: call("c1", 4, "talking") }).me.offer?.call?.state).toBe("talking");
    expect(then({ kind: "me.offer", id: "acme/6-0", offer: null }).me.offer).toBeNull();
  });

  it("says that a new connection goes on where the last one ended", () => {
    expect(then({ kind: "resumed", id: "acme/6-0", topics: ["calls"] })).toEqual({ ...OPENED, after: "acme/6-0" });
  });

  it("of a kind that a newer server tells is passed over", () => {
    const news = readNews({ kind: "weather.changed", id: "acme/6-0" });
    expect(news && after(OPENED, news)).toEqual({ ...OPENED, after: "acme/6-0" });
  });

  it("without a kind or an id is none", () => {
    expect([readNews(null), readNews("x"), readNews({ kind: "alive" }), readNews({ id: "1" })]).toEqual([null, null, null, null]);
  });
});
