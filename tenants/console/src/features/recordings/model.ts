/** What a player draws and skips, worked out of samples: pure. */

/** So many points of a waveform are drawn for each channel. */
export const POINTS = 1600;
/** Longer ones are played without a drawing: all samples of one would not fit in memory. */
export const LONGEST_DRAWN_SECONDS = 5400;
export const RATES = [0.75, 1, 1.25, 1.5, 1.75, 2] as const;
/** Against full scale; below it is noise. */
const SILENT = 0.015;
const SHORTEST_SILENCE_SECONDS = 2;
/** So much of a silence is left, before and after: speech does not begin at once. */
const MARGIN_SECONDS = 0.4;

/** The loudest of each stretch of samples, 0 to 1. */
export function peaksOf(samples: Float32Array, points = POINTS): number[] {
  const count = Math.min(points, samples.length);
  return Array.from({ length: count }, (_, point) => {
    const end = Math.floor(((point + 1) * samples.length) / count);
    let loudest = 0;
    for (let place = Math.floor((point * samples.length) / count); place < end; place += 1) {
      const value = Math.abs(samples[place] ?? 0);
      if (value > loudest) loudest = value;
    }
    return loudest;
  });
}

/** Where nobody speaks in any channel, as seconds from and to. */
export function silencesOf(channels: readonly (readonly number[])[], seconds: number): [number, number][] {
  const points = Math.max(0, ...channels.map(({ length }) => length));
  const at = (point: number) => (point * seconds) / points;
  const found: [number, number][] = [];
  let since: number | null = null;
  for (let point = 0; point <= points; point += 1) {
    const isSilent = point < points && channels.every((channel) => (channel[point] ?? 0) < SILENT);
    if (isSilent) since ??= point;
    else if (since !== null) {
      if (at(point) - at(since) >= SHORTEST_SILENCE_SECONDS) found.push([at(since) + MARGIN_SECONDS, at(point) - MARGIN_SECONDS]);
      since = null;
    }
  }
  return found;
}

/** Where to go on from a moment that lies in a silence; null outside of any. */
export const afterSilence = (silences: readonly (readonly [number, number])[], second: number): number | null =>
  silences.find(([from, to]) => second >= from && second < to - 0.1)?.[1] ?? null;

export interface Mark {
  at_seconds: number;
  text: string;
}

/** Marks as they were kept; nonsense is none. */
export function marksIn(kept: string | null): Mark[] {
  try {
    const found: unknown = JSON.parse(kept ?? "[]");
    return Array.isArray(found) ? found.filter(isMark) : [];
  } catch {
    return [];
  }
}

function isMark(value: unknown): value is Mark {
  const mark = value as Partial<Mark> | null;
  return typeof mark?.at_seconds === "number" && typeof mark.text === "string";
}

export const withMark = (marks: readonly Mark[], mark: Mark): Mark[] =>
  [...marks.filter(({ at_seconds }) => at_seconds !== mark.at_seconds), mark].sort((a, b) => a.at_seconds - b.at_seconds);
