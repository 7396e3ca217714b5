/** How a list's leads are shared out, as somebody edits it.  Pure. */
import type { components } from "@/api/schema";

export type ShareOrder = components["schemas"]["ShareOrder"];
export type ShareKind = NonNullable<ShareOrder["kind"]>;
export const SHARE_KINDS: readonly ShareKind[] = ["equal", "weight", "region", "owner"];

/** One who is given leads: `user:<id>` or `team:<name>`. */
export interface Row {
  who: string;
  weight: number;
  prefixes: readonly string[];
  owners: readonly string[];
}

export const newRow = (who: string): Row => ({ who, weight: 1, prefixes: [], owners: [] });

/** The rows of these people and teams, those that are there as they are. */
export const rowsFor = (whos: readonly string[], rows: readonly Row[]): readonly Row[] => whos.map((who) => rows.find((row) => row.who === who) ?? newRow(who));

/** As the API takes it; of each row only what its kind asks for. */
export function toOrder(kind: ShareKind, rows: readonly Row[]): ShareOrder {
  return {
    kind,
    takers: rows.map(({ who, weight, prefixes, owners }) => ({
      ...takerOf(who),
      weight: kind === "weight" ? weight : 1,
      prefixes: kind === "region" ? [...prefixes] : [],
      owners: kind === "owner" ? [...owners] : [],
    })),
  };
}

export function takerOf(who: string): { user_id: string | null; team: string | null } {
  const id = who.slice("user:".length);
  return who.startsWith("user:") ? { user_id: id, team: null } : { user_id: null, team: id };
}

export const whoOf = ({ user_id, team }: { user_id: string | null; team: string | null }): string => (user_id === null ? `team:${team ?? ""}` : `user:${user_id}`);

/** Whether a share can be sent: each has what the kind deals by. */
export function isWhole(kind: ShareKind, rows: readonly Row[]): boolean {
  if (rows.length === 0) return false;
  return kind !== "region" || rows.some(({ prefixes }) => prefixes.length > 0);
}
