import { describe, expect, it } from "vitest";
import { choicesOf, dueIn, isFilled, neededFor, previewed, secondsLeft, servedBy, spoken, type CampaignView } from "@/features/leads/model";

const campaign = (campaign_id: string, more: Partial<CampaignView>) => ({ campaign_id, state: "running", kind: "preview", teams: [], agents: [], ...more }) as CampaignView;

describe("campaigns on the desk", () => {
  it("are those that run and that one may serve", () => {
    const all = [campaign("all", {}), campaign("mine", { agents: ["me"] }), campaign("theirs", { agents: ["other"] }), campaign("team", { teams: ["night"] }), campaign("still", { state: "paused" })];
    expect(servedBy(all, "me").map(({ campaign_id }) => campaign_id)).toEqual(["all", "mine", "team"]);
  });

  it("show their leads first where agents dial", () => {
    expect(previewed([campaign("a", {}), campaign("b", { kind: "predictive" }), campaign("c", { kind: "manual" })]).map(({ campaign_id }) => campaign_id)).toEqual(["a", "c"]);
  });
});

it("the script names the customer, and leaves what nobody knows", () => {
  expect(spoken("Good day {name}, of {company}.", { name: "Li Na" })).toBe("Good day Li Na, of {company}.");
  // What a file holds is text and no script of its own.
  expect(spoken("{a}", { a: "{b}", b: "x" })).toBe("{b}");
});

describe("what came of a call", () => {
  const tree = [
    { disposition_id: "yes", name: "Yes" },
    { disposition_id: "sold", name: "Sold", parent: "yes", needs: ["amount"] },
    { disposition_id: "no", name: "No" },
  ];
  const form = [{ name: "amount", label: "Amount" }, { name: "note", label: "Note" }];

  it("stands under its heading, which is not chosen itself", () => {
    expect(choicesOf(tree).map(({ group, items }) => [group, items.map(({ disposition_id }) => disposition_id)])).toEqual([["Yes", ["sold"]], ["", ["no"]]]);
  });

  it("needs the fields that it names, and those that are always needed", () => {
    expect(neededFor(tree[1], form).map(({ name }) => name)).toEqual(["amount"]);
    expect(neededFor(tree[2], [{ name: "note", label: "Note", required: true }]).length).toBe(1);
    expect([isFilled(tree[1], form, {}), isFilled(tree[1], form, { amount: 0 }), isFilled(tree[2], form, {}), isFilled(undefined, form, {})]).toEqual([false, true, true, false]);
  });
});

it("the time to look never runs below nothing", () => {
  expect([secondsLeft(5_000, 1_500), secondsLeft(5_000, 9_000), secondsLeft(null, 0)]).toEqual([4, 0, null]);
});

it("call-backs are mine and anybody's, of this day, in order", () => {
  const item = (due_ms: number, user_id: string | null) => ({ lead_id: `l.${due_ms}`, number: "+86****", due_ms, local_time: null, user_id });
  expect(dueIn([item(30, null), item(10, "me"), item(20, "other"), item(99, null)], "me", 0, 50).map(({ due_ms }) => due_ms)).toEqual([10, 30]);
});
