/** Flows as a list shows them. */
import type { Schema, Thing } from "@/features/admin/form/schema";
import type { Resource } from "@/features/admin/resource/resource";
import { BODIES } from "@/features/admin/shapes";
import { newFlow } from "@/features/flows/document";

const { calendar_id, name } = BODIES.NewCalendar.properties ?? {};

/** An id and a name: the rest is drawn. */
const CREATE: Schema = { type: "object", properties: { flow_id: { ...calendar_id, examples: ["welcome"] }, name: name ?? {} }, required: ["flow_id"] };

export const FLOWS: Resource = {
  name: "flows",
  all: "/api/v1/tenants/{tenant_id}/flows",
  one: "/api/v1/tenants/{tenant_id}/flows/{id}",
  id: "flow_id",
  columns: ["flow_id", "name", "published", "latest", "changed_by", "changed_ms"].map((field) => ({ field })),
  create: CREATE,
  toBody: ({ flow_id, name: called }: Thing) => ({ flow_id, document: newFlow(called) }),
  removal: "restores",
  href: (id) => `/flows?flow=${encodeURIComponent(id)}`,
};
