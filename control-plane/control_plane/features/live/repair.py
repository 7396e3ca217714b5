"""Calls that nobody vouches for are taken out of the picture: nobody else would.

Either their media node has fallen silent, and their CDRs come all the same: the node's conductor writes them when it
is back.  Or it lives and does not name them among the calls that it holds.
"""

import logging
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from callmodel.cdr import Cdr
from callmodel.ids import CallId, NodeId, TenantId
from callmodel.wire import HeldCalls
from control_plane.facts.livecalls import LiveCalls

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Heard:
    """Who is heard now: the nodes with a heartbeat, and what those say of their calls that have said it."""

    living: Collection[NodeId]
    held: Mapping[NodeId, HeldCalls]

    def vouches_for(self, call: Cdr) -> bool:
        """Say whether the call's node lives, and does not leave it out among the calls that it holds."""
        held = self.held.get(call.node_id)
        return call.node_id in self.living and (held is None or call.call_id in held.named)


@dataclass
class Silence:
    """Since when nobody has vouched for each call, in milliseconds since 1970."""

    since: dict[CallId, int] = field(default_factory=dict)

    def note(self, calls: Iterable[Cdr], heard: Heard, now_ms: int) -> None:
        """Bring in who is heard now, and which calls are shown."""
        doubtful = [call.call_id for call in calls if not heard.vouches_for(call)]
        self.since = {call_id: self.since.get(call_id, now_ms) for call_id in doubtful}

    def is_stale(self, call: Cdr, before_ms: int) -> bool:
        """Say whether nobody has vouched for the call since `before_ms` or longer."""
        return self.since.get(call.call_id, before_ms + 1) <= before_ms


async def repair(
    live: LiveCalls,
    tenant_ids: Iterable[TenantId],
    heard: Heard,
    silence: Silence,
    now_ms: int,
    stale_seconds: float,
) -> int:
    """Take stale calls out and return how many.  Call it every few seconds with the same `silence`."""
    shown = [(tenant_id, call) for tenant_id in tenant_ids async for call in live.each(tenant_id)]
    silence.note((call for _, call in shown), heard, now_ms)
    removed = 0
    for tenant_id, call in shown:
        if silence.is_stale(call, now_ms - int(stale_seconds * 1000)) and await live.forget(tenant_id, call):
            removed += 1
            logger.warning(
                "stale call removed",
                extra={"tenant_id": tenant_id, "call_id": call.call_id, "node_id": call.node_id},
            )
    return removed
