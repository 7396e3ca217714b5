import { describe, expect, it } from "vitest";
import { homeOf, SCREENS, screensOf } from "@/app/navigation";
import { COMPONENTS } from "@/app/screens";
import { texts } from "@/i18n/en";
import { rolesIn, type Role, type Session } from "@/session/session";

const roles = (...names: Role[]) => new Set(names);
const names = (found: ReturnType<typeof screensOf>) => found.map(({ name }) => name);

describe("screens", () => {
  it("all have code and a name", () => {
    expect(Object.keys(COMPONENTS).sort()).toEqual(SCREENS.map(({ name }) => name).sort());
    expect(Object.keys(texts.shell.screens).sort()).toEqual(SCREENS.map(({ name }) => name).sort());
  });

  it("of those who talk are nobody else's", () => {
    for (const role of ["manager", "client", "hq"] as const) expect(names(screensOf(roles(role), true))).not.toContain("desk");
  });

  it("of a tenant are not there before one is chosen", () => {
    expect(screensOf(roles("hq"), false).every(({ ofTenant }) => !ofTenant)).toBe(true);
  });

  it("begin with the desk for an agent", () => {
    expect(homeOf(roles("agent"), true)).toBe("/desk");
    expect(names(screensOf(roles("agent"), true))).not.toContain("audit");
  });
});

describe("roles", () => {
  const user = { id: "u", name: "Ana", username: "ana", is_hq_admin: false, roles: { acme: ["agent"], globex: ["manager"] }, station: null };
  const session: Session = { user, tenants: [], tenant: "acme", csrf: "", language: null, server_time_ms: 0 };

  it("are those of the tenant that is shown", () => {
    expect([...rolesIn(session)]).toEqual(["agent"]);
    expect([...rolesIn({ ...session, tenant: "globex" })]).toEqual(["manager"]);
    expect([...rolesIn({ ...session, tenant: "other" })]).toEqual([]);
  });

  it("of HQ's administrators hold everywhere", () => {
    expect([...rolesIn({ ...session, tenant: null, user: { ...user, is_hq_admin: true } })]).toEqual(["hq"]);
  });
});
