/** A report's figure drawn; what cannot be seen in it stands in the table beside. */
import { BarChart, CustomChart, LineChart, PieChart } from "echarts/charts";
import { GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { goTo } from "@/app/place";
import { useShade } from "@/app/preferences";
import { optionOf } from "@/features/reports/drawing";
import { callsOf, drawnOf, type FigureView, type ReportView, type Shape } from "@/features/reports/model";
import styles from "@/features/reports/Reports.module.css";
import { useEndingText } from "@/parts/words";

echarts.use([BarChart, CustomChart, LineChart, PieChart, GridComponent, LegendComponent, TooltipComponent, CanvasRenderer]);

export default function Chart({ view, figure, shape }: { view: ReportView; figure: FigureView; shape: Shape }) {
  const { t, i18n } = useTranslation();
  const shade = useShade();
  const endingText = useEndingText();
  const box = useRef<HTMLDivElement>(null);
  const name = t(`reports.figures.${view.kind}.${figure.name}.name`);
  const { left } = drawnOf(view, figure.name);

  useEffect(() => {
    const place = box.current;
    if (!place) return;
    const chart = echarts.init(place);
    chart.setOption(optionOf(view, figure, shape, { language: i18n.language, name, all: t("reports.kinds.tenant"), endingText, shade }));
    chart.on("click", ({ dataIndex, seriesIndex, seriesType }) => {
      const { times, series } = drawnOf(view, figure.name);
      const [at, subject] = [times[dataIndex], series[seriesIndex ?? 0]?.subject];
      const link = seriesType === "bar" && at !== undefined && subject !== undefined ? callsOf(view, at, subject) : null;
      if (link !== null) goTo(link);
    });
    const watch = new ResizeObserver(() => chart.resize());
    watch.observe(place);
    return () => {
      watch.disconnect();
      chart.dispose();
    };
  }, [view, figure, shape, shade, i18n.language, name, t, endingText]);

  return (
    <section className={styles.chartSide}>
      <div ref={box} className={styles.chart} role="img" aria-label={t("reports.chart", { figure: name })} />
      {left > 0 && <p className="quiet">{t("reports.leftOut", { count: left })}</p>}
    </section>
  );
}
