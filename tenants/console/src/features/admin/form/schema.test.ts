import { describe, expect, it } from "vitest";
import forms from "@/api/forms.json";
import { Problem } from "@/api/problem";
import { placeOf, problemAt, problemsIn, problemsTold } from "@/features/admin/form/problems";
import { bodyOf, changesOf, shapeOf, startOf, variantName, variantOf, type Schema } from "@/features/admin/form/schema";

const user = forms.NewTenantUser as Schema;
const queue = forms.NewQueue as Schema;
const calendar = forms.NewCalendar as Schema;
const field = (schema: Schema, name: string) => shapeOf(schema.properties?.[name] ?? {});

describe("a field", () => {
  it.each([
    [user, "display_name", "text"], [user, "password", "secret"], [user, "roles", "choices"], [user, "teams", "texts"],
    [queue, "strategy", "choice"], [queue, "announces_place", "yes-no"], [queue, "offer_seconds", "number"],
    [queue, "needs", "things"], [calendar, "hours", "map"], [forms.TenantPatch as Schema, "limits", "part"],
  ] as const)("is drawn as what it is: %#", (schema, name, kind) => expect(field(schema, name).kind).toBe(kind));

  it("that may be null, or empty, says so", () => {
    expect(field(queue, "most_waiting")).toMatchObject({ kind: "number", nullable: true });
    expect(field(queue, "name")).toMatchObject({ kind: "text", mayBeEmpty: true });
    expect(field(user, "display_name")).toMatchObject({ nullable: false, mayBeEmpty: false });
  });
});

describe("a new thing", () => {
  it("begins with what is usual", () => {
    expect(startOf(queue)).toMatchObject({ offer_seconds: 20, strategy: "longest-idle", announces_place: true, most_waiting: null });
  });

  it("leaves out what nobody filled in", () => {
    const body = bodyOf(user, { name: "li.na", display_name: "Li Na", password: "", roles: ["agent"], teams: [], more: 1 });
    expect(body).toEqual({ name: "li.na", display_name: "Li Na", roles: ["agent"], teams: [] });
  });
});

describe("a change", () => {
  it("is what is not as it was", () => {
    const before = { name: "Sales", offer_seconds: 20, most_waiting: 10, tenant_id: "acme" };
    expect(changesOf(queue, before, { ...before, offer_seconds: 25, most_waiting: null })).toEqual({ offer_seconds: 25, most_waiting: null });
    expect(changesOf(queue, before, { ...before })).toEqual({});
  });
});

describe("one of several shapes", () => {
  const audio: Schema = { type: "object", properties: { prompt_id: { type: "string" } }, required: ["prompt_id"] };
  const speech: Schema = { type: "object", properties: { text: { type: "string" } }, required: ["text"] };
  const open: Schema = { type: "object", properties: { kind: { const: "calendar" }, open: { type: "boolean" } }, required: ["kind"] };

  it("is known by what is in it", () => {
    expect(variantOf([audio, speech, open], { text: "Hello" })).toBe(speech);
    expect(variantOf([audio, speech, open], { kind: "calendar" })).toBe(open);
    expect([audio, speech, open].map(variantName)).toEqual(["prompt_id", "text", "calendar"]);
  });

  it("keeps what makes it one", () => {
    expect(bodyOf({ anyOf: [open, audio] }, { kind: "calendar", open: false, text: "no part of it" })).toEqual({ kind: "calendar", open: false });
  });
});

describe("what is wrong", () => {
  it("is found before it is sent", () => {
    const found = problemsIn(calendar, { calendar_id: "No Id", hours: { mon: ["9 to 5"] }, days: [{}] });
    expect([...found.keys()].sort()).toEqual(["calendar_id", "days.0.date", "hours.mon.0", "time_zone"]);
    expect(found.get("time_zone")).toEqual({ what: "needed" });
    expect(found.get("calendar_id")).toMatchObject({ what: "pattern", example: "office-hours" });
  });

  it("includes too little of a list, and numbers out of range", () => {
    expect(problemsIn(user, { name: "li", display_name: "Li", password: "long enough!", roles: [] }).get("roles")).toEqual({ what: "needed" });
    expect(problemsIn(queue, { queue_id: "sales", offer_seconds: 1 }).get("offer_seconds")).toMatchObject({ what: "range", least: 5 });
  });

  it("is put to the field that the server names", () => {
    const told = problemsTold(new Problem(422, "invalid-request", "", [{ where: "body.days[2].date", message: "no such day" }]), "calendar_id", "");
    expect(problemAt(told, "days", true)).toEqual({ what: "told", text: "no such day" });
    expect(problemAt(told, "days.2.date", false)).toEqual({ what: "told", text: "no such day" });
    expect(placeOf("nodes.menu.keys[0]")).toBe("nodes.menu.keys.0");
  });

  it("with a name that is taken stands at the name", () => {
    expect(problemsTold(new Problem(409, "queue-exists", "It is there"), "queue_id", "It is there").get("queue_id")).toEqual({ what: "told", text: "It is there" });
    expect(problemsTold(new Problem(409, "in-use", "Something uses it"), "queue_id", "").size).toBe(0);
  });
});
