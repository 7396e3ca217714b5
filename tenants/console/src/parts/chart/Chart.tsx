/** A chart with its place kept while its code comes. */
import type { EChartsCoreOption } from "echarts/core";
import { lazy, Suspense } from "react";

const Canvas = lazy(() => import("@/parts/chart/Canvas"));

/** label: what it shows, for who does not see it; its figures have to stand as text beside. */
export function Chart({ option, label, height = 240 }: { option: EChartsCoreOption; label: string; height?: number }) {
  return (
    <Suspense fallback={<div style={{ height }} aria-busy="true" />}>
      <Canvas option={option} label={label} height={height} />
    </Suspense>
  );
}
