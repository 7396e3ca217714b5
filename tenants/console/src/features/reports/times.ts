/** Times of a report as people read them. */
import type { Interval } from "@/features/reports/model";

/** Beginnings of intervals, by the tenant's clock. */
export function timesOf(interval: Interval, zone: string, language: string): (ms: number) => string {
  const day: Intl.DateTimeFormatOptions = { month: "2-digit", day: "2-digit", timeZone: zone };
  const isDay = interval === "day" || interval === "week";
  const options: Intl.DateTimeFormatOptions = isDay ? { weekday: "short", ...day } : { ...day, hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  const format = new Intl.DateTimeFormat(language, options);
  return (ms) => format.format(ms);
}
