import { describe, expect, it } from "vitest";
import { afterStroke, type Drawing } from "@/features/flows/drawing";

const flow = (start: string) => ({ start, nodes: {} });
const begun: Drawing = { now: flow("a"), past: [], future: [] };

describe("drawing", () => {
  const drawn = afterStroke(afterStroke(begun, { do: "draw", document: flow("b") }), { do: "draw", document: flow("c") });

  it("goes back and forth", () => {
    const back = afterStroke(drawn, { do: "undo" });
    expect(back.now.start).toBe("b");
    expect(afterStroke(back, { do: "redo" }).now.start).toBe("c");
    expect(afterStroke(begun, { do: "undo" })).toBe(begun);
    expect(afterStroke(drawn, { do: "redo" })).toBe(drawn);
  });

  it("forgets what was undone once something else is drawn", () => {
    const other = afterStroke(afterStroke(drawn, { do: "undo" }), { do: "draw", document: flow("d") });
    expect(afterStroke(other, { do: "redo" }).now.start).toBe("d");
  });

  it("begins anew with what is loaded", () => expect(afterStroke(drawn, { do: "load", document: flow("x") })).toMatchObject({ past: [], future: [] }));
});
