import { describe, expect, it } from "vitest";
import type { AgentState, AgentStateView, LegView } from "@/api/shapes";
import { after, NOTHING, type News } from "@/events/protocol";
import { countByState, listeningLeg, maySupervise, modeOf, shownAgents, STATES } from "@/features/board/model";

const all = { queue: null, team: null, site: null, state: null };

const agent = (user_id: string, state: AgentState, since_ms = 0, more: Partial<AgentStateView> = {}): AgentStateView => ({
  user_id, state, since_ms, name: user_id, call_id: null, extension: user_id, queue_id: null, reason: null, teams: [], ...more,
});
const ids = (agents: AgentStateView[]) => agents.map(({ user_id }) => user_id);

describe("agents on the board", () => {
  it("stand by state, in each the longest first", () => {
    const agents = [agent("a", "talking", 5), agent("b", "ready", 9), agent("c", "ready", 3)];
    expect(ids(shownAgents(agents, all, new Map()))).toEqual(["c", "b", "a"]);
  });

  it("are limited by team, queue, site and state", () => {
    const agents = [agent("a", "ready", 0, { teams: ["t"] }), agent("b", "talking", 0, { queue_id: "q" })];
    const sites = new Map([["b", "hq"]]);
    expect(ids(shownAgents(agents, { ...all, team: "t" }, sites))).toEqual(["a"]);
    expect(ids(shownAgents(agents, { ...all, queue: "q" }, sites))).toEqual(["b"]);
    expect(ids(shownAgents(agents, { ...all, site: "hq" }, sites))).toEqual(["b"]);
    expect(ids(shownAgents(agents, { ...all, state: "ready" }, sites))).toEqual(["a"]);
  });

  it("are counted in each state, none left out", () => {
    expect(countByState([agent("a", "ready"), agent("b", "ready")])).toMatchObject({ ready: 2, talking: 0 });
  });

  it("are right after 3000 events on 500 of them", () => {
    const state = (n: number) => STATES[n % STATES.length] ?? "ready";
    const news: News[] = Array.from({ length: 3000 }, (_, n) => ({
      id: String(n), kind: "agent.changed", agent: agent(String(n % 500), state(n), n),
    }));
    const shown = shownAgents(Object.values(news.reduce(after, NOTHING).agents), all, new Map());
    expect(shown).toHaveLength(500);
    expect(shown.every(({ since_ms, state: told }) => since_ms !== null && since_ms >= 2500 && told === state(since_ms))).toBe(true);
  });
});

it("is supervised from by those who lead, not by clients", () => {
  expect(maySupervise(new Set(["supervisor"]))).toBe(true);
  expect(maySupervise(new Set(["client", "agent"]))).toBe(false);
});

it("knows the supervisor's own leg, and no ended one", () => {
  const leg = (leg_id: string, role: string, extension: string, ended_ms: number | null = null) => ({ leg_id, role, extension, ended_ms }) as LegView;
  const legs = [leg("1", "agent", "1001"), leg("2", "supervisor", "1009", 5), leg("3", "supervisor", "1009")];
  expect(listeningLeg({ legs }, "1009")?.leg_id).toBe("3");
  expect(listeningLeg({ legs }, "1001")).toBeNull();
});

describe("what a supervisor does on a leg", () => {
  it("is to talk where no other mode is told", () => {
    expect([modeOf({ mode: null, answered_ms: 1 }), modeOf({ mode: "whispering", answered_ms: 1 })]).toEqual(["talking", "whispering"]);
  });

  it("is nothing while it rings", () => {
    expect([modeOf(null), modeOf({ mode: null, answered_ms: null })]).toEqual([null, null]);
  });
});
