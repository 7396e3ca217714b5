/** Where nodes are drawn when nobody put them anywhere: by how far they are from the start.  Pure. */
import { waysOf, type FlowDocument } from "@/features/flows/document";

export interface Place {
  x: number;
  y: number;
}

export const WIDTH = 210;
const [ACROSS, HEAD, LINE, GAP] = [270, 62, 22, 26];

/** Higher with each way out of it. */
export const heightOf = (ways: number): number => HEAD + LINE * ways;

/** A place for each node: columns by steps from the start, what nothing leads to at the end. */
export function laidOut(document: FlowDocument): Readonly<Record<string, Place>> {
  const steps = stepsOf(document);
  const last = Math.max(0, ...steps.values());
  const columns = new Map<number, string[]>();
  for (const name of Object.keys(document.nodes)) {
    const column = steps.get(name) ?? last + 1;
    columns.set(column, [...(columns.get(column) ?? []), name]);
  }
  // Breadth first within a column too: what is led to first stands above.
  const order = [...steps.keys()];
  const places: Record<string, Place> = {};
  for (const [column, names] of columns) {
    let y = 0;
    for (const name of names.sort((a, b) => order.indexOf(a) - order.indexOf(b))) {
      places[name] = { x: column * ACROSS, y };
      y += heightOf(waysOf(document.nodes[name] ?? {}).length) + GAP;
    }
  }
  return places;
}

function stepsOf(document: FlowDocument): ReadonlyMap<string, number> {
  const steps = new Map<string, number>();
  let front = document.start in document.nodes ? [document.start] : [];
  for (let step = 0; front.length > 0; step++) {
    front.forEach((name) => steps.set(name, step));
    const next = front.flatMap((name) => waysOf(document.nodes[name] ?? {}).map(({ to }) => to));
    front = [...new Set(next)].filter((name) => name in document.nodes && !steps.has(name));
  }
  return steps;
}
