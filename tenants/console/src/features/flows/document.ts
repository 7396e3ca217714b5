/** A flow's document, and what drawing does to it: pure, each change a new document. */
import flow from "@/api/flow.json";
import { asList, asThing, bodyOf, startOf, type Schema, type Thing } from "@/features/admin/form/schema";

export type NodeKind = keyof typeof flow;

export const NODES = flow as unknown as Readonly<Record<NodeKind, Schema>>;
export const KINDS = Object.keys(NODES) as NodeKind[];

export interface FlowDocument {
  name?: string;
  languages?: readonly string[];
  start: string;
  nodes: Readonly<Record<string, Thing>>;
}

/** A way out of a node: `path` is where in the node the name of the next one stands. */
export interface Way {
  path: readonly (string | number)[];
  /** What leads there: a key, a rule's number; null where the field's name says it. */
  label: string | null;
  to: string;
}

/** A document as it came: it is a draft, and anything may be missing. */
export function documentOf(given: Thing): FlowDocument {
  const nodes = Object.fromEntries(Object.entries(asThing(given.nodes)).map(([name, node]) => [name, asThing(node)]));
  const start = typeof given.start === "string" ? given.start : "";
  return { ...given, start, nodes };
}

export const kindOf = (node: Thing): NodeKind | null => (typeof node.kind === "string" && node.kind in NODES ? (node.kind as NodeKind) : null);

const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** All ways out of a node, also those that lead nowhere yet. */
export function waysOf(node: Thing): readonly Way[] {
  const ways: Way[] = [];
  const kind = kindOf(node);
  const fields = kind ? (NODES[kind].properties ?? {}) : {};
  const add = (path: Way["path"], label: string | null, to: unknown) => ways.push({ path, label, to: text(to) });
  for (const [key, to] of Object.entries(asThing(node.keys))) add(["keys", key], key, to);
  for (const [language, words] of Object.entries(asThing(node.words))) {
    for (const [word, to] of Object.entries(asThing(words))) add(["words", language, word], word, to);
  }
  asList(node.cases).forEach((each, index) => add(["cases", index, "next"], String(index + 1), asThing(each).next));
  asList(node.overflow).forEach((each, index) => add(["overflow", index, "next"], text(asThing(each).when), asThing(each).next));
  for (const [why, to] of Object.entries(asThing(node.on))) add(["on", why], why, to);
  for (const name of ["next", "otherwise", "after"]) if (name in fields) add([name], null, node[name]);
  return ways;
}

export const handleOf = ({ path }: Way): string => path.join("/");

/** Return a value with a part of it set; what the way there needs is made. */
function withPart(value: unknown, path: Way["path"], part: string): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return part;
  if (typeof step === "number") return asList(value).map((each, index) => (index === step ? withPart(each, rest, part) : each));
  const thing = asThing(value);
  return { ...thing, [step]: withPart(thing[step], rest, part) };
}

export function withNode(document: FlowDocument, name: string, node: Thing): FlowDocument {
  return { ...document, nodes: { ...document.nodes, [name]: node } };
}

export function connected(document: FlowDocument, from: string, handle: string, to: string): FlowDocument {
  const node = document.nodes[from];
  const way = node && waysOf(node).find((each) => handleOf(each) === handle);
  return node && way ? withNode(document, from, withPart(node, way.path, to) as Thing) : document;
}

/** A new node of a kind, under a name that is free.  The first one is where calls begin. */
export function withNew(document: FlowDocument, kind: NodeKind): { document: FlowDocument; name: string } {
  const base = kind.replace("_", " ");
  let name = base;
  for (let number = 2; name in document.nodes; number++) name = `${base} ${number}`;
  const start = document.start === "" ? name : document.start;
  return { name, document: { ...withNode(document, name, { ...asThing(startOf(NODES[kind])), kind }), start } };
}

export function withoutNode(document: FlowDocument, name: string): FlowDocument {
  const nodes = Object.fromEntries(Object.entries(document.nodes).filter(([each]) => each !== name));
  return { ...document, nodes };
}

/** Return the document with a node called otherwise, wherever it is named; null where the name is taken, or none. */
export function renamed(document: FlowDocument, from: string, to: string): FlowDocument | null {
  const name = to.trim();
  if (name === from) return document;
  if (name === "" || name in document.nodes) return null;
  const nodes = Object.entries(document.nodes).map(([each, node]) => [each === from ? name : each, leading(node, from, name)] as const);
  return { ...document, start: document.start === from ? name : document.start, nodes: Object.fromEntries(nodes) };
}

function leading(node: Thing, from: string, to: string): Thing {
  return waysOf(node).filter((way) => way.to === from).reduce((changed, way) => withPart(changed, way.path, to) as Thing, node);
}

/** What is sent: each node with the fields of its kind only, and nothing that was emptied. */
export function toSend(document: FlowDocument): Thing {
  const nodes = Object.entries(document.nodes).map(([name, node]) => {
    const kind = kindOf(node);
    return [name, kind ? (bodyOf(NODES[kind], node) as Thing) : node] as const;
  });
  return { ...document, nodes: Object.fromEntries(nodes) };
}

/** A new flow: it says goodbye, until somebody draws more. */
export const newFlow = (name: unknown): Thing => ({
  ...(typeof name === "string" && name !== "" ? { name } : {}), languages: ["en"], start: "welcome", nodes: { welcome: { kind: "hang_up", prompts: [] } },
});
