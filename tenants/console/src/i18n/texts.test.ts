import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import i18next from "i18next";
import { describe, expect, it, vi } from "vitest";
import { languageOf, speak, startTexts } from "@/i18n";
import { texts as english } from "@/i18n/en";
import { texts as chinese } from "@/i18n/zh-CN";

interface Tree {
  [name: string]: Tree | string;
}

function flat(tree: Tree, before = ""): Map<string, string> {
  return new Map(
    Object.entries(tree).flatMap(([name, value]) =>
      typeof value === "string" ? [[before + name, value] as const] : [...flat(value, `${before}${name}.`)],
    ),
  );
}

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sources(path);
    return /\.tsx?$/.test(entry.name) && !entry.name.includes(".test.") ? [readFileSync(path, "utf8")] : [];
  });
}

/** What all screens know, and what each screen's own `texts` folder adds. */
const added = {
  en: Object.values(import.meta.glob<Tree>("../features/*/texts/en.json", { eager: true, import: "default" })),
  zh: Object.values(import.meta.glob<Tree>("../features/*/texts/zh-CN.json", { eager: true, import: "default" })),
};
const all = { en: Object.assign({}, english, ...added.en) as Tree, zh: Object.assign({}, chinese, ...added.zh) as Tree };
const en = flat(all.en);
const zh = flat(all.zh);
const code = sources("src").filter((text) => !text.startsWith("// Made by")).join("\n");
/** Keys in quotes that begin like one of ours, and the families that code picks from: `words.states.${state}`. */
const roots = Object.keys(all.en).join("|");
const named = new Set([...code.matchAll(new RegExp(`"((?:${roots})\\.[\\w.-]+)"`, "g"))].map((found) => found[1] ?? ""));
const families = [...code.matchAll(new RegExp(`\`((?:${roots})\\.(?:[\\w-]+\\.)*)\\$\\{`, "g"))].map((found) => found[1] ?? "");
/** `useWord("endings")` and the like. */
const words = [...code.matchAll(/useWord\("(\w+)"\)/g)].map((found) => `words.${found[1]}.`);

describe("texts", () => {
  it("are the same in both languages, and none is empty", () => {
    expect([...zh.keys()]).toEqual([...en.keys()]);
    expect([...en, ...zh].filter(([, text]) => text.trim() === "")).toEqual([]);
  });

  it("keep their placeholders in both languages", () => {
    const holes = (text: string) => [...text.matchAll(/\{\{\w+\}\}/g)].map(String).sort();
    for (const [key, text] of en) expect({ key, holes: holes(zh.get(key) ?? "") }).toEqual({ key, holes: holes(text) });
  });

  it("are there for each key that code names", () => {
    expect(named.size).toBeGreaterThan(50);
    expect([...named].filter((key) => !en.has(key))).toEqual([]);
  });

  it("are all used", () => {
    const used = (key: string) => named.has(key) || [...families, ...words].some((family) => key.startsWith(family));
    expect([...en.keys()].filter((key) => !used(key))).toEqual([]);
  });

  it("are not written into the screens", () => {
    // Text between tags that is more than signs: everything that people read goes through t().
    const bare = [...code.matchAll(/>\s*([A-Z][a-z]+(?: [a-z]+)+)\s*</g)].map((found) => found[1]);
    expect(bare).toEqual([]);
  });
});

describe("the language", () => {
  it.each([
    [null, ["zh-TW", "en"], "zh-CN"],
    [null, ["de-DE", "en-GB"], "en"],
    [null, ["de-DE"], "en"],
    ["en", ["zh-CN"], "en"],
    ["nonsense", ["zh"], "zh-CN"],
  ] as const)("kept %s, browser %j: %s", (kept, browser, wanted) => {
    expect(languageOf(kept, browser)).toBe(wanted);
  });
});

describe("problems", () => {
  it("are told in Chinese once their words are there, and in the API's own in English", async () => {
    await startTexts();
    await speak("zh-CN");
    await vi.waitFor(() => expect(i18next.t("problems.trunk-exists")).toBe("已有此编号的中继。"));
    await speak("en");
    expect(i18next.exists("problems.trunk-exists")).toBe(false);
  });
});
