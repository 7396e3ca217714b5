/** Which screens there are, and for whom: what is not listed for a role is neither in the menu nor reachable. */
import type { Role } from "@/session/session";

export interface Screen {
  path: string;
  /** Under `shell.screens`. */
  name: string;
  group: "work" | "supervise" | "outbound" | "manage" | "platform";
  roles: readonly Role[];
  /** Shows one tenant's things: a tenant has to be chosen. */
  ofTenant: boolean;
}

function screen(path: string, group: Screen["group"], roles: readonly Role[], ofTenant = true): Screen {
  return { path: `/${path}`, name: path, group, roles, ofTenant };
}

export const SCREENS: readonly Screen[] = [
  screen("desk", "work", ["agent", "supervisor"]),
  screen("wallboard", "supervise", ["supervisor", "manager", "hq"]),
  screen("today", "supervise", ["client"]),
  screen("calls", "supervise", ["supervisor", "manager", "client", "hq"]),
  screen("recordings", "supervise", ["supervisor", "manager", "client", "hq"]),
  screen("reports", "supervise", ["supervisor", "manager", "client", "hq"]),
  screen("entrances", "supervise", ["client"]),
  screen("campaigns", "outbound", ["supervisor", "manager", "hq"]),
  screen("lists", "outbound", ["supervisor", "manager", "hq"]),
  screen("do-not-call", "outbound", ["supervisor", "manager", "hq"]),
  screen("number-health", "outbound", ["supervisor", "manager", "hq"]),
  screen("users", "manage", ["manager", "hq"]),
  screen("stations", "manage", ["manager", "hq"]),
  screen("numbers", "manage", ["manager", "hq"]),
  screen("queues", "manage", ["manager", "hq"]),
  screen("flows", "manage", ["supervisor", "manager", "hq"]),
  screen("calendars", "manage", ["manager", "hq"]),
  screen("prompts", "manage", ["manager", "hq"]),
  screen("vips", "manage", ["manager", "hq"]),
  screen("settings", "manage", ["manager", "hq"]),
  screen("audit", "manage", ["manager", "hq"], false),
  screen("platform", "platform", ["hq"], false),
  screen("sites", "platform", ["hq"], false),
  screen("trunks", "platform", ["hq"], false),
  screen("tenants", "platform", ["hq"], false),
  screen("all-numbers", "platform", ["hq"], false),
  screen("all-users", "platform", ["hq"], false),
  screen("bans", "platform", ["hq"], false),
  screen("account", "work", ["agent", "supervisor", "manager", "client", "hq"], false),
];

export const GROUPS: readonly Screen["group"][] = ["work", "supervise", "outbound", "manage", "platform"];

/** The screens of somebody with these roles, in the menu's order. */
export function screensOf(roles: ReadonlySet<Role>, hasTenant: boolean): readonly Screen[] {
  return SCREENS.filter((each) => (hasTenant || !each.ofTenant) && each.roles.some((role) => roles.has(role)));
}

/** Where somebody begins: at the first of their screens. */
export function homeOf(roles: ReadonlySet<Role>, hasTenant: boolean): string {
  return screensOf(roles, hasTenant)[0]?.path ?? "/nothing";
}
