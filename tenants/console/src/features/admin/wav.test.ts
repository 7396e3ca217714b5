import { describe, expect, it } from "vitest";
import { wavOf } from "@/features/admin/wav";

describe("a WAV file", () => {
  const view = new DataView(wavOf(new Float32Array([0, 1, -1, 2]), 48_000));

  it("says what is in it", () => {
    expect(String.fromCharCode(...new Uint8Array(view.buffer, 0, 4))).toBe("RIFF");
    expect([view.getUint16(22, true), view.getUint32(24, true), view.getUint16(34, true), view.getUint32(40, true)]).toEqual([1, 48_000, 16, 8]);
  });

  it("holds the samples, cut off where they are too loud", () => {
    expect([0, 1, 2, 3].map((at) => view.getInt16(44 + at * 2, true))).toEqual([0, 32_767, -32_767, 32_767]);
  });
});
