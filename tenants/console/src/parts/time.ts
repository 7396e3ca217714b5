/** Times as people read them.  Seconds and milliseconds are the server's. */

/** `0:07`, `12:30`, `1:02:03`; never negative, whatever a clock says. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (value: number) => String(value).padStart(2, "0");
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

export const sinceClock = (sinceMs: number, nowMs: number): string => clock((nowMs - sinceMs) / 1000);

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(language: string, kind: "time" | "moment"): Intl.DateTimeFormat {
  const key = `${language} ${kind}`;
  let format = formats.get(key);
  if (!format) {
    const day: Intl.DateTimeFormatOptions = kind === "time" ? {} : { year: "numeric", month: "2-digit", day: "2-digit" };
    format = new Intl.DateTimeFormat(language, { ...day, hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
    formats.set(key, format);
  }
  return format;
}

/** The time of day, browser's zone. */
export const timeOfDay = (ms: number | null, language: string): string => (ms === null ? "" : formatOf(language, "time").format(ms));

export const moment = (ms: number | null | undefined, language: string): string =>
  ms === null || ms === undefined ? "" : formatOf(language, "moment").format(ms);

/** The UTC day of a moment, `YYYY-MM-DD`: what the API's lists are asked by. */
export const utcDay = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
