/** What ECharts is told to draw of a report. */
import type { CustomSeriesRenderItem } from "echarts";
import { color as echartsColor, type EChartsCoreOption } from "echarts/core";
import { drawnOf, shownValue, slicesOf, type FigureView, type Interval, type ReportView, type Series, type Shape } from "@/features/reports/model";
import { boxOf, placing, shownLabels, ticksOf, type Point, type Space } from "@/features/reports/threed";
import { timesOf } from "@/features/reports/times";
import { COLOURS, INK } from "@/parts/chart/look";

export interface Words {
  language: string;
  name: string;
  /** What the tenant's one series is called. */
  all: string;
  endingText: (ending: string) => string;
  shade: "light" | "dark";
}

export function optionOf(view: ReportView, figure: FigureView, shape: Shape, words: Words): EChartsCoreOption {
  const ink = INK[words.shade];
  const shown = (value: unknown) => shownValue(typeof value === "number" ? value : null, figure.unit, view.currency, words.language);
  const common = {
    color: COLOURS[words.shade],
    textStyle: { color: ink.text },
    animation: false,
    tooltip: { confine: true, valueFormatter: shown },
  };
  if (shape === "pie") return { ...common, ...pieOf(view, figure, words) };
  const { times, series } = drawnOf(view, figure.name);
  const timeOf = timesOf(view.interval as Interval, view.time_zone, words.language);
  const labels = times.map(timeOf);
  const nameOf = (name: string) => (view.kind === "tenant" ? words.all : name);
  const axis = { axisLabel: { color: ink.quiet, hideOverlap: true }, axisLine: { lineStyle: { color: ink.line } }, splitLine: { lineStyle: { color: ink.line } } };
  if (shape === "bar3d") return { ...common, ...boxesOf(labels, series.map((each) => ({ ...each, name: nameOf(each.name) })), words, shown) };
  return {
    ...common,
    tooltip: { ...common.tooltip, trigger: "axis" },
    ...(series.length > 1 ? { legend: { type: "scroll", bottom: 0, textStyle: { color: ink.text } } } : {}),
    grid: { left: 8, right: 12, top: 16, bottom: series.length > 1 ? 36 : 8, containLabel: true },
    xAxis: { type: "category", data: labels, ...axis },
    yAxis: { type: "value", ...axis, axisLabel: { ...axis.axisLabel, formatter: shown } },
    series: series.map(({ name, values }) => ({ type: shape, name: nameOf(name), data: values, barMaxWidth: 36, connectNulls: false, symbolSize: 6 })),
  };
}

function pieOf(view: ReportView, figure: FigureView, words: Words): EChartsCoreOption {
  const ink = INK[words.shade];
  const data = slicesOf(view, figure.name).map(({ name, value, isEnding }) => ({ name: isEnding ? words.endingText(name) : name, value }));
  const tooltip = view.kind === "tenant" ? { confine: true } : undefined;
  return {
    ...(tooltip ? { tooltip } : {}),
    series: [{ type: "pie", radius: ["32%", "56%"], data, label: { color: ink.text, formatter: "{b}\n{d} %", overflow: "none" }, labelLine: { lineStyle: { color: ink.quiet } } }],
  };
}

/** What tells one face of a box from another: how much light falls on it. */
const SHADES = { front: 1, top: 0.72, side: 0.5 };

function boxesOf(labels: readonly string[], series: readonly Series[], words: Words, shown: (value: unknown) => string): EChartsCoreOption {
  const most = Math.max(0, ...series.flatMap(({ values }) => values.map((value) => value ?? 0)));
  const bars = series.flatMap(({ values }, row) => values.map((value, column) => [column, row, value ?? 0]));
  // What lies behind is drawn first; the frame before all.
  bars.sort((a, b) => (b[1] ?? 0) - (a[1] ?? 0) || (a[0] ?? 0) - (b[0] ?? 0));
  const renderItem: CustomSeriesRenderItem = (_, api) => {
    const [column, row, value] = [0, 1, 2].map((dimension) => Number(api.value(dimension)));
    const space = { width: api.getWidth(), height: api.getHeight(), columns: labels.length, rows: series.length, most };
    if (column === -1) return { type: "group", children: frameOf(space, labels, series, words, shown), silent: true };
    const box = boxOf(space, column ?? 0, row ?? 0, value ?? 0);
    const fill = COLOURS[words.shade][(row ?? 0) % 8] ?? "";
    const faces = (["side", "top", "front"] as const).map((face) => ({
      type: "polygon" as const,
      shape: { points: box[face] },
      style: { fill: echartsColor.lift(fill, 1 - SHADES[face]), stroke: fill, lineWidth: 0.5 },
    }));
    return { type: "group", children: (value ?? 0) > 0 ? faces : [] };
  };
  const tooltip = {
    confine: true,
    formatter: ({ value }: { value: number[] }) => {
      const [column, row, height] = value;
      return `${labels[column ?? 0] ?? ""}<br>${escaped(series[row ?? 0]?.name ?? "")}: ${shown(height)}`;
    },
  };
  return { tooltip, series: [{ type: "custom", coordinateSystem: "none", renderItem, data: [[-1, -1, 0], ...bars] }] };
}

/** Names are people's words, and a tooltip is HTML. */
const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

function frameOf(space: Space, labels: readonly string[], series: readonly Series[], words: Words, shown: (value: unknown) => string) {
  const ink = INK[words.shade];
  const at = placing(space);
  const { columns, rows } = space;
  const line = (from: Point, to: Point) => ({ type: "line" as const, shape: { x1: from[0], y1: from[1], x2: to[0], y2: to[1] }, style: { stroke: ink.line } });
  const label = ([x, y]: Point, text: string, align: "left" | "center" | "right") => ({ type: "text" as const, style: { text, x, y, align, verticalAlign: "middle" as const, fill: ink.quiet, fontSize: 11 } });
  const room = at(columns, 0, 0)[0] - at(0, 0, 0)[0];
  return [
    line(at(0, 0, 0), at(columns, 0, 0)),
    line(at(columns, 0, 0), at(columns, rows, 0)),
    line(at(0, 0, 0), at(0, rows, 0)),
    ...ticksOf(space.most).flatMap((tick) => {
      const [x, y] = at(0, rows, tick);
      return [line(at(0, rows, tick), at(columns, rows, tick)), label([x - 6, y], shown(tick), "right")];
    }),
    ...shownLabels(columns, room).map((column) => {
      const [x, y] = at(column + 0.5, 0, 0);
      return label([x, y + 14], labels[column] ?? "", "center");
    }),
    ...series.map(({ name }, row) => {
      const [x, y] = at(columns, row + 0.5, 0);
      return label([x + 6, y], name.length > 14 ? `${name.slice(0, 13)}…` : name, "left");
    }),
  ];
}
