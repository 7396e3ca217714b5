/** Names for the shapes of the API that the console shows. */
import type { components } from "@/api/schema";

type Schemas = components["schemas"];

export type CallView = Schemas["CallView"];
export type LegView = Schemas["LegView"];
export type FollowUpView = Schemas["FollowUpView"];
export type AgentStateView = Schemas["AgentStateView"];
export type QueueStateView = Schemas["QueueStateView"];
export type TenantView = Schemas["TenantView"];
export type RecordingView = Schemas["RecordingView"];
export type PlatformStatus = Schemas["PlatformStatus"];
export type NodeView = Schemas["NodeView"];
export type TrunkHealth = Schemas["TrunkHealth"];
export type BanView = Schemas["BanView"];
export type AuditEntry = Schemas["AuditEntry"];
export type PromptView = Schemas["PromptView"];
export type AgentState = AgentStateView["state"];
