/** A client's colours on our grounds: kept as they are where they can be read, else made darker or lighter until they can. */
type Rgb = [number, number, number];

/** WCAG 2.2, 1.4.3. */
const READABLE = 4.5;

export function rgbOf(colour: string | null | undefined): Rgb | null {
  const found = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(colour ?? "");
  return found ? [parseInt(found[1] ?? "", 16), parseInt(found[2] ?? "", 16), parseInt(found[3] ?? "", 16)] : null;
}

function luminance(rgb: Rgb): number {
  const [red, green, blue] = rgb.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as Rgb;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

export function contrast(one: Rgb, other: Rgb): number {
  const [a, b] = [luminance(one), luminance(other)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

const hexOf = (rgb: Rgb): string => `#${rgb.map((part) => Math.round(part).toString(16).padStart(2, "0")).join("")}`;

/** The colour, or the nearest one towards `end` that can be read on the ground. */
function towards(colour: Rgb, end: Rgb, ground: Rgb): string {
  for (let share = 0; share < 1; share += 0.05) {
    const mixed = colour.map((part, place) => part + ((end[place] ?? 0) - part) * share) as Rgb;
    if (contrast(mixed, ground) >= READABLE) return hexOf(mixed);
  }
  return hexOf(end);
}

const WHITE: Rgb = [255, 255, 255];
const BLACK: Rgb = [0, 0, 0];
/** The lighter one of those of the dark look. */
const DARK_GROUND: Rgb = [31, 43, 49];

export interface Look {
  /** Of areas with white text on them. */
  accent: string;
  /** Of text on our ground. */
  accentText: string;
}

export function lookOf(colour: string | null | undefined, shade: "light" | "dark"): Look | null {
  const rgb = rgbOf(colour);
  if (!rgb) return null;
  return {
    accent: towards(rgb, BLACK, WHITE),
    accentText: shade === "light" ? towards(rgb, BLACK, [238, 242, 243]) : towards(rgb, WHITE, DARK_GROUND),
  };
}
