/** How a file is sent in parts, and which of them are there already.  Pure. */

/** Each part passes the portal well within its limits, and is little to lose. */
export const PART_BYTES = 8_000_000;

export interface Part {
  part: number;
  start: number;
  end: number;
}

/** An empty file has one empty part: the server says what is wrong with it. */
export function partsOf(size: number, partBytes = PART_BYTES): readonly Part[] {
  const count = Math.max(1, Math.ceil(size / partBytes));
  return Array.from({ length: count }, (_, part) => ({ part, start: part * partBytes, end: Math.min(size, (part + 1) * partBytes) }));
}

/** Which parts still have to be sent: all but those that arrived whole from this very file. */
export function missing(all: readonly Part[], arrived: readonly { part: number; bytes: number }[], isSameFile: boolean): readonly Part[] {
  if (!isSameFile) return all;
  const sizes = new Map(arrived.map(({ part, bytes }) => [part, bytes]));
  return all.filter(({ part, start, end }) => sizes.get(part) !== end - start);
}

/** What tells one file from another without reading it: kept, so that an upload that broke off goes on. */
export const markOf = (file: { name: string; size: number; lastModified: number }): string =>
  `${file.name} ${file.size} ${file.lastModified} ${PART_BYTES}`;

/** Percent of a file that has been sent. */
export const sentPercent = (sent: number, size: number): number => (size === 0 ? 100 : Math.floor((100 * Math.min(sent, size)) / size));
