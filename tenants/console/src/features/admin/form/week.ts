/** Opening hours as a picture of a week: pure. */

export const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

export interface Bar {
  /** Parts of a hundred of the day. */
  from: number;
  to: number;
}

const MINUTES = 1440;

/** `09:00-12:30` as minutes since midnight; null for what is no span of a day. */
export function spanOf(hours: string): [number, number] | null {
  const found = /^(\d{2}):(\d{2})-(\d{2}):(\d{2})$/.exec(hours);
  if (!found) return null;
  const [, a = "", b = "", c = "", d = ""] = found;
  const [from, to] = [Number(a) * 60 + Number(b), Number(c) * 60 + Number(d)];
  return from < to && to <= MINUTES ? [from, to] : null;
}

export const barsOf = (hours: readonly string[]): readonly Bar[] =>
  hours.flatMap((each) => {
    const span = spanOf(each);
    return span ? [{ from: (span[0] / MINUTES) * 100, to: (span[1] / MINUTES) * 100 }] : [];
  });
