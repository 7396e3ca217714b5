/** Customers who are never left waiting; their numbers are masked. */
import "@/features/admin/texts";
import { useNameOf } from "@/features/admin/form/lookups";
import { ResourceScreen } from "@/features/admin/resource/ResourceScreen";
import type { Resource } from "@/features/admin/resource/resource";
import { BODIES, without } from "@/features/admin/shapes";

const VIPS: Resource = {
  name: "vips",
  all: "/api/v1/tenants/{tenant_id}/vips",
  one: "/api/v1/tenants/{tenant_id}/vips/{id}",
  id: "vip_id",
  columns: [
    { field: "number" },
    { field: "name" },
    { field: "level" },
    { field: "priority" },
    { field: "queue_id" },
    { field: "own_agent", show: (id) => <AgentName id={id} /> },
  ],
  create: BODIES.NewVip,
  // The mobile comes masked: it is not written back.
  change: () => without(BODIES.VipPatch, ["mobile"]),
  removal: "for-good",
};

export default function Vips() {
  return <ResourceScreen resource={VIPS} />;
}

function AgentName({ id }: { id: unknown }) {
  return useNameOf("users")(id);
}
