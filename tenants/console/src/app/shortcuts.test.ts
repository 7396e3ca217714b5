import { describe, expect, it, vi } from "vitest";
import { fitting } from "@/app/CommandPalette";
import { commands, keysOf, press } from "@/app/shortcuts";

const pressed = (init: KeyboardEventInit, target: HTMLElement = document.body) => {
  const event = new KeyboardEvent("keydown", { bubbles: true, cancelable: true, ...init });
  target.dispatchEvent(event);
  return event;
};

describe("a key press", () => {
  it("is written by the key's place, for a Mac's option key changes the letter", () => {
    expect(keysOf({ key: "å", code: "KeyA", altKey: true, ctrlKey: false, metaKey: false, shiftKey: false })).toBe("alt+a");
    expect(keysOf({ key: "k", code: "KeyK", altKey: false, ctrlKey: false, metaKey: true, shiftKey: false })).toBe("ctrl+k");
  });

  it("runs its command, also in a field where it holds Alt, and takes nothing from who types", () => {
    const run = vi.fn();
    const field = document.body.appendChild(document.createElement("input"));
    document.addEventListener("keydown", press);
    const gone = [
      commands.add({ id: "a", keys: "alt+a", label: "Answer", run }),
      commands.add({ id: "?", keys: "?", label: "Keys", run }),
    ];

    pressed({ key: "a", code: "KeyA", altKey: true }, field);
    expect(run).toHaveBeenCalledTimes(1);
    const typed = pressed({ key: "?", code: "Slash", shiftKey: true }, field);
    expect([run.mock.calls.length, typed.defaultPrevented]).toEqual([1, false]);
    pressed({ key: "?", code: "Slash", shiftKey: true });
    expect(run).toHaveBeenCalledTimes(2);

    gone.forEach((take) => take());
    pressed({ key: "a", code: "KeyA", altKey: true });
    expect(run).toHaveBeenCalledTimes(2);
    document.removeEventListener("keydown", press);
  });
});

describe("the palette", () => {
  it("finds what holds every word, in any order", () => {
    const entry = (label: string) => ({ id: label, keys: "", label, run: () => undefined });
    const entries = [entry("Go to Recordings"), entry("Pause recording"), entry("Ready")];

    expect(fitting(entries, "record go").map(({ label }) => label)).toEqual(["Go to Recordings"]);
    expect(fitting(entries, " ")).toHaveLength(3);
  });
});
