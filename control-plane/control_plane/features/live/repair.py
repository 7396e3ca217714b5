"""Calls whose media node has fallen silent are taken out of the picture: nobody else would.

Their CDRs come all the same: the node's conductor writes them when it is back.
"""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from callmodel.ids import NodeId, TenantId
from callmodel.wire import LiveCall
from control_plane.livecalls import LiveCalls

logger = logging.getLogger(__name__)


@dataclass
class Silence:
    """Since when each node that has calls shows no heartbeat, in milliseconds since 1970."""

    since: dict[NodeId, int] = field(default_factory=dict)

    def note(self, nodes_with_calls: Iterable[NodeId], living: Iterable[NodeId], now_ms: int) -> None:
        """Bring in who is heard now."""
        silent = set(nodes_with_calls) - set(living)
        self.since = {node_id: self.since.get(node_id, now_ms) for node_id in silent}


def stale_calls(calls: Iterable[LiveCall], silent_since: Mapping[NodeId, int], before_ms: int) -> list[LiveCall]:
    """Return the calls on nodes that have been silent since `before_ms` or longer."""
    return [call for call in calls if silent_since.get(call.node_id, before_ms + 1) <= before_ms]


async def repair(
    live: LiveCalls,
    tenant_ids: Iterable[TenantId],
    living: Iterable[NodeId],
    silence: Silence,
    now_ms: int,
    stale_seconds: float,
) -> int:
    """Take stale calls out and return how many.  Call it every few seconds with the same `silence`."""
    pictures = {tenant_id: await live.all(tenant_id) for tenant_id in tenant_ids}
    silence.note((call.node_id for calls in pictures.values() for call in calls), living, now_ms)
    removed = 0
    for tenant_id, calls in pictures.items():
        for call in stale_calls(calls, silence.since, now_ms - int(stale_seconds * 1000)):
            await live.forget(tenant_id, call.call_id)
            removed += 1
            logger.warning(
                "stale call removed",
                extra={"tenant_id": tenant_id, "call_id": call.call_id, "node_id": call.node_id},
            )
    return removed
