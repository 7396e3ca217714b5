import { describe, expect, it } from "vitest";
import hotline from "../../../../../docs/flows/hotline.json";
import { changesBetween } from "@/features/flows/comparing";
import { connected, documentOf, handleOf, KINDS, renamed, waysOf, withNew, withNode, withoutNode, type FlowDocument } from "@/features/flows/document";
import { laidOut } from "@/features/flows/layout";
import { byNode, nodeOf, ofNode } from "@/features/flows/problems";

const flow = documentOf(hotline);
const EMPTY: FlowDocument = { start: "", nodes: {} };
const ways = (document: FlowDocument, name: string) => waysOf(document.nodes[name] ?? {}).map((way) => [handleOf(way), way.to]);

describe("ways out of a node", () => {
  it("are its keys, rules and fields, in that order", () => {
    expect(ways(flow, "welcome")).toEqual([["keys/1", "order"], ["keys/2", "sales"], ["keys/3", "call me"], ["keys/9", "in chinese"], ["otherwise", "sales"]]);
    expect(ways(flow, "sales").map(([handle]) => handle)).toEqual(["overflow/0/next", "overflow/1/next", "overflow/2/next", "otherwise", "after"]);
    expect(ways(flow, "opening")).toEqual([["cases/0/next", "vip"], ["cases/1/next", "closed"], ["otherwise", "welcome"]]);
    expect(ways(flow, "message")).toEqual([]);
  });

  it("lead where they are drawn to", () => {
    expect(ways(connected(flow, "sales", "overflow/1/next", "goodbye"), "sales")[1]).toEqual(["overflow/1/next", "goodbye"]);
    expect(ways(connected(flow, "welcome", "keys/9", "sales"), "welcome")[3]).toEqual(["keys/9", "sales"]);
    expect(connected(flow, "welcome", "no such way", "sales")).toBe(flow);
  });

  it("are there for every kind of node that goes on, though they lead nowhere yet", () => {
    const without = KINDS.filter((kind) => waysOf(withNew(EMPTY, kind).document.nodes[kind.replace("_", " ")] ?? {}).length === 0);
    expect(without.sort()).toEqual(["hang_up", "voicemail"]);
  });
});

describe("a node", () => {
  it("that is new has a free name and what its kind needs, and is the start where there is none", () => {
    const first = withNew(EMPTY, "menu");
    const second = withNew(first.document, "menu");
    expect([first.name, second.name, second.document.start]).toEqual(["menu", "menu 2", "menu"]);
    expect(second.document.nodes["menu 2"]).toMatchObject({ kind: "menu", keys: {}, prompts: [], tries: 3 });
  });

  it("that is called otherwise is so wherever it is named", () => {
    const changed = renamed(flow, "sales", "to sales");
    expect(changed && ways(changed, "welcome")[1]).toEqual(["keys/2", "to sales"]);
    expect(Object.values(changed?.nodes ?? {}).flatMap(waysOf).filter(({ to }) => to === "sales")).toEqual([]);
    expect(renamed(flow, "sales", "goodbye")).toBeNull();
    expect(renamed(flow, "opening", "hello")?.start).toBe("hello");
  });

  it("that is taken away leaves ways that lead nowhere, for the validator to name", () => {
    const changed = withoutNode(flow, "goodbye");
    expect("goodbye" in changed.nodes).toBe(false);
    expect(ways(changed, "how was it")).toEqual([["next", "goodbye"]]);
  });
});

describe("the picture", () => {
  const places = laidOut(flow);

  it("has a place for each node, and none for two", () => {
    expect(Object.keys(places).sort()).toEqual(Object.keys(flow.nodes).sort());
    expect(new Set(Object.values(places).map(({ x, y }) => `${x} ${y}`)).size).toBe(Object.keys(flow.nodes).length);
  });

  it("goes from the start to the right, lost nodes last", () => {
    const lost = laidOut(withNew(flow, "play").document);
    expect(places.opening?.x).toBe(0);
    expect((places.welcome?.x ?? 0) < (places.order?.x ?? 0)).toBe(true);
    expect(lost.play?.x).toBe(Math.max(...Object.values(lost).map(({ x }) => x)));
  });

  it("ends, whatever circles there are and wherever ways lead", () => {
    const round = documentOf({ start: "a", nodes: { a: { kind: "play", next: "b" }, b: { kind: "play", next: "a" }, c: { kind: "nonsense", next: 7 } } });
    expect(Object.keys(laidOut(round)).sort()).toEqual(["a", "b", "c"]);
    expect(laidOut(documentOf({ start: "gone", nodes: {} }))).toEqual({});
  });
});

describe("problems", () => {
  const names = Object.keys(flow.nodes);

  it.each([
    ["nodes.sales.queues[0]", "sales", "queues[0]"], ["nodes.call me", "call me", ""], ["start", null, "start"], ["nodes.gone.next", null, "gone.next"],
  ])("at %s are %s's", (where, node, field) => expect(nodeOf({ where, message: "" }, names)).toEqual({ node, field }));

  it("stand at their fields", () => {
    const told = [{ where: "nodes.sales.queues[0]", message: "no such queue" }, { where: "start", message: "no such node" }];
    expect(ofNode(told, "sales", names).get("queues.0")).toEqual({ what: "told", text: "no such queue" });
    expect([...byNode(told, names).keys()]).toEqual(["sales", null]);
  });
});

describe("two versions", () => {
  it("differ in nodes that came, went, or changed", () => {
    const after = withNode(withoutNode(withNew(flow, "play").document, "gold"), "goodbye", { kind: "hang_up" });
    const told = changesBetween(flow, after).map(({ node, fate }) => `${node} ${fate}`);
    expect(told).toEqual(["gold removed", "goodbye changed", "play added"]);
    expect(changesBetween(flow, after)[1]?.fields.map(({ field }) => field)).toEqual(["prompts"]);
  });

  it("are the same whatever the order of their fields", () => {
    const turned = documentOf({ ...hotline, nodes: Object.fromEntries(Object.entries(hotline.nodes).reverse()) });
    expect(changesBetween(flow, turned)).toEqual([]);
    expect(changesBetween(flow, { ...flow, start: "welcome" })[0]).toMatchObject({ node: "", fate: "changed" });
  });
});
