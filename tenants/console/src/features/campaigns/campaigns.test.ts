import { describe, expect, it } from "vitest";
import { changesOf, donePercent, percentText, standingOf, withSample, type LiveView } from "@/features/campaigns/live";
import { NEW_CAMPAIGN, sectionAt, sectionsOf, toPatch, type Kind } from "@/features/campaigns/settings";
import { isWhole, newRow, rowsFor, toOrder } from "@/features/campaigns/sharing";
import { changeOf, START, toOrder as toQuestion } from "@/features/campaigns/whatif";

const names = (kind: Kind) => sectionsOf(kind).map(({ name }) => name);
const pacingOf = (kind: Kind) => Object.keys(sectionsOf(kind).find(({ name }) => name === "pacing")?.schema.properties?.pacing?.properties ?? {});

describe("the sections of a campaign", () => {
  it("are those of its kind", () => {
    expect(names("preview")).toEqual(["basics", "whom", "callers", "when", "attempts", "preview", "desk", "consent"]);
    expect(names("predictive")).toContain("pacing");
    expect(names("survey")).not.toContain("desk");
    expect(Object.keys(sectionsOf("survey")[0]?.schema.properties ?? {})).toContain("flow_id");
  });

  it("ask of the pacing what the kind has", () => {
    expect(pacingOf("power")).toContain("lines_per_agent");
    expect(pacingOf("predictive")).not.toContain("lines_per_agent");
    expect(pacingOf("survey")).not.toContain("cap");
  });

  it("have each field that the server can name, so that the way to it is known", () => {
    for (const where of ["lists.0", "queue_id", "callers.numbers", "hours.hours", "body.pacing.abandon_message"]) expect(sectionAt("predictive", where)).not.toBeNull();
    expect(sectionAt("agentless", "flow_id")).toBe("basics");
    expect(sectionAt("predictive", "nothing")).toBeNull();
  });
});

describe("a change", () => {
  it("sends a part whole, as it replaces what was there", () => {
    const campaign = { pacing: { cap: 0.03, ring_seconds: 25 }, name: "a" };
    expect(toPatch(campaign, { pacing: { cap: 0.02 }, name: "b" })).toEqual({ pacing: { cap: 0.02, ring_seconds: 25 }, name: "b" });
  });
});

it("a new campaign needs a name and a kind", () => expect(NEW_CAMPAIGN.required).toEqual(["campaign_id", "kind"]));

describe("a running campaign", () => {
  const live = (at_ms: number, ringing: number) => ({ at_ms, lines: { ringing, waiting: 0, talking: 1, ending: 0 } }) as LiveView;

  it("keeps the lines of the last quarter of an hour", () => {
    const first = withSample([], live(0, 1));
    expect(withSample(first, live(1_000, 2)).map(({ ringing }) => ringing)).toEqual([1, 2]);
    expect(withSample(first, live(0, 3)).map(({ ringing }) => ringing)).toEqual([3]);
    expect(withSample(first, live(1_000_000, 4)).map(({ ringing }) => ringing)).toEqual([4]);
  });

  it("has changed when one of its own calls has", () => {
    const call = (call_id: string, campaign_id: string, version: number) => ({ call_id, campaign_id, version }) as never;
    const before = changesOf([call("a", "spring", 1), call("b", "other", 1)], "spring");
    expect(changesOf([call("a", "spring", 1), call("b", "other", 2)], "spring")).toBe(before);
    expect(changesOf([call("a", "spring", 2)], "spring")).not.toBe(before);
  });

  it.each([[null, "good"], [0.01, "good"], [0.025, "near"], [0.03, "near"], [0.031, "over"]] as const)("abandonment of %s under a cap of 0.03 is %s", (share, sign) =>
    expect(standingOf(share, 0.03)).toBe(sign));

  it("says what is left, and shares in percent", () => {
    expect(donePercent({ leads: 3, left: 1 })).toBe(66);
    expect(donePercent({ leads: 0, left: 0 })).toBe(0);
    expect([percentText(0.0312, "en"), percentText(null, "en")]).toEqual(["3.1%", "–"]);
  });
});

describe("sharing out", () => {
  it("sends of each taker what its kind deals by", () => {
    const rows = [{ ...newRow("user:u1"), weight: 3, prefixes: ["+8621"], owners: ["ana"] }, newRow("team:night")];
    expect(toOrder("weight", rows).takers[0]).toEqual({ user_id: "u1", team: null, weight: 3, prefixes: [], owners: [] });
    expect(toOrder("region", rows).takers).toEqual([{ user_id: "u1", team: null, weight: 1, prefixes: ["+8621"], owners: [] }, { user_id: null, team: "night", weight: 1, prefixes: [], owners: [] }]);
  });

  it("keeps what was written of who stays chosen", () => {
    const rows = [{ ...newRow("user:u1"), weight: 3 }];
    expect(rowsFor(["user:u1", "team:day"], rows).map(({ weight }) => weight)).toEqual([3, 1]);
  });

  it("needs somebody, and by region a region", () => {
    expect([isWhole("equal", []), isWhole("equal", [newRow("team:a")]), isWhole("region", [newRow("team:a")])]).toEqual([false, true, false]);
  });
});

describe("what if", () => {
  it("leaves to be learnt what is empty, and takes shares in percent", () => {
    expect(toQuestion({ ...START, answer_rate: 25 })).toEqual({ more_agents: 2, days: 1, answer_rate: 0.25 });
  });

  it.each([["abandonment", 0.03, 0.02, "better"], ["talks", 10, 12, "better"], ["productive", 0.9, 0.8, "worse"], ["list_ends_after_seconds", null, 5, "same"], ["calls", 5, 5, "same"]] as const)(
    "%s from %s to %s is %s", (name, before, after, change) => expect(changeOf(name, before, after)).toBe(change));
});
