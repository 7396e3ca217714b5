import { describe, expect, it } from "vitest";
import { afterSilence, marksIn, peaksOf, silencesOf, withMark } from "@/features/recordings/model";

describe("peaks", () => {
  it("are the loudest of each stretch, and no more than there are samples", () => {
    expect(peaksOf(new Float32Array([0, 0.5, -0.75, 0.25]), 2)).toEqual([0.5, 0.75]);
    expect(peaksOf(new Float32Array([0.5]), 100)).toEqual([0.5]);
    expect(peaksOf(new Float32Array([]))).toEqual([]);
  });
});

describe("silences", () => {
  const quiet = (points: number) => Array<number>(points).fill(0.001);
  const loud = (points: number) => Array<number>(points).fill(0.5);

  it("are where nobody speaks for a while, with a margin", () => {
    const customer = [...loud(10), ...quiet(50), ...loud(40)];
    const agent = [...quiet(30), ...loud(5), ...quiet(65)];
    // Ten points a second: the customer is silent from 1 to 6 s, in which the agent speaks from 3 to 3.5 s.
    expect(silencesOf([customer, agent], 10)).toEqual([[1.4, 2.6], [3.9, 5.6]]);
  });

  it("are not there in a recording of nothing", () => {
    expect(silencesOf([[], []], 0)).toEqual([]);
  });

  it("are passed over to their end, and nowhere else", () => {
    expect(afterSilence([[1.4, 2.6]], 2)).toBe(2.6);
    expect(afterSilence([[1.4, 2.6]], 2.55)).toBeNull();
    expect(afterSilence([[1.4, 2.6]], 1)).toBeNull();
  });
});

describe("marks", () => {
  it("are kept in order, one at a time", () => {
    const marks = withMark(withMark([], { at_seconds: 5, text: "b" }), { at_seconds: 2, text: "a" });
    expect(withMark(marks, { at_seconds: 5, text: "c" }).map(({ text }) => text)).toEqual(["a", "c"]);
  });

  it("that were kept as nonsense are none", () => {
    expect(marksIn("{")).toEqual([]);
    expect(marksIn('[1, {"at_seconds": 1, "text": "x"}, {"at_seconds": "1"}]')).toEqual([{ at_seconds: 1, text: "x" }]);
    expect(marksIn(null)).toEqual([]);
  });
});
