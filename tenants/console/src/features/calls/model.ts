/** What is asked for of calls, and what is worked out of them: pure. */
import type { CallView, LegView } from "@/api/shapes";

/** What a listing is asked by; all of it stands in the address, so that a link leads to the same calls. */
export const NAMES = ["direction", "ending", "queue_id", "agent_id", "extension", "site_id", "trunk_id", "customer", "recorded"] as const;
export type Name = (typeof NAMES)[number];
export const RANGES = ["today", "yesterday", "week", "month"] as const;
export type Range = (typeof RANGES)[number];

export interface Asked {
  range: Range | "between";
  since_ms: number;
  until_ms: number;
  by: Partial<Record<Name, string>>;
}

const DAY_MS = 86_400_000;
/** The API goes through so many days of calls at most. */
export const MOST_MS = 31 * DAY_MS;

/** Midnight before a moment, in the browser's zone; `days` later or earlier. */
export function midnight(ms: number, days = 0): number {
  const at = new Date(ms);
  return new Date(at.getFullYear(), at.getMonth(), at.getDate() + days).getTime();
}

export function rangeOf(range: Range, nowMs: number): [number, number] {
  const until = midnight(nowMs, 1);
  switch (range) {
    case "today":
      return [midnight(nowMs), until];
    case "yesterday":
      return [midnight(nowMs, -1), midnight(nowMs)];
    case "week":
      return [midnight(nowMs, -6), until];
    case "month":
      return [Math.max(midnight(nowMs, -30), until - MOST_MS), until];
  }
}

const isRange = (text: string | null): text is Range => RANGES.some((each) => each === text);

/** What an address asks for; nonsense in it is left out. */
export function askedOf(queryText: string, nowMs: number): Asked {
  const query = new URLSearchParams(queryText);
  const by: Asked["by"] = {};
  for (const name of NAMES) {
    const value = query.get(name);
    if (value) by[name] = value;
  }
  const [since, until] = [Number(query.get("since") ?? NaN), Number(query.get("until") ?? NaN)];
  if (Number.isSafeInteger(since) && Number.isSafeInteger(until) && since >= 0 && since < until) {
    return { range: "between", since_ms: Math.max(since, until - MOST_MS), until_ms: until, by };
  }
  const named = query.get("range");
  const range = isRange(named) ? named : "today";
  const [since_ms, until_ms] = rangeOf(range, nowMs);
  return { range, since_ms, until_ms, by };
}

/** The address of a list of calls, for links from elsewhere. */
export function addressOf(sinceMs: number, untilMs: number, by: Asked["by"]): string {
  const query = new URLSearchParams({ since: String(sinceMs), until: String(untilMs), ...by });
  return `/calls?${query.toString()}`;
}

/** One thing that happened between the platform and a party. */
export interface Step {
  at_ms: number;
  leg_id: string;
  what: "called" | "calls" | "ringing" | "answered" | "held" | "failed" | "ended";
  /** From the party to the platform. */
  inwards: boolean;
  code: number | null;
}

/** What happened in a call, by the times of its legs. */
export function stepsOf(call: Pick<CallView, "direction" | "legs">): Step[] {
  const steps = call.legs.flatMap((leg, place) => stepsOfLeg(leg, place === 0 && call.direction !== "outbound"));
  return steps.sort((a, b) => a.at_ms - b.at_ms);
}

function stepsOfLeg(leg: LegView, began: boolean): Step[] {
  const step = (at_ms: number | null, what: Step["what"], inwards: boolean, code: number | null = null): Step[] =>
    at_ms === null ? [] : [{ at_ms, leg_id: leg.leg_id, what, inwards, code }];
  const isLost = leg.answered_ms === null && leg.sip_code !== null;
  return [
    ...step(leg.started_ms, began ? "calls" : "called", began),
    ...step(leg.ringing_ms, "ringing", !began),
    ...step(leg.answered_ms, "answered", !began),
    ...step(leg.held_since_ms, "held", true),
    ...step(leg.ended_ms, isLost ? "failed" : "ended", true, isLost ? leg.sip_code : null),
  ];
}

/** As the portal tells a SIP message that an edge took, or a thing that it did. */
export interface Head {
  at_ms: number;
  edge_id: string;
  sip_call_id: string;
  kind: "request" | "response" | "note";
  sender: string;
  address: string;
  words: string;
  sdp: string;
}

export interface Rung {
  after_seconds: number;
  /** Column of who sent it; null for a note of the edge. */
  from: number | null;
  words: string;
  detail: string;
}

export interface SipLadder {
  /** The parties, left to right; edges have one column. */
  columns: { sender: string; address: string }[];
  edge: number;
  rungs: Rung[];
}

/** Outside to the left of the edge, ours to the right. */
const ORDER = ["phone", "carrier", "branch", "edge", "media-node", "us"];
const placeOf = (sender: string): number => (ORDER.includes(sender) ? ORDER.indexOf(sender) : ORDER.indexOf("edge") - 1);

export function sipLadderOf(heads: readonly Head[], beganMs: number): SipLadder {
  const named = new Map<string, { sender: string; address: string }>();
  named.set("edge", { sender: "edge", address: "" });
  const keyOf = ({ sender, address }: Head) => (sender === "edge" ? "edge" : `${sender} ${address}`);
  for (const head of heads) if (head.kind !== "note") named.set(keyOf(head), { sender: head.sender, address: keyOf(head) === "edge" ? "" : head.address });
  const keys = [...named.keys()].sort((a, b) => placeOf(named.get(a)?.sender ?? "") - placeOf(named.get(b)?.sender ?? ""));
  const rungs = heads.map((head) => ({
    after_seconds: (head.at_ms - beganMs) / 1000,
    from: head.kind === "note" ? null : keys.indexOf(keyOf(head)),
    words: head.words,
    detail: head.sdp,
  }));
  return { columns: keys.flatMap((key) => named.get(key) ?? []), edge: keys.indexOf("edge"), rungs };
}

/** Text that a spreadsheet would run as a formula begins with one of these; a quote before it makes it text. */
const FORMULA = /^(?:[\t\r]|\s*[=+\-@＝＋－＠])/;

/** Rows as CSV (RFC 4180), with a mark in front by which spreadsheets know UTF-8. */
export function csvOf(rows: readonly (readonly (string | number | null | undefined)[])[]): string {
  const cell = (value: string | number | null | undefined): string => {
    if (value === null || value === undefined) return "";
    if (typeof value === "number") return String(value);
    const text = FORMULA.test(value) ? `'${value}` : value;
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return "\ufeff" + rows.map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";
}

/** Money in millionths as people read it. */
export const money = (micros: number, currency: string | null, language: string): string =>
  currency === null
    ? (micros / 1_000_000).toFixed(2)
    : new Intl.NumberFormat(language, { style: "currency", currency, maximumFractionDigits: 4 }).format(micros / 1_000_000);
