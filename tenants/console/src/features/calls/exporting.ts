/** A list of calls as a file for spreadsheets: what the screen shows, no more. */
import type { CallView } from "@/api/shapes";
import { csvOf } from "@/features/calls/model";

export interface Words {
  t: (key: string) => string;
  language: string;
  endingText: (ending: string | null) => string;
  queues: ReadonlyMap<string, string>;
  agents: ReadonlyMap<string, string>;
  results: ReadonlyMap<string, string>;
}

const utc = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

export function fileOf(calls: readonly CallView[], words: Words): string {
  const { t, endingText, queues, agents, results } = words;
  const priced = calls.some(({ cost_micros }) => cost_micros !== null);
  const head = ["call", "began", "direction", "customer", "number", "extension", "agent", "queue", "waited", "talked", "ending", "disposition", "note"];
  const rows = calls.map((call) => [
    call.call_id,
    utc(call.started_ms),
    t(`words.directions.${call.direction}`),
    call.number,
    call.caller_number,
    call.extension,
    call.agent_id === null ? null : (agents.get(call.agent_id) ?? call.agent_id),
    call.queue_id === null ? null : (queues.get(call.queue_id) ?? call.queue_id),
    call.queue_seconds,
    call.talk_seconds,
    endingText(call.ending),
    call.disposition === null ? null : (results.get(call.disposition) ?? call.disposition),
    call.note,
    ...(priced ? [call.cost_micros === null ? null : call.cost_micros / 1_000_000, call.currency] : []),
  ]);
  const names = [...head, ...(priced ? ["cost", "currency"] : [])].map((name) => t(`calls.columns.${name}`));
  return csvOf([names, ...rows]);
}
