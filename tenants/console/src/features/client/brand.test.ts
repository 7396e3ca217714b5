import { describe, expect, it } from "vitest";
import { contrast, lookOf, rgbOf } from "@/features/client/brand";

describe("a client's colour", () => {
  it.each(["#ffee00", "#000000", "#ffffff", "#ff6600", "#123456", "#777777"])("%s can be read on either ground", (colour) => {
    const [light, dark] = [lookOf(colour, "light"), lookOf(colour, "dark")];
    const on = (text: string | undefined, ground: string) => contrast(rgbOf(text) ?? [0, 0, 0], rgbOf(ground) ?? [0, 0, 0]);
    expect(on(light?.accent, "#ffffff")).toBeGreaterThanOrEqual(4.5);
    expect(on(light?.accentText, "#eef2f3")).toBeGreaterThanOrEqual(4.5);
    expect(on(dark?.accentText, "#172025")).toBeGreaterThanOrEqual(4.5);
  });

  it("stays as it is where it can be read", () => {
    expect(lookOf("#0b5cab", "light")).toEqual({ accent: "#0b5cab", accentText: "#0b5cab" });
  });

  it("that is none changes nothing", () => {
    expect(lookOf(null, "light")).toBeNull();
    expect(lookOf("red; background: url(x)", "dark")).toBeNull();
  });
});
