import { describe, expect, it } from "vitest";
import { stepsOf } from "@/features/client/flow";

describe("the steps of a flow", () => {
  it("stand in the order in which callers come to them, each once, with the ways on", () => {
    const nodes = {
      end: { kind: "hang_up" },
      menu: { kind: "menu", keys: { "1": "sales", "9": "menu" }, otherwise: "end", prompt: "menu-prompt" },
      sales: { kind: "queue", then: "end" },
      orphan: { kind: "play", then: "end" },
    };
    expect(stepsOf({ start: "menu", nodes })).toEqual([
      { name: "menu", kind: "menu", ways: [{ when: "keys 1", to: "sales" }, { when: "keys 9", to: "menu" }, { when: "otherwise", to: "end" }] },
      { name: "sales", kind: "queue", ways: [{ when: "then", to: "end" }] },
      { name: "end", kind: "hang_up", ways: [] },
    ]);
  });

  it("of a document of nonsense are none", () => {
    expect(stepsOf({})).toEqual([]);
    expect(stepsOf({ start: "nowhere", nodes: {} })).toEqual([]);
  });
});
