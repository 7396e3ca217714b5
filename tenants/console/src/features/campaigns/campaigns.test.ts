import { describe, expect, it } from "vitest";
import { NEW_CAMPAIGN, sectionAt, sectionsOf, toPatch, type Kind } from "@/features/campaigns/settings";

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

it("a new campaign needs a name and a kind", () => expect(NEW_CAMPAIGN.required).toEqual(["kind", "campaign_id"]));
