/** What is asked of a simulation, and what it said, as the screen shows it.  Pure. */
import type { components } from "@/api/schema";

export type WhatIfOrder = components["schemas"]["WhatIfOrder"];
export type WhatIfView = components["schemas"]["WhatIfView"];
export type TeamView = WhatIfView["teams"][number];

/** Longer than this the server does not compute. */
export const MOST_SECONDS = 16;

export interface Question {
  name: keyof WhatIfOrder & ("agents" | "more_agents" | "answer_rate" | "leads" | "lines" | "talk_seconds" | "wrap_up_seconds" | "days");
  min: number;
  max: number;
  step: number;
  start: number | null;
}

/** Shares are asked in percent. */
export const QUESTIONS: readonly Question[] = [
  { name: "agents", min: 1, max: 1000, step: 1, start: null },
  { name: "more_agents", min: 1, max: 100, step: 1, start: 2 },
  { name: "days", min: 0.25, max: 14, step: 0.25, start: 1 },
  { name: "answer_rate", min: 1, max: 99, step: 1, start: null },
  { name: "talk_seconds", min: 1, max: 7200, step: 5, start: null },
  { name: "wrap_up_seconds", min: 1, max: 3600, step: 5, start: null },
  { name: "lines", min: 1, max: 100_000, step: 1, start: null },
  { name: "leads", min: 1, max: 100_000_000, step: 100, start: null },
];

export type Answers = Readonly<Record<string, number | null>>;
export const START: Answers = Object.fromEntries(QUESTIONS.map(({ name, start }) => [name, start]));

/** What is empty is left for the server to learn. */
export function toOrder(answers: Answers): WhatIfOrder {
  const given = Object.entries(answers).flatMap(([name, value]) => (value === null ? [] : [[name, name === "answer_rate" ? value / 100 : value] as const]));
  return Object.fromEntries(given);
}

/** How a figure of the second team is against the first: whether that is better. */
export type Change = "better" | "worse" | "same";
const LESS_IS_BETTER: ReadonlySet<string> = new Set(["abandonment", "worst_half_hour", "list_ends_after_seconds"]);

export function changeOf(name: string, before: number | null, after: number | null): Change {
  if (before === null || after === null || Math.abs(after - before) < 1e-9) return "same";
  return after < before === LESS_IS_BETTER.has(name) ? "better" : "worse";
}
