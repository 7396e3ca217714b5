"""Customers who are never left waiting, as their tenant lists them."""

from dataclasses import dataclass

from callmodel.ids import E164, AgentId, QueueId, TenantId


@dataclass(frozen=True)
class Vip:
    """A customer who is never left waiting.

    level: 1 or more, for the tenant's flows to tell them apart.  priority: at least, in any queue.  own_agent: who is
    offered the call first.  queue_id: waited in, in place of whatever queue a flow names.  mobile: rung where a flow
    says so (`{vip_mobile}`), as when every agent talks.
    """

    tenant_id: TenantId
    caller: str
    """The number as a keyed hash (`privacy.number_hash`)."""
    level: int = 1
    priority: int = 9
    own_agent: AgentId | None = None
    queue_id: QueueId | None = None
    mobile: E164 | None = None
