/** Two versions of a flow side by side, node by node.  Pure. */
import type { FlowDocument } from "@/features/flows/document";

export type Fate = "added" | "removed" | "changed" | "same";

export interface NodeChange {
  node: string;
  fate: Fate;
  /** Fields that are not as they were, as JSON. */
  fields: readonly { field: string; before: string; after: string }[];
}

/** What became of each node; nothing of those that are as they were. */
export function changesBetween(before: FlowDocument, after: FlowDocument): readonly NodeChange[] {
  const names = [...new Set([...Object.keys(before.nodes), ...Object.keys(after.nodes)])].sort();
  const facts = compared("", { start: before.start, languages: before.languages, name: before.name }, { start: after.start, languages: after.languages, name: after.name });
  return [facts, ...names.map((name) => compared(name, before.nodes[name], after.nodes[name]))].filter(({ fate }) => fate !== "same");
}

function compared(node: string, before: object | undefined, after: object | undefined): NodeChange {
  const [was, is] = [{ ...before } as Record<string, unknown>, { ...after } as Record<string, unknown>];
  const fields = [...new Set([...Object.keys(was), ...Object.keys(is)])]
    .map((field) => ({ field, before: told(was[field]), after: told(is[field]) }))
    .filter((each) => each.before !== each.after);
  const fate = before === undefined ? "added" : after === undefined ? "removed" : fields.length > 0 ? "changed" : "same";
  return { node, fate, fields };
}

const told = (value: unknown): string => (value === undefined ? "" : sortedJson(value));

/** The same for what is the same, whatever the order of its fields. */
function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part) ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part);
}
