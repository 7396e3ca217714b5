/** The session for all that is drawn below the sign-in. */
import { createContext, useContext } from "react";
import { rolesIn, type Role, type Session } from "@/session/session";

/** What the session is kept under among the answers. */
export const SESSION = ["session"] as const;

export const SessionContext = createContext<Session | null>(null);

/** Throws outside of the signed-in part. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error("nobody is signed in here");
  return session;
}

/** Throws where no tenant is chosen: the shell shows no screen of a tenant then. */
export function useTenantId(): string {
  const { tenant } = useSession();
  if (!tenant) throw new Error("no tenant is chosen here");
  return tenant;
}

export function useRoles(): ReadonlySet<Role> {
  return rolesIn(useSession());
}
