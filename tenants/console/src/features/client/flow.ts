/** A flow as a list of steps in the order in which callers can come to them: pure. */
export interface FlowDocument {
  start?: unknown;
  nodes?: Record<string, Record<string, unknown>>;
}

export interface Step {
  name: string;
  kind: string;
  /** Where it goes on, and when. */
  ways: { when: string; to: string }[];
}

export function stepsOf({ start, nodes = {} }: FlowDocument): Step[] {
  const waysOf = (node: Record<string, unknown>) => found(node, "", nodes);
  const waiting = typeof start === "string" ? [start] : [];
  const seen = new Set<string>();
  const steps: Step[] = [];
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
    const node = nodes[name];
    if (!node || seen.has(name)) continue;
    seen.add(name);
    const ways = waysOf(node);
    steps.push({ name, kind: typeof node.kind === "string" ? node.kind : "", ways });
    waiting.push(...ways.map(({ to }) => to));
  }
  return steps;
}

/** Every text in a node that is another node's name is a way there. */
function found(value: unknown, when: string, nodes: Record<string, unknown>): Step["ways"] {
  if (typeof value === "string") return when !== "" && Object.hasOwn(nodes, value) ? [{ when, to: value }] : [];
  if (Array.isArray(value)) return value.flatMap((each, place) => found(each, `${when} ${place + 1}`, nodes));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) => (name === "kind" && when === "" ? [] : found(each, when === "" ? name : `${when} ${name}`, nodes)));
}
