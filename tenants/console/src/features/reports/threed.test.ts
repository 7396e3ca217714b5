import { describe, expect, it } from "vitest";
import { boxOf, placing, shownLabels, ticksOf } from "@/features/reports/threed";

const SPACE = { width: 500, height: 400, columns: 4, rows: 3, most: 50 };

describe("bars in three dimensions", () => {
  it("stay inside of the drawing, and rise with the value", () => {
    const corners = [boxOf(SPACE, 0, 0, 50), boxOf(SPACE, 3, 2, 50)].flatMap(({ front, side, top }) => [...front, ...side, ...top]);
    expect(corners.every(([x, y]) => x >= 0 && x <= SPACE.width && y >= 0 && y <= SPACE.height)).toBe(true);
    const at = placing(SPACE);
    expect(at(0, 0, 50)[1]).toBeLessThan(at(0, 0, 25)[1]);
    expect(at(0, 2, 0)[0]).toBeGreaterThan(at(0, 0, 0)[0]);
  });

  it("of nothing are flat", () => {
    expect(placing({ ...SPACE, most: 0 })(0, 0, 0)).toEqual(placing(SPACE)(0, 0, 0));
  });

  it("have round lines behind them", () => {
    expect(ticksOf(60)).toEqual([0, 20, 40, 60]);
    expect(ticksOf(7)).toEqual([0, 2, 4, 6]);
    expect(ticksOf(0)).toEqual([0]);
  });

  it("have no more labels than there is room for", () => {
    expect(shownLabels(24, 370)).toEqual([0, 5, 10, 15, 20]);
    expect(shownLabels(2, 370)).toEqual([0, 1]);
  });
});
