/** What the server's validator says, put to nodes and to their fields.  Pure. */
import { placeOf, type Problems, type Wrong } from "@/features/admin/form/problems";

export interface FlowProblem {
  where: string;
  message: string;
}

/** The node that a problem is at, null for the flow itself; and where in the node. */
export function nodeOf({ where }: FlowProblem, names: readonly string[]): { node: string | null; field: string } {
  // Names may have dots in them: the longest that fits is meant.
  const rest = where.startsWith("nodes.") ? where.slice("nodes.".length) : null;
  if (rest === null) return { node: null, field: where };
  const fitting = names.filter((name) => rest === name || rest.startsWith(`${name}.`)).sort((a, b) => b.length - a.length);
  const node = fitting[0];
  return node === undefined ? { node: null, field: rest } : { node, field: rest.slice(node.length + 1) };
}

export function byNode(problems: readonly FlowProblem[], names: readonly string[]): ReadonlyMap<string | null, readonly FlowProblem[]> {
  const found = new Map<string | null, FlowProblem[]>();
  for (const problem of problems) {
    const { node } = nodeOf(problem, names);
    found.set(node, [...(found.get(node) ?? []), problem]);
  }
  return found;
}

/** As a form shows them: at its fields. */
export function ofNode(problems: readonly FlowProblem[], name: string, names: readonly string[]): Problems {
  const found = new Map<string, Wrong>();
  for (const problem of problems) {
    const { node, field } = nodeOf(problem, names);
    if (node === name) found.set(placeOf(field), { what: "told", text: problem.message });
  }
  return found;
}
