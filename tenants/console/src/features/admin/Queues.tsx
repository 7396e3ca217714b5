/** Queues: where callers wait, and for whom. */
import "@/features/admin/texts";
import { ResourceScreen } from "@/features/admin/resource/ResourceScreen";
import type { Resource } from "@/features/admin/resource/resource";
import { BODIES, ordered } from "@/features/admin/shapes";

/** What most come for. */
const FIRST = [
  "queue_id", "name", "strategy", "offer_seconds", "wrap_up_seconds", "answer_target_seconds", "service_level_percent", "most_waiting",
  "longest_wait_seconds", "music", "comfort", "announce_every_seconds", "announces_place",
];

const QUEUES: Resource = {
  name: "queues",
  all: "/api/v1/tenants/{tenant_id}/queues",
  one: "/api/v1/tenants/{tenant_id}/queues/{id}",
  id: "queue_id",
  columns: ["queue_id", "name", "strategy", "pool", "offer_seconds", "wrap_up_seconds", "most_waiting"].map((field) => ({ field })),
  create: ordered(BODIES.NewQueue, FIRST),
  change: () => ordered(BODIES.QueuePatch, FIRST),
  removal: "restores",
};

export default function Queues() {
  return <ResourceScreen resource={QUEUES} />;
}
