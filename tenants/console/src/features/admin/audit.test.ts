import { describe, expect, it } from "vitest";
import type { AuditEntry } from "@/api/shapes";
import { auditMatches, changesTold } from "@/features/admin/audit";

const entry: AuditEntry = {
  audit_id: "a", at_ms: 1, actor: "admin", action: "queues.change", subject: { queue_id: "sales" }, address: "127.0.0.1", request_id: "r",
  changes: { offer_seconds: { old: 20, new: 25 }, name: { old: null, new: "Sales" } },
};

describe("the audit trail", () => {
  it.each([
    [{ actor: "ADM", action: "", text: "" }, true], [{ actor: "", action: "queues", text: "sales" }, true],
    [{ actor: "somebody", action: "", text: "" }, false], [{ actor: "", action: "", text: "offer_seconds" }, true],
  ])("%j: %s", (filter, found) => expect(auditMatches(entry, filter)).toBe(found));

  it("tells what was and what is, and nothing for what was not there", () => {
    expect(changesTold(entry)).toEqual([{ field: "offer_seconds", old: "20", new: "25" }, { field: "name", old: "", new: "Sales" }]);
  });
});
