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
];

export const GROUPS: readonly Screen["group"][] = ["work", "supervise", "manage", "platform"];

/** The screens of somebody with these roles, in the menu's order. */
export function screensOf(roles: ReadonlySet<Role>, hasTenant: boolean): readonly Screen[] {
  return SCREENS.filter((each) => (hasTenant || !each.ofTenant) && each.roles.some((role) => roles.has(role)));
}

/** Where somebody begins: at the first of their screens. */
export function homeOf(roles: ReadonlySet<Role>, hasTenant: boolean): string {
  return screensOf(roles, hasTenant)[0]?.path ?? "/nothing";
}
