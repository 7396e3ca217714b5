import { describe, expect, it } from "vitest";
import { faultOf, fromMapping, guessed, toMapping, withMeaning } from "@/features/lists/mapping";
import { againMs, barsOf, idFrom, percentOf, shareAccepted } from "@/features/lists/model";
import { decoded, rowsOf } from "@/features/lists/reading";
import { missing, partsOf, sentPercent } from "@/features/lists/upload";

const read = (text: string) => rowsOf(text) ?? { columns: [], hasHeader: false, rows: [] };

describe("the first rows of a file", () => {
  it("are read with quotes, and by the separator that they have", () => {
    const found = read('phone;name\n"138 0013 8000";"Li; ""Na"""\n139;x\n');
    expect(found).toEqual({ columns: ["phone", "name"], hasHeader: true, rows: [["138 0013 8000", 'Li; "Na"'], ["139", "x"]] });
  });

  it("have no header where the first row holds a number", () => {
    expect(read("13800138000,Li Na\n")).toEqual({ columns: ["0", "1"], hasHeader: false, rows: [["13800138000", "Li Na"]] });
  });

  it("may be JSON lines, of which a bad one is passed over", () => {
    expect(read('{"tel":"1","name":"Li"}\n{"tel":"2", bad\n{"tel":3}')).toEqual({ columns: ["tel", "name"], hasHeader: true, rows: [["1", "Li"], ["3", ""]] });
  });

  it.each([
    ["utf-8", new TextEncoder().encode("姓名"), "姓名"],
    ["gb18030", new Uint8Array([0xd0, 0xd5, 0xc3, 0xfb]), "姓名"],
    ["utf-16", new Uint8Array([0xff, 0xfe, 0x41, 0x00]), "A"],
    ["no text", new Uint8Array([0x50, 0x4b, 0x00, 0x01]), null],
  ])("are decoded: %s", (_, bytes, text) => expect(decoded(bytes, false)).toBe(text));

  it("are none of an empty file", () => expect(rowsOf("\n\n")).toBeNull());
});

describe("the guess of columns", () => {
  it("goes by names in both languages", () => {
    const first = read("姓名,手机,负责人,Order No.\n李娜,13800138000,ana,7\n");
    expect(guessed(first)).toEqual([{ kind: "field", name: "name" }, { kind: "number" }, { kind: "field", name: "owner" }, { kind: "field", name: "order_no" }]);
    expect(toMapping(first, guessed(first))).toEqual({ number: "手机", fields: { name: "姓名", owner: "负责人", order_no: "Order No." }, header: true });
  });

  it("goes by cells where names say nothing", () => {
    expect(guessed(read("a,b\nx,13800138000\n"))).toEqual([{ kind: "field", name: "a" }, { kind: "number" }]);
    const bare = read("Li,13800138000\n");
    expect(toMapping(bare, guessed(bare))).toEqual({ number: 1, fields: {}, header: false });
  });

  it("names a column by place that stands twice", () => {
    const first = read("tel,tel,x\n13800138000,13900139000,y\n");
    expect(toMapping(first, guessed(first)).number).toBe(0);
  });

  it("has one column of numbers only", () => {
    const before = guessed(read("tel,name\n1,2\n"));
    expect(withMeaning(before, 1, { kind: "number" })).toEqual([{ kind: "nothing" }, { kind: "number" }]);
  });

  it.each([
    [[{ kind: "nothing" }], "no-number"],
    [[{ kind: "number" }, { kind: "field", name: "Bad" }], "field-name"],
    [[{ kind: "number" }, { kind: "field", name: "a" }, { kind: "field", name: "a" }], "field-twice"],
    [[{ kind: "number" }, { kind: "field", name: "a" }], null],
  ] as const)("%j: %s", (meanings, fault) => expect(faultOf(meanings)).toBe(fault));

  it("comes back from a saved mapping", () => {
    const first = read("tel,name,x\n1,2,3\n");
    expect(fromMapping(first, { number: "tel", fields: { name: 1 } })).toEqual([{ kind: "number" }, { kind: "field", name: "name" }, { kind: "nothing" }]);
  });
});

describe("an upload", () => {
  it("is cut into parts without a gap; an empty file is one empty part", () => {
    expect(partsOf(25, 10)).toEqual([{ part: 0, start: 0, end: 10 }, { part: 1, start: 10, end: 20 }, { part: 2, start: 20, end: 25 }]);
    expect(partsOf(0)).toEqual([{ part: 0, start: 0, end: 0 }]);
  });

  it("goes on with what is missing, of the same file only", () => {
    const all = partsOf(25, 10);
    const arrived = [{ part: 0, bytes: 10 }, { part: 1, bytes: 4 }];
    expect(missing(all, arrived, true).map(({ part }) => part)).toEqual([1, 2]);
    expect(missing(all, arrived, false)).toEqual(all);
  });

  it("is at 100 percent when all is sent", () => expect([sentPercent(0, 3), sentPercent(3, 3), sentPercent(0, 0)]).toEqual([0, 100, 100]));
});

describe("a summary", () => {
  it("rounds down, so that 100 percent are all rows", () => {
    expect(shareAccepted({ accepted: 999, rows: 1000 } as never)).toBe(99);
    expect(shareAccepted({ accepted: 0, rows: 0 } as never)).toBe(0);
  });

  it("shows the most, and the rest in one", () => {
    expect(barsOf({ a: 1, b: 5, c: 2, d: 0 }, 2)).toEqual([{ name: "b", count: 5 }, { name: "c", count: 2 }, { name: "", count: 1 }]);
  });

  it("never says that an import is done before it is", () => {
    expect(percentOf({ rows: 1, accepted: 1, bytes: 10, size: 10 })).toBe(99);
    expect(percentOf(null)).toBe(0);
  });

  it("is asked for less often the longer it takes", () => {
    expect(againMs(0)).toBe(500);
    expect(againMs(1_000_000)).toBe(5_000);
  });
});

describe("a list's id", () => {
  it.each([["Bought in May.csv", "bought-in-may"], ["2026 leads.xlsx", "leads"], ["五月.csv", ""], ["a".repeat(60) + ".csv", "a".repeat(32)]])("of %s: %s", (name, id) =>
    expect(idFrom(name)).toBe(id));
});
