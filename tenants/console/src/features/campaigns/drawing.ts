/** What is drawn of a campaign. */
import type { EChartsCoreOption } from "echarts/core";
import type { Shade } from "@/app/tokens";
import type { LiveView, Sample } from "@/features/campaigns/live";
import { axisLook, COLOURS, INK, SIGNS } from "@/parts/chart/look";

const base = (shade: Shade) => ({
  color: COLOURS[shade],
  textStyle: { color: INK[shade].text },
  animation: false,
  legend: { type: "scroll", bottom: 0, textStyle: { color: INK[shade].text }, itemHeight: 10 },
  grid: { left: 4, right: 12, top: 12, bottom: 30, containLabel: true },
  tooltip: { confine: true, trigger: "axis" as const },
});

export interface LineNames {
  ringing: string;
  waiting: string;
  talking: string;
}

/** Lines over the last minutes, stacked: their sum is how many are in use. */
export function linesOption(samples: readonly Sample[], names: LineNames, shade: Shade): EChartsCoreOption {
  const axis = axisLook(shade);
  const [talking, ringing, waiting] = COLOURS[shade];
  const colours = { talking, ringing, waiting };
  return {
    ...base(shade),
    // A minute at least: of one sample alone an axis of days would be made.
    xAxis: { type: "time", min: Math.min(samples[0]?.atMs ?? 0, (samples.at(-1)?.atMs ?? 0) - 60_000), ...axis, splitLine: { show: false } },
    yAxis: { type: "value", minInterval: 1, ...axis },
    series: (["talking", "waiting", "ringing"] as const).map((name) => ({
      type: "line", name: names[name], stack: "lines", step: "end", showSymbol: false, areaStyle: { opacity: 0.35 }, color: colours[name],
      data: samples.map((each) => [each.atMs, each[name]]),
    })),
  };
}

/** Abandonment over both windows, against the cap. */
export function abandonmentOption(live: LiveView, names: readonly string[], capName: string, shade: Shade, percent: (share: number) => string): EChartsCoreOption {
  const axis = axisLook(shade);
  const shares = live.windows.map(({ abandonment }) => abandonment ?? 0);
  const colour = (share: number) => (share > live.cap ? SIGNS[shade].bad : (COLOURS[shade][0] ?? ""));
  return {
    ...base(shade),
    legend: undefined,
    grid: { left: 4, right: 28, top: 22, bottom: 4, containLabel: true },
    tooltip: { confine: true, valueFormatter: (value: unknown) => percent(Number(value)) },
    xAxis: { type: "value", min: 0, max: Math.max(1.4 * live.cap, ...shares.map((share) => 1.1 * share)), ...axis, axisLabel: { ...axis.axisLabel, formatter: percent } },
    yAxis: { type: "category", inverse: true, data: names, ...axis, axisLabel: { color: INK[shade].text } },
    series: [{
      type: "bar", barMaxWidth: 18, data: shares.map((value) => ({ value, itemStyle: { color: colour(value) } })),
      markLine: { symbol: "none", silent: true, lineStyle: { color: SIGNS[shade].bad, type: "dashed" }, label: { position: "start", color: INK[shade].text, formatter: `${capName} ${percent(live.cap)}` }, data: [{ xAxis: live.cap }] },
    }],
  };
}

export interface HourNames {
  attempts: string;
  people: string;
  talks: string;
}

/** Attempts, people who answered, and talks, by the hour. */
export function hoursOption(hours: LiveView["hours"], names: HourNames, timeOf: (ms: number) => string, shade: Shade): EChartsCoreOption {
  const axis = axisLook(shade);
  return {
    ...base(shade),
    xAxis: { type: "category", data: hours.map(({ at_ms }) => timeOf(at_ms)), ...axis },
    yAxis: { type: "value", minInterval: 1, ...axis },
    series: (["attempts", "people", "talks"] as const).map((name) => ({ type: "bar", name: names[name], barMaxWidth: 18, data: hours.map((hour) => hour[name]) })),
  };
}

interface TeamLine {
  name: string;
  halfHours: readonly { at_ms: number; productive: number; abandonment: number }[];
}

/** A figure of two teams by the half hour, with the cap as a line where there is one. */
export function halfHoursOption(
  teams: readonly TeamLine[], what: "productive" | "abandonment", cap: { share: number; name: string } | null, timeOf: (ms: number) => string, percent: (share: number) => string, shade: Shade,
): EChartsCoreOption {
  const axis = axisLook(shade);
  const longest = teams.reduce((best, { halfHours }) => (halfHours.length > best.length ? halfHours : best), teams[0]?.halfHours ?? []);
  const line = cap === null ? {} : { markLine: { symbol: "none", silent: true, lineStyle: { color: SIGNS[shade].bad, type: "dashed" }, label: { color: INK[shade].text, position: "insideEndTop", formatter: `${cap.name} ${percent(cap.share)}` }, data: [{ yAxis: cap.share }] } };
  return {
    ...base(shade),
    tooltip: { confine: true, trigger: "axis", valueFormatter: (value: unknown) => percent(Number(value)) },
    xAxis: { type: "category", data: longest.map(({ at_ms }) => timeOf(at_ms)), ...axis },
    yAxis: { type: "value", min: 0, ...(what === "productive" ? { max: 1 } : { max: ({ max }: { max: number }) => Math.max(max, 1.2 * (cap?.share ?? 0)) }), ...axis, axisLabel: { ...axis.axisLabel, formatter: percent } },
    series: teams.map(({ name, halfHours }, place) => ({ type: "line", name, symbolSize: 5, data: halfHours.map((each) => each[what]), ...(place === 0 ? line : {}) })),
  };
}
