/** What the board shows of what is known: which agents and calls, in which order, how many in each state.  Pure. */
import type { AgentState, AgentStateView, CallView, LegView } from "@/api/shapes";
import type { Mode } from "@/features/board/acts";
import type { Role } from "@/session/session";

export const STATES: readonly AgentState[] = ["ready", "reserved", "ringing", "talking", "wrap-up", "paused", "signed-out"];

/** What is shown; null: no limit. */
export interface Filter {
  queue: string | null;
  team: string | null;
  site: string | null;
  state: string | null;
}

/** Site of each station, by extension. */
export type Sites = ReadonlyMap<string, string>;

export const siteOf = (agent: AgentStateView, sites: Sites): string | null =>
  agent.extension === null ? null : (sites.get(agent.extension) ?? null);

/** The agents of a filter: by state as it is worked through, in each the longest first.  A queue is that of the agent's call. */
export function shownAgents(agents: readonly AgentStateView[], filter: Filter, sites: Sites): AgentStateView[] {
  return agents
    .filter((agent) => filter.state === null || agent.state === filter.state)
    .filter((agent) => filter.team === null || agent.teams.includes(filter.team))
    .filter((agent) => filter.queue === null || agent.queue_id === filter.queue)
    .filter((agent) => filter.site === null || siteOf(agent, sites) === filter.site)
    .sort((a, b) => STATES.indexOf(a.state) - STATES.indexOf(b.state) || (a.since_ms ?? 0) - (b.since_ms ?? 0));
}

/** The live calls of a filter, the longest first. */
export function shownCalls(calls: readonly CallView[], filter: Filter): CallView[] {
  return calls
    .filter((call) => filter.queue === null || call.queue_id === filter.queue)
    .filter((call) => filter.site === null || call.site_id === filter.site)
    .sort((a, b) => a.started_ms - b.started_ms);
}

export function countByState(agents: readonly AgentStateView[]): Record<AgentState, number> {
  const counts = Object.fromEntries(STATES.map((state) => [state, 0])) as Record<AgentState, number>;
  for (const { state } of agents) counts[state] += 1;
  return counts;
}

/** Whether buttons of supervision are shown; what is allowed in truth the server says. */
export const maySupervise = (roles: ReadonlySet<Role>): boolean => roles.has("supervisor") || roles.has("manager") || roles.has("hq");

/** The leg on which a supervisor at this station is in the call; null where they are not. */
export const listeningLeg = (call: Pick<CallView, "legs">, extension: string): LegView | null =>
  call.legs.find((leg) => leg.role === "supervisor" && leg.extension === extension && leg.ended_ms === null) ?? null;

/** What the supervisor on a leg does there. */
export const modeOf = (leg: Pick<LegView, "mode" | "answered_ms"> | null): Mode | null =>
  leg?.answered_ms == null ? null : leg.mode === "listening" || leg.mode === "whispering" ? leg.mode : "talking";
