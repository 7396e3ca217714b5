"""The stream of what changed in a pool: what others see of an agent, and lines whose figures may be others.

The scripts write it with the change itself (`lua/base.lua`), some 20,000 entries of it are kept, and whoever shows
agents and queues reads it without a consumer group.  It names no customer.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from callmodel.agents import AgentState
from callmodel.ids import AgentId, CallId, ProviderId, QueueId, TenantId
from callmodel.sight import Doing
from hotstate.acd.packing import SEPARATOR, pool_key, seat_in


@dataclass(frozen=True)
class AgentChange:
    """What an agent does from now on."""

    agent_id: AgentId
    doing: Doing


@dataclass(frozen=True)
class LinesChange:
    """Lines in which somebody came, left, or became free or busy."""

    lines: tuple[tuple[TenantId, QueueId], ...]


def changes_key(pool: ProviderId) -> str:
    """Return the name of a pool's stream."""
    return pool_key(pool).removesuffix("agents") + "changes"


def change_of(fields: Mapping[str, str]) -> AgentChange | LinesChange | None:
    """Return what an entry tells; None for one that only a newer reader knows."""
    if "a" in fields:
        return AgentChange(AgentId(fields["a"]), _doing_in(fields))
    if "u" in fields:
        names = fields["u"].split(SEPARATOR)
        pairs = zip(names[::2], names[1::2], strict=False)
        return LinesChange(tuple((TenantId(tenant), QueueId(queue)) for tenant, queue in pairs))
    return None


def _doing_in(fields: Mapping[str, str]) -> Doing:
    return Doing(
        state=AgentState(fields["s"]),
        since_ms=int(fields["t"]) if fields["s"] != AgentState.SIGNED_OUT.value else None,
        reason=fields["r"] or None,
        seat=seat_in(fields["p"]) if fields["p"] else None,
        call_id=CallId(fields["c"]) if fields["c"] else None,
        tenant_id=TenantId(fields["n"]) if fields["n"] else None,
        queue_id=QueueId(fields["q"]) if fields["q"] else None,
    )
