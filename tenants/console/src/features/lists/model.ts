/** What the screens of lists work out of what the API says.  Pure. */
import type { components } from "@/api/schema";

export type ListView = components["schemas"]["ListView"];
export type Summary = NonNullable<ListView["summary"]>;
export type ListState = ListView["state"];

export const STATE_COLOURS: Record<ListState, string> = {
  open: "default", waiting: "processing", importing: "processing", ready: "success", refused: "error", failed: "error", duplicate: "warning",
};

/** Whether a worker has it: it is looked at again. */
export const isUnderWay = (state: ListState): boolean => state === "waiting" || state === "importing";
/** Whether its file may be sent, and imported. */
export const mayImport = (state: ListState): boolean => state === "open" || state === "failed" || state === "refused" || state === "duplicate";

/** Percent of the rows that may be dialled, rounded down: 100 is all of them. */
export const shareAccepted = ({ accepted, rows }: Summary): number => (rows === 0 ? 0 : Math.floor((100 * accepted) / rows));

/** How far an import is, in percent of the file. */
export function percentOf(progress: ListView["progress"]): number {
  if (!progress || progress.size === 0) return 0;
  return Math.min(99, Math.floor((100 * progress.bytes) / progress.size));
}

export interface Bar {
  name: string;
  count: number;
}

/** Why rows fell, the most first. */
export const refusedBars = (summary: Summary): readonly Bar[] => barsOf(summary.refused, 21);

/** The most of counts by name; what is left over stands in one bar without a name. */
export function barsOf(counts: Readonly<Record<string, number>>, most: number): readonly Bar[] {
  const sorted = Object.entries(counts).filter(([, count]) => count > 0).sort((a, b) => b[1] - a[1]);
  const shown = sorted.slice(0, most).map(([name, count]) => ({ name, count }));
  const left = sorted.slice(most).reduce((sum, [, count]) => sum + count, 0);
  return left > 0 ? [...shown, { name: "", count: left }] : shown;
}

const AGAIN_MS = 500;
const MOST_AGAIN_MS = 5_000;

/** How long to wait before looking again at an import: soon at first, as most files are small. */
export const againMs = (looks: number): number => Math.min(AGAIN_MS * 1.5 ** Math.min(looks, 20), MOST_AGAIN_MS);

/** An id for a list, from its file's name; empty where the name has no letter of ours. */
export function idFrom(fileName: string): string {
  const plain = fileName.toLowerCase().replace(/\.[a-z0-9]+$/, "").normalize("NFKD").replace(/[^a-z0-9]+/g, "-");
  const id = plain.replace(/^[^a-z]+/, "").slice(0, 32).replace(/-+$/, "");
  return id.length < 2 ? "" : id;
}
