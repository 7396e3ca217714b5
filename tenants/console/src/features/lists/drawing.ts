/** What is drawn of counts by name: bars from the left, the most on top. */
import type { EChartsCoreOption } from "echarts/core";
import type { Shade } from "@/app/tokens";
import type { Bar } from "@/features/lists/model";
import { axisLook, COLOURS, INK, SIGNS } from "@/parts/chart/look";

export function barsOption(bars: readonly Bar[], shade: Shade, isBad: boolean): EChartsCoreOption {
  const axis = axisLook(shade);
  const colour = isBad ? SIGNS[shade].bad : (COLOURS[shade][0] ?? "");
  return {
    animation: false,
    color: [colour],
    grid: { left: 4, right: 24, top: 4, bottom: 4, containLabel: true },
    xAxis: { type: "value", minInterval: 1, ...axis },
    yAxis: { type: "category", inverse: true, data: bars.map(({ name }) => name), ...axis, axisLabel: { color: INK[shade].text, width: 230, overflow: "truncate" } },
    tooltip: { confine: true, trigger: "axis", axisPointer: { type: "shadow" } },
    series: [{ type: "bar", data: bars.map(({ count }) => count), barMaxWidth: 16, itemStyle: { borderRadius: [0, 3, 3, 0] } }],
  };
}
