/** All users of the platform: HQ's own, those of outsourcing firms, and those of tenants. */
import "@/features/platform/texts";
import { fill } from "@/api/client";
import { Person } from "@/features/admin/People";
import { ResourceScreen } from "@/features/admin/resource/ResourceScreen";
import type { ExtraProps, Resource } from "@/features/admin/resource/resource";
import { BODIES, standing } from "@/features/admin/shapes";

const ONE = "/api/v1/users/{id}";

const USERS: Resource = {
  name: "allUsers",
  all: "/api/v1/users",
  one: ONE,
  id: "user_id",
  columns: ["display_name", "username", "belongs_to", "is_hq_admin", "roles", "enabled", "second_factor"].map((field) => ({ field })),
  create: BODIES.NewUser,
  change: () => standing(BODIES.UserPatch),
  removal: "restores",
  nameField: "username",
  writers: ["hq"],
  Extra: AccountExtra,
};

export default function AllUsers() {
  return <ResourceScreen resource={USERS} />;
}

function AccountExtra({ row, readOnly, onChanged }: ExtraProps) {
  return <Person row={row} readOnly={readOnly} onChanged={onChanged} path={fill(ONE, { id: String(row.user_id) })} />;
}
