/** Who is signed in, and what they may see; as `GET /session` says it. */
import { send, keepToken } from "@/api/client";

export type Role = "agent" | "supervisor" | "manager" | "client" | "hq";

export interface Tenant {
  id: string;
  name: string;
  brand?: Record<string, string | null> | null;
}

export interface User {
  id: string;
  name: string;
  username: string;
  is_hq_admin: boolean;
  /** By tenant. */
  roles: Record<string, string[]>;
  /** Where they sit in the tenant that is shown; one for browsers first. */
  station: { extension: string; media: string } | null;
}

export interface Session {
  user: User;
  tenants: Tenant[];
  /** Id of the tenant that the screens show; null where the user is of none, as HQ before it chose one. */
  tenant: string | null;
  csrf: string;
  language: string | null;
  server_time_ms: number;
}

/** What the user is in the current tenant; HQ's administrators stand above all of them. */
export function rolesIn(session: Session): ReadonlySet<Role> {
  const roles = new Set<Role>((session.tenant ? (session.user.roles[session.tenant] ?? []) : []) as Role[]);
  if (session.user.is_hq_admin) roles.add("hq");
  return roles;
}

async function kept(answer: Promise<unknown>): Promise<Session> {
  const session = (await answer) as Session;
  keepToken(session.csrf);
  return session;
}

export const currentSession = (signal?: AbortSignal): Promise<Session> =>
  kept(send("GET", "/session", signal ? { signal } : {}));

export interface Credentials {
  username: string;
  password: string;
  code?: string | undefined;
}

/** Throws Problem: 401 `code-needed` where the user has to type the code of their authenticator too. */
export const signIn = (credentials: Credentials): Promise<Session> =>
  kept(send("POST", "/session", { body: credentials }));

export const chooseTenant = (id: string): Promise<Session> =>
  kept(send("PUT", "/session/tenant", { body: { tenant_id: id } }));

export const signOut = (everywhere: boolean): Promise<unknown> =>
  send("DELETE", everywhere ? "/sessions" : "/session");
