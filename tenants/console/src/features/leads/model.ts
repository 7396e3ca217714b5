/** What an agent's desk works out of campaigns and their leads.  Pure. */
import type { components } from "@/api/schema";

export type CampaignView = components["schemas"]["CampaignView"];
export type LeadView = components["schemas"]["LeadView"];
export type PreviewView = components["schemas"]["PreviewView"];
export type CallBackView = components["schemas"]["CallBackView"];
export type Disposition = NonNullable<CampaignView["dispositions"]>[number];
export type FormField = NonNullable<CampaignView["form"]>[number];

/** Campaigns that run and that somebody may work for; whose teams serve it the server says. */
export function servedBy(campaigns: readonly CampaignView[], userId: string): readonly CampaignView[] {
  const forAll = ({ teams, agents }: CampaignView) => (teams ?? []).length === 0 && (agents ?? []).length === 0;
  return campaigns.filter((each) => each.state === "running" && (forAll(each) || (each.teams ?? []).length > 0 || (each.agents ?? []).includes(userId)));
}

/** Those whose leads agents look at, and dial themselves. */
export const previewed = (campaigns: readonly CampaignView[]): readonly CampaignView[] => campaigns.filter(({ kind }) => kind === "preview" || kind === "manual");

/** The script as it is said to a customer: `{name}` is a cell of the lead's, or stays where there is none. */
export const spoken = (script: string, cells: Readonly<Record<string, string>>): string =>
  script.replace(/\{([a-z][a-z0-9_]*)\}/g, (whole, name: string) => cells[name] ?? whole);

/** What may be said of a call, under what it stands: those that only group are headings. */
export function choicesOf(dispositions: readonly Disposition[]): readonly { group: string; items: readonly Disposition[] }[] {
  const names = new Map(dispositions.map(({ disposition_id, name }) => [disposition_id, name]));
  const parents = new Set(dispositions.map(({ parent }) => parent));
  const leaves = dispositions.filter(({ disposition_id }) => !parents.has(disposition_id));
  const groups = [...new Set(leaves.map(({ parent }) => parent ?? ""))];
  return groups.map((parent) => ({ group: names.get(parent) ?? "", items: leaves.filter((each) => (each.parent ?? "") === parent) }));
}

/** The fields that have to be filled in for a disposition. */
export const neededFor = (disposition: Disposition | undefined, form: readonly FormField[]): readonly FormField[] =>
  form.filter(({ name, required }) => required === true || (disposition?.needs ?? []).includes(name));

export type Filled = Readonly<Record<string, string | number | boolean>>;

export const isFilled = (disposition: Disposition | undefined, form: readonly FormField[], filled: Filled): boolean =>
  disposition !== undefined && neededFor(disposition, form).every(({ name }) => filled[name] !== undefined && filled[name] !== "");

/** Seconds that are left to look at a lead, never below none; null: no limit. */
export const secondsLeft = (untilMs: number | null, nowMs: number): number | null => (untilMs === null ? null : Math.max(0, Math.ceil((untilMs - nowMs) / 1000)));

/** The call-backs of a day, here, in order; those of colleagues are not mine to see to. */
export function dueIn(items: readonly CallBackView[], userId: string, fromMs: number, toMs: number): readonly CallBackView[] {
  const mine = items.filter((each) => (each.user_id === null || each.user_id === userId) && each.due_ms >= fromMs && each.due_ms < toMs);
  return [...mine].sort((a, b) => a.due_ms - b.due_ms);
}
