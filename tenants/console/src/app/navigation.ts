/** Which screens there are, and for whom: what is not listed for a role is neither in the menu nor reachable. */
import type { Role } from "@/session/session";

export interface Screen {
  path: string;
  /** Under `shell.screens`. */
  name: string;
  group: "work" | "supervise" | "manage" | "platform";
  roles: readonly Role[];
  /** Shows one tenant's things: a tenant has to be chosen. */
  ofTenant: boolean;
}

const MANAGING: readonly Role[] = ["manager", "hq"];
const WATCHING: readonly Role[] = ["supervisor", "manager", "hq"];

function screen(path: string, group: Screen["group"], roles: readonly Role[], ofTenant = true): Screen {
  return { path: `/${path}`, name: path, group, roles, ofTenant };
}

export const SCREENS: readonly Screen[] = [
  screen("desk", "work", ["agent", "supervisor"]),
  screen("wallboard", "supervise", [...WATCHING, "client"]),
  screen("calls", "supervise", ["agent", ...WATCHING, "client"]),
  screen("recordings", "supervise", [...WATCHING, "client"]),
  screen("queues", "manage", WATCHING),
  screen("agents", "manage", WATCHING),
  screen("calendars", "manage", WATCHING),
  screen("prompts", "manage", WATCHING),
  screen("stations", "manage", WATCHING),
  screen("people", "manage", MANAGING),
  screen("our-numbers", "manage", [...WATCHING, "client"]),
  screen("audit", "manage", MANAGING),
  screen("sites", "platform", ["hq"], false),
  screen("status", "platform", ["hq"], false),
  screen("trunks", "platform", ["hq"], false),
  screen("numbers", "platform", ["hq"], false),
  screen("tenants", "platform", ["hq"], false),
  screen("users", "platform", ["hq"], false),
  screen("bans", "platform", ["hq"], false),
  screen("platform-audit", "platform", ["hq"], false),
];

export const GROUPS: readonly Screen["group"][] = ["work", "supervise", "manage", "platform"];

/** The screens of somebody with these roles, in the menu's order. */
export function screensOf(roles: ReadonlySet<Role>, hasTenant: boolean): readonly Screen[] {
  return SCREENS.filter((each) => (hasTenant || !each.ofTenant) && each.roles.some((role) => roles.has(role)));
}

/** Where somebody begins: agents at their desk, those who watch at the board, HQ at the platform's state. */
export function homeOf(roles: ReadonlySet<Role>, hasTenant: boolean): string {
  const open = screensOf(roles, hasTenant);
  const first = roles.has("hq") ? open.find((each) => each.name === "status") : open[0];
  return (first ?? open[0])?.path ?? "/nothing";
}
