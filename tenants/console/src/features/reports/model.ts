/** What a report shows of what the server says: times asked for, series of a chart, links to the calls.  Pure. */
import type { components } from "@/api/schema";
import { addressOf, midnight } from "@/features/calls/model";

export type ReportView = components["schemas"]["ReportView"];
export type FigureView = components["schemas"]["FigureView"];

export const KINDS = ["tenant", "queue", "agent", "trunk"] as const;
export type Kind = (typeof KINDS)[number];
export const INTERVALS = ["quarter", "hour", "day", "week"] as const;
export type Interval = (typeof INTERVALS)[number];
export const SHAPES = ["bar", "line", "pie", "bar3d"] as const;
export type Shape = (typeof SHAPES)[number];
export const DAYS = ["today", "yesterday", "week", "month", "months"] as const;
export type Days = (typeof DAYS)[number];

/** A chart of more says nothing; the table has all. */
export const MOST_SERIES = 8;
/** An interval whose report over the days is not thousands of rows. */
const SHORTEST: Record<Days, Interval> = { today: "quarter", yesterday: "quarter", week: "hour", month: "hour", months: "day" };

export interface Asked {
  kind: Kind;
  interval: Interval;
  days: Days;
  since_ms: number;
  until_ms: number;
  figure: string | null;
  shape: Shape;
}

function oneOf<T extends string>(values: readonly T[], value: string | null, otherwise: T): T {
  return values.find((each) => each === value) ?? otherwise;
}

/** What an address asks for; kinds: those that the user may see. */
export function askedOf(queryText: string, nowMs: number, kinds: readonly Kind[]): Asked {
  const query = new URLSearchParams(queryText);
  const days = oneOf(DAYS, query.get("days"), "today");
  const wanted = oneOf(INTERVALS, query.get("interval"), days === "today" || days === "yesterday" ? "hour" : "day");
  const [since_ms, until_ms] = daysOf(days, nowMs);
  return {
    kind: oneOf(kinds, query.get("kind"), kinds[0] ?? "tenant"),
    interval: INTERVALS.indexOf(wanted) < INTERVALS.indexOf(SHORTEST[days]) ? SHORTEST[days] : wanted,
    days,
    since_ms,
    until_ms,
    figure: query.get("figure"),
    shape: oneOf(SHAPES, query.get("shape"), "bar"),
  };
}

function daysOf(days: Days, nowMs: number): [number, number] {
  const until = midnight(nowMs, 1);
  switch (days) {
    case "today":
      return [midnight(nowMs), until];
    case "yesterday":
      return [midnight(nowMs, -1), midnight(nowMs)];
    case "week":
      return [midnight(nowMs, -6), until];
    case "month":
      return [midnight(nowMs, -29), until];
    case "months":
      return [midnight(nowMs, -89), until];
  }
}

export interface Series {
  subject: string;
  name: string;
  /** By place in `times`; null where there was nothing. */
  values: (number | null)[];
}

export interface Drawn {
  times: number[];
  series: Series[];
  /** How many subjects are in the table only. */
  left: number;
}

/** A figure's course: of the subjects with most of it, in the order of the report's intervals. */
export function drawnOf(view: Pick<ReportView, "rows" | "totals">, figure: string): Drawn {
  const times = [...new Set(view.rows.map(({ at_ms }) => at_ms))].sort((a, b) => a - b);
  const ranked = [...view.totals].sort((a, b) => (b.values[figure] ?? 0) - (a.values[figure] ?? 0));
  const series = ranked.slice(0, MOST_SERIES).map(({ subject, name }) => {
    const values = new Map(view.rows.filter((row) => row.subject === subject).map(({ at_ms, values: all }) => [at_ms, all[figure] ?? null]));
    return { subject, name, values: times.map((time) => values.get(time) ?? null) };
  });
  return { times, series, left: Math.max(0, ranked.length - MOST_SERIES) };
}

/** Slices of a pie: how calls ended, of the tenant; else each subject's part. */
export function slicesOf(view: Pick<ReportView, "kind" | "totals">, figure: string): { name: string; value: number; isEnding: boolean }[] {
  if (view.kind === "tenant") {
    const endings = Object.entries(view.totals[0]?.endings ?? {});
    return endings.map(([name, value]) => ({ name, value, isEnding: true })).sort((a, b) => b.value - a.value);
  }
  const all = view.totals.map(({ name, values }) => ({ name, value: values[figure] ?? 0, isEnding: false })).sort((a, b) => b.value - a.value);
  return all.filter(({ value }) => value > 0).slice(0, 2 * MOST_SERIES);
}

const LENGTH_MS: Record<Interval, number> = { quarter: 900_000, hour: 3_600_000, day: 86_400_000, week: 7 * 86_400_000 };

/** Where the calls of a row are listed; null where calls are not found by such a subject. */
export function callsOf(view: Pick<ReportView, "kind" | "interval" | "until_ms" | "rows">, atMs: number, subject: string): string | null {
  const later = Math.min(...view.rows.map(({ at_ms }) => at_ms).filter((at) => at > atMs));
  const length = LENGTH_MS[view.interval as Interval];
  // Days are of 23 to 25 hours: where the next row follows at once, it says when this one ends.
  const until = Math.min(later < atMs + 1.5 * length ? later : atMs + length, view.until_ms);
  const [what, ...rest] = subject.split(":");
  const word = rest.join(":");
  switch (view.kind) {
    case "tenant":
      return addressOf(atMs, until, {});
    case "queue":
      return addressOf(atMs, until, { queue_id: subject });
    case "trunk":
      return addressOf(atMs, until, { trunk_id: subject });
    default:
      if (what === "user") return addressOf(atMs, until, { agent_id: word });
      return what === "station" ? addressOf(atMs, until, { extension: word }) : null;
  }
}

/** A value by its unit, for people. */
export function shownValue(value: number | null | undefined, unit: string, currency: string | null, language: string): string {
  if (value === null || value === undefined) return "–";
  const number = (digits: number) => new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value);
  switch (unit) {
    case "seconds": {
      const whole = Math.round(value);
      const two = (part: number) => String(part).padStart(2, "0");
      return `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
    }
    case "percent":
      return `${number(1)} %`;
    case "money":
      return currency === null ? number(2) : new Intl.NumberFormat(language, { style: "currency", currency }).format(value);
    case "mos":
      return number(2);
    default:
      return number(0);
  }
}
