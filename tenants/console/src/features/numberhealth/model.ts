/** What is shown of a number's health.  Pure. */
import type { NumberHealth } from "@/features/numberhealth/queries";

type Tally = NumberHealth["recent"];

/** Share of the calls that were answered; null before any. */
export const answerRate = ({ answered, attempts }: Tally): number | null => (attempts === 0 ? null : answered / attempts);

/** Share of the answered calls that were over within seconds. */
export const shortShare = ({ short, answered }: Tally): number | null => (answered === 0 ? null : short / answered);

/** Those that rest first, then those that do worst against their own past. */
export function sorted(numbers: readonly NumberHealth[]): readonly NumberHealth[] {
  const change = (each: NumberHealth) => (answerRate(each.recent) ?? 1) - (answerRate(each.before) ?? 0);
  return [...numbers].sort((a, b) => Number(b.rests_until_ms !== null) - Number(a.rests_until_ms !== null) || change(a) - change(b) || a.number.localeCompare(b.number));
}
