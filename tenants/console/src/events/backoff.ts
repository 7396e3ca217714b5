/** How long to wait before the next try to connect. */
const FIRST_MS = 500;
const MOST_MS = 20_000;

/**
 * Twice as long after each failure, up to 20 s, and anything from half of it to all of it: when a server comes back, a
 * thousand browsers do not knock at the same moment.
 *
 * tries: how many failed in a row, from 0.  chance: 0 to 1.
 */
export function waitMs(tries: number, chance: number): number {
  const most = Math.min(FIRST_MS * 2 ** Math.min(tries, 16), MOST_MS);
  return Math.round(most * (0.5 + 0.5 * chance));
}
