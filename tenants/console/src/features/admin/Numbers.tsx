/** The tenant's numbers, and where calls to them go. */
import "@/features/admin/texts";
import { ResourceScreen } from "@/features/admin/resource/ResourceScreen";
import type { Resource } from "@/features/admin/resource/resource";
import { BODIES } from "@/features/admin/shapes";

const NUMBERS: Resource = {
  name: "numbers",
  all: "/api/v1/tenants/{tenant_id}/numbers",
  one: "/api/v1/tenants/{tenant_id}/numbers/{id}",
  id: "number",
  columns: ["number", "flow_id", "calendar_id", "route_to", "language", "notice"].map((field) => ({ field })),
  change: () => BODIES.NumberRoute,
  put: "/route",
};

export default function Numbers() {
  return <ResourceScreen resource={NUMBERS} />;
}
