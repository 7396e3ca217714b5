/** A campaign's settings in sections, by its kind: what a kind has no use for is not asked.  Pure. */
import type { components } from "@/api/schema";
import type { Schema, Thing } from "@/features/admin/form/schema";
import { BODIES, only } from "@/features/admin/shapes";

export type CampaignView = components["schemas"]["CampaignView"];
export type Kind = CampaignView["kind"];

export type SectionName = "basics" | "whom" | "callers" | "when" | "attempts" | "pacing" | "preview" | "desk" | "consent";

export interface Section {
  name: SectionName;
  schema: Schema;
  /** What fields are called here, where another word than usual fits. */
  labels: Readonly<Record<string, string>>;
}

const WITHOUT_AGENTS: readonly Kind[] = ["agentless", "survey"];
const BY_AGENTS: readonly Kind[] = ["manual", "preview"];

/** Whose calls the dialler launches, so that they can be simulated. */
export const isPaced = (kind: Kind): boolean => !BY_AGENTS.includes(kind);
export const hasAgents = (kind: Kind): boolean => !WITHOUT_AGENTS.includes(kind);

const LABELS: Record<SectionName, Readonly<Record<string, string>>> = {
  basics: { kind: "campaign_kind", teams: "campaign_teams" },
  whom: {},
  callers: { regions: "region_numbers" },
  when: { "hours.hours": "week_hours", hours: "calling_hours", regions: "calling_regions", calendar_id: "team_calendar", time_zone: "campaign_zone" },
  attempts: { after: "after_results", most: "cap_most", times: "retry_times", seconds: "window_seconds" },
  pacing: { answer: "machine_answer", enabled: "tell_machines", wrap_up_seconds: "pacing_wrap_up" },
  preview: {},
  desk: { needs: "needed_fields", kind: "field_kind", name: "field_or_result" },
  consent: { required: "consent_required", sources: "consent_sources" },
};

/** What of the pacing a kind has: those that launch no more lines than agents have no cap to keep. */
const PACING: Partial<Record<Kind, readonly string[]>> = {
  predictive: ["cap", "grace_seconds", "abandon_message", "most_lines", "ring_seconds", "answer_rate", "talk_seconds", "wrap_up_seconds", "machines"],
  power: ["lines_per_agent", "cap", "grace_seconds", "abandon_message", "most_lines", "ring_seconds", "machines"],
  progressive: ["grace_seconds", "abandon_message", "most_lines", "ring_seconds", "machines"],
  agentless: ["most_lines", "ring_seconds", "machines"],
  survey: ["most_lines", "ring_seconds", "machines"],
};

const BODY = BODIES.CampaignPatch;

function section(name: SectionName, schema: Schema): Section {
  return { name, schema, labels: LABELS[name] };
}

/** A part of the body with some of its fields only. */
const narrowed = (field: string, fields: readonly string[]): Schema => ({ type: "object", properties: { [field]: only(BODY.properties?.[field] ?? {}, fields) } });

export function sectionsOf(kind: Kind): readonly Section[] {
  const basics = hasAgents(kind) ? ["name", "kind", "queue_id", "teams", "agents", "own_leads_only"] : ["name", "kind", "flow_id", "opt_out_key"];
  const pacing = PACING[kind];
  const found: readonly (Section | null)[] = [
    section("basics", only(BODY, basics)),
    section("whom", only(BODY, ["lists"])),
    section("callers", only(BODY, ["callers"])),
    section("when", only(BODY, ["hours", "regions", "time_zone", "calendar_id"])),
    section("attempts", only(BODY, ["most_attempts", "retries", "caps", "hot_leads"])),
    pacing ? section("pacing", narrowed("pacing", pacing)) : null,
    kind === "preview" ? section("preview", only(BODY, ["preview"])) : kind === "manual" ? section("preview", narrowed("preview", ["skip_reasons"])) : null,
    hasAgents(kind) ? section("desk", only(BODY, ["script", "form", "dispositions"])) : null,
    section("consent", only(BODY, ["consent"])),
  ];
  return found.filter((each) => each !== null);
}

/** What is sent of a change: parts of which only some fields are shown go whole, as they replace what was there. */
export function toPatch(campaign: Thing, changes: Thing): Thing {
  const isPart = (name: string) => name === "pacing" || name === "preview";
  return Object.fromEntries(Object.entries(changes).map(([name, value]) => [name, isPart(name) ? { ...(campaign[name] as Thing), ...(value as Thing) } : value]));
}

/** In which section a place that the server names stands, such as `hours.hours` or `pacing.abandon_message`. */
export function sectionAt(kind: Kind, where: string): SectionName | null {
  const field = where.replace(/^body\./, "").split(".", 1)[0] ?? "";
  return sectionsOf(kind).find(({ schema }) => field in (schema.properties ?? {}))?.name ?? null;
}

const WORKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat"];

/** What a new campaign begins with, beside what is asked: usual hours, and a retry of who was not reached. */
export const USUAL: Thing = {
  hours: { hours: Object.fromEntries(WORKDAYS.map((day) => [day, ["09:00-20:00"]])) },
  retries: [
    { after: ["busy"], times: 3, gap_seconds: [900] },
    { after: ["no-answer"], times: 3, gap_seconds: [7200, 86400] },
  ],
  caps: [{ most: 3, scope: "person", window: "sliding", seconds: 86400 }],
};

const ASKED = only(BODIES.NewCampaign, ["campaign_id", "name", "kind", "queue_id", "flow_id", "lists"]);

/** What of a new one is asked at once; the rest has usual values, or is said to lack when it is started. */
export const NEW_CAMPAIGN: Schema = {
  ...ASKED,
  properties: { ...ASKED.properties, ...narrowed("callers", ["numbers"]).properties },
  required: ["campaign_id", "kind"],
};
