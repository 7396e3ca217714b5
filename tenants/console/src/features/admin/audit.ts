/** What the audit trail tells, filtered and put side by side: pure. */
import type { AuditEntry } from "@/api/shapes";

export interface AuditFilter {
  actor: string;
  action: string;
  /** Anything of the thing that it was done to, or of what changed. */
  text: string;
}

export function auditMatches(entry: AuditEntry, { actor, action, text }: AuditFilter): boolean {
  const has = (where: string, what: string) => where.toLowerCase().includes(what.trim().toLowerCase());
  return has(entry.actor, actor) && has(entry.action, action) && has(JSON.stringify([entry.subject, entry.changes]), text);
}

export interface ToldChange {
  field: string;
  old: string;
  new: string;
}

export const changesTold = (entry: AuditEntry): readonly ToldChange[] =>
  Object.entries(entry.changes).map(([field, change]) => ({ field, old: told(change.old), new: told(change.new) }));

/** A value as it stands in the trail; nothing for null, for what was not there has no value. */
const told = (value: unknown): string => (value === null || value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value));
