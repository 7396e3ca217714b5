/** What is drawn of a number: how often it was shown in every four hours, and what share was answered. */
import type { EChartsCoreOption } from "echarts/core";
import type { Shade } from "@/app/tokens";
import { answerRate } from "@/features/numberhealth/model";
import type { NumberHealth } from "@/features/numberhealth/queries";
import { axisLook, COLOURS, INK } from "@/parts/chart/look";

export function healthOption(slots: NumberHealth["slots"], names: { attempts: string; rate: string }, timeOf: (ms: number) => string, shade: Shade, percent: (share: number) => string): EChartsCoreOption {
  const axis = axisLook(shade);
  return {
    animation: false,
    color: COLOURS[shade].slice(1, 3),
    textStyle: { color: INK[shade].text },
    legend: { bottom: 0, textStyle: { color: INK[shade].text }, itemHeight: 10 },
    grid: { left: 4, right: 8, top: 16, bottom: 30, containLabel: true },
    tooltip: { confine: true, trigger: "axis" },
    xAxis: { type: "category", data: slots.map(({ at_ms }) => timeOf(at_ms)), ...axis },
    yAxis: [
      { type: "value", minInterval: 1, ...axis },
      { type: "value", min: 0, ...axis, splitLine: { show: false }, axisLabel: { ...axis.axisLabel, formatter: percent } },
    ],
    series: [
      { type: "bar", name: names.attempts, barMaxWidth: 22, data: slots.map(({ attempts }) => attempts) },
      { type: "line", name: names.rate, yAxisIndex: 1, symbolSize: 6, data: slots.map((slot) => answerRate(slot)), tooltip: { valueFormatter: (value: unknown) => percent(Number(value)) } },
    ],
  };
}
