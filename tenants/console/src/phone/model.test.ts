import { describe, expect, it } from "vitest";
import { loudness, microphone } from "@/phone/devices";
import { afterNews, NO_PHONE, tonesOf, type PhoneNews, type PhoneState } from "@/phone/model";

const after = (...news: PhoneNews[]): PhoneState => news.reduce(afterNews, NO_PHONE);
const SEAT: PhoneNews = { kind: "account", extension: "1007" };
const RINGS: PhoneNews = { kind: "rings", direction: "in", party: "138****0123", atMs: 1 };

describe("the softphone", () => {
  it("has none where the user sits at no station for browsers", () => {
    expect(after({ kind: "account", extension: null }).readiness).toBe("none");
  });

  it("knows of all its calls until one is torn: that may live on at the platform", () => {
    const begun = after({ kind: "account", extension: "2301" }, { kind: "begins", atMs: 5 }, { kind: "registered" });
    expect(begun.sinceMs).toBe(5);
    expect(afterNews(begun, { kind: "ended", cause: "Terminated", torn: false, atMs: 9 }).sinceMs).toBe(5);
    expect(afterNews(begun, { kind: "ended", cause: "Connection Error", torn: true, atMs: 9 }).sinceMs).toBe(9);
    expect(afterNews(begun, { kind: "elsewhere" }).sinceMs).toBeNull();
  });

  it("rings, talks, and is free again", () => {
    expect(after(SEAT, { kind: "registered" }, RINGS).line).toMatchObject({ state: "ringing", party: "138****0123" });
    expect(after(SEAT, RINGS, { kind: "answered", atMs: 9 }).line).toMatchObject({ state: "talking", sinceMs: 9 });
    expect(after(SEAT, RINGS, { kind: "ended", cause: "Canceled", torn: true, atMs: 9 })).toMatchObject({ line: null, cause: "Canceled" });
  });

  it("keeps a call when the registration is lost", () => {
    const phone = after(SEAT, RINGS, { kind: "answered", atMs: 9 }, { kind: "unregistered", cause: null, refused: false });
    expect([phone.readiness, phone.line?.state]).toEqual(["lost", "talking"]);
  });

  it("has no line once another tab is the phone", () => {
    expect(after(SEAT, RINGS, { kind: "elsewhere" })).toMatchObject({ readiness: "elsewhere", line: null });
  });

  it("passes over an answer that comes after the end", () => {
    expect(after(SEAT, RINGS, { kind: "ended", cause: null, torn: false, atMs: 9 }, { kind: "answered", atMs: 9 }).line).toBeNull();
  });
});

describe("devices", () => {
  it("that were unplugged cost no call: the chosen one is a wish", () => {
    expect(microphone({ microphone: "usb", speaker: null, quietens: true }).audio).toMatchObject({ deviceId: { ideal: "usb" } });
  });

  it("show silence as nothing and a full tone as all", () => {
    expect(loudness(new Uint8Array(64).fill(128))).toBe(0);
    expect(loudness(Uint8Array.from({ length: 64 }, (_, at) => (at % 2 ? 255 : 0)))).toBe(1);
  });
});

it("sends of what is typed the tones only", () => {
  expect(tonesOf("1-2 (3)w*#a")).toBe("123*#");
});
