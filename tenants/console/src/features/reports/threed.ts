/**
 * Bars in three dimensions, as boxes seen from above and aside: times to the right, subjects into the depth, values up.
 *
 * Drawn flat: echarts-gl makes code of texts as it starts, which the page's policy forbids, and needs a graphics card.
 */
export interface Space {
  width: number;
  height: number;
  columns: number;
  rows: number;
  /** The greatest value. */
  most: number;
}

export type Point = [number, number];

const LEFT = 56;
const RIGHT = 104;
const TOP = 16;
const BOTTOM = 34;
const GAP = 0.2;
/** How far a row lies behind the one before it, at most. */
const DEEPEST: Point = [26, 20];

/** Where a place in the space is on the screen: column, row from the front, and value. */
export function placing({ width, height, columns, rows, most }: Space): (column: number, row: number, value: number) => Point {
  const deep: Point = [Math.min(DEEPEST[0], (width * 0.3) / rows), Math.min(DEEPEST[1], (height * 0.4) / rows)];
  const wide = (width - LEFT - RIGHT - deep[0] * rows) / Math.max(1, columns);
  const high = height - TOP - BOTTOM - deep[1] * rows;
  return (column, row, value) => [LEFT + column * wide + row * deep[0], height - BOTTOM - row * deep[1] - (most > 0 ? (value / most) * high : 0)];
}

export interface Box {
  front: Point[];
  side: Point[];
  top: Point[];
}

/** The three faces that are seen of a bar. */
export function boxOf(space: Space, column: number, row: number, value: number): Box {
  const at = placing(space);
  const [left, right, near, far] = [column + GAP, column + 1 - GAP, row + GAP, row + 1 - GAP];
  return {
    front: [at(left, near, 0), at(right, near, 0), at(right, near, value), at(left, near, value)],
    side: [at(right, near, 0), at(right, far, 0), at(right, far, value), at(right, near, value)],
    top: [at(left, near, value), at(right, near, value), at(right, far, value), at(left, far, value)],
  };
}

/** Round values for the lines of the back wall, 0 to about the greatest. */
export function ticksOf(most: number): number[] {
  if (most <= 0) return [0];
  const raw = most / 4;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= raw) ?? raw;
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, place) => place * step);
}

/** Which of so many labels fit beside each other. */
export const shownLabels = (count: number, room: number): number[] => {
  const every = Math.max(1, Math.ceil((count * 74) / Math.max(room, 1)));
  return Array.from({ length: count }, (_, place) => place).filter((place) => place % every === 0);
};
