"""What of calls, queues and agents a tenant's people see.  Pure: the API and the portal's events answer by it."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from callmodel.agentkeys import PAUSE_REASON
from callmodel.agents import AgentState, AgentView, Seat
from callmodel.ids import CallId, QueueId, TenantId
from callmodel.offers import OfferEnd

OTHER = "other"
"""What another tenant's reason for a pause is called here."""
SYSTEM_REASONS = frozenset({"signed-in", PAUSE_REASON, *(end.value for end in OfferEnd)})
"""What the platform pauses somebody for; no agent chooses it."""
COSTS = ("cost_class", "cost_per_minute", "cost_micros", "currency")
"""What a call cost the platform: fields of the call and of its legs."""

INSIDE = ("node_id", "site_id", "trunk_id", "trace_id", "asked_by", "ended_by")
"""By whom and through what of the provider's a call went: fields of the call and of its legs."""

CALLS_READ, QUEUES_READ, AGENTS_READ, SPEND_READ = "calls.read", "queues.read", "agents.read", "spend.read"
STATIONS_READ = "stations.read"
"""Who may not see the stations sees nothing of `INSIDE` either: a client's people."""
TOPICS = {"calls": CALLS_READ, "queues": QUEUES_READ, "agents": AGENTS_READ}
"""What may be followed live in a tenant, and the permission that it needs (`docs/roles.md`)."""


@dataclass(frozen=True)
class Doing:
    """What an agent does.  since_ms: when `state` began, None while signed out.

    reason: of a pause, or of one that waits for the end of a call.  seat: where they are signed in.
    call_id: of the call that they are reserved for or in; tenant_id, queue_id: where it came from one.
    """

    state: AgentState
    since_ms: int | None = None
    reason: str | None = None
    seat: Seat | None = None
    call_id: CallId | None = None
    tenant_id: TenantId | None = None
    queue_id: QueueId | None = None


SIGNED_OUT = Doing(AgentState.SIGNED_OUT)


def doing_of(view: AgentView | None) -> Doing:
    """Return what an agent does; None for one who is not signed in."""
    if view is None:
        return SIGNED_OUT
    return Doing(view.state, view.since_ms, view.reason, view.seat, view.call_id, view.tenant_id, view.queue_id)


def seen_by(tenant_id: TenantId, doing: Doing, own_reasons: Collection[str]) -> Doing:
    """Return what one tenant sees of what an agent does: no word of other tenants'.

    own_reasons: for which the tenant's own agents pause.
    """
    seat = doing.seat
    # A call that came from no queue is of the tenant whose station it is at.
    caller_of = None if seat is None else doing.tenant_id or seat.tenant_id
    is_known = doing.reason is None or doing.reason in SYSTEM_REASONS or doing.reason in own_reasons
    return replace(
        doing,
        reason=doing.reason if is_known else OTHER,
        seat=seat if seat is not None and seat.tenant_id == tenant_id else None,
        queue_id=doing.queue_id if doing.tenant_id == tenant_id else None,
        call_id=doing.call_id if caller_of == tenant_id else None,
        tenant_id=doing.tenant_id if doing.tenant_id == tenant_id else None,
    )


def without_costs(call: dict[str, Any]) -> dict[str, Any]:
    """Return a call's document for those who may not see what calls cost."""
    return _without(COSTS, call)


def without_inside(call: dict[str, Any]) -> dict[str, Any]:
    """Return a call's document for a client's people, who see no cost and nothing of how the provider works."""
    return _without((*COSTS, *INSIDE), call)


def _without(names: tuple[str, ...], call: dict[str, Any]) -> dict[str, Any]:
    nothing = dict.fromkeys(names)

    def hidden(part: dict[str, Any]) -> dict[str, Any]:
        return part | {name: value for name, value in nothing.items() if name in part}

    return hidden(call) | {"legs": [hidden(leg) for leg in call.get("legs", ())]}
