"""How values are written for the scripts, and what their answers say."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from callmodel.agents import Agent, AgentState, AgentView, LastSpoken, Seat, ServedQueue
from callmodel.codec import from_wire, to_wire
from callmodel.ids import AgentId, CallId, Extension, NodeId, ProviderId, QueueId, SiteId, TenantId
from callmodel.offers import Full, InLine, Offer, Offered
from callmodel.queues import Audience, Queue, Waiter

SEPARATOR = "\x1f"
NOBODY = ""
VIEW_FIELDS = ("doc", "seat", "shown", "since", "reason", "call", "tenant", "queue", "token")


def pack(*parts: str) -> str:
    """Return several names as one.

    Raises ValueError for a name that holds the separator.
    """
    if any(SEPARATOR in part for part in parts):
        raise ValueError("a name may not hold the unit separator")
    return SEPARATOR.join(parts)


def pool_key(pool: ProviderId) -> str:
    """Return the name of a pool's agents, from which scripts make all others."""
    if not pool or "}" in pool:
        raise ValueError("a provider's id is the hash tag: not empty, without a brace")
    return f"{{pool:{pool}}}:agents"


def pack_seat(seat: Seat) -> str:
    return pack(seat.tenant_id, seat.extension, seat.site_id)


def seat_in(packed: str) -> Seat:
    tenant, extension, site = packed.split(SEPARATOR)
    return Seat(TenantId(tenant), Extension(extension), SiteId(site))


def pack_agent(agent: Agent) -> list[str]:
    """Return an agent's document, and the queues, skills and teams as the scripts look them up."""
    queues = [part for served in agent.queues for part in (served.tenant_id, served.queue_id)]
    skills = [part for skill, level in agent.skills.items() for part in (skill, str(level))]
    return [json.dumps(to_wire(agent)), pack(*queues), pack(*skills), pack(*agent.teams)]


def pack_audiences(audiences: Sequence[Audience]) -> str:
    """Return who may be offered the caller, nothing where that is everybody from the first moment on."""
    if not audiences:
        raise ValueError("a waiter has at least one audience")
    if len(audiences) == 1 and audiences[0].from_ms == 0 and not _is_narrow(audiences[0]):
        return NOBODY
    return json.dumps([_audience_shape(each) for each in audiences], separators=(",", ":"))


def _is_narrow(audience: Audience) -> bool:
    return bool(audience.needs or audience.agents or audience.teams)


def _audience_shape(audience: Audience) -> dict[str, Any]:
    # Lua has one kind of empty table: what is empty is left out.
    shape: dict[str, Any] = {"from": audience.from_ms}
    if audience.needs:
        shape["needs"] = [[need.skill, need.level] for need in audience.needs]
    if audience.agents:
        shape["agents"] = list(audience.agents)
    if audience.teams:
        shape["teams"] = list(audience.teams)
    return shape


def pack_waiter(waiter: Waiter, queue: Queue) -> list[str | int]:
    """Return what the script of `join` takes behind the time."""
    audiences = waiter.audiences
    if len(audiences) == 1 and audiences[0].from_ms <= waiter.entered_ms and not _is_narrow(audiences[0]):
        audiences = (Audience(0),)
    most = -1 if queue.most_waiting is None else queue.most_waiting
    pack(waiter.tenant_id, waiter.queue_id, waiter.call_id, waiter.node_id)
    return [
        waiter.call_id, waiter.tenant_id, waiter.queue_id, waiter.node_id, waiter.entered_ms, waiter.rank,
        waiter.priority, pack_audiences(audiences), waiter.caller or NOBODY, queue.strategy.value,
        queue.reserved_agents, queue.reserved_priority, most,
    ]  # fmt: skip


def answer_of(parts: Sequence[Any]) -> Offer | InLine | Full | None:
    """Return what a script answers about a caller."""
    match parts[0]:
        case "offer":
            return offer_in(parts)
        case "line":
            return InLine(int(parts[1]), None if parts[2] < 0 else int(parts[2]))
        case "full":
            return Full(int(parts[1]))
        case _:
            return None


def offer_in(parts: Sequence[Any]) -> Offer:
    """Return the offer in a script's answer, or in a stream's entry."""
    _, tenant, queue, call_id, token, made, *agents = parts
    # Who signed out in the meantime has no seat any more.
    pairs = zip(agents[::2], agents[1::2], strict=True)
    offered = tuple(Offered(AgentId(agent), seat_in(seat)) for agent, seat in pairs if seat)
    return Offer(TenantId(tenant), QueueId(queue), CallId(call_id), int(token), int(made), offered)


def view_of(values: Sequence[str | None]) -> AgentView | None:
    """Return an agent from the values of VIEW_FIELDS; None for one who is not signed in."""
    doc, seat, shown, since, reason, call_id, tenant, queue, token = values
    if not (doc and seat and shown and since):
        return None
    return AgentView(
        agent=from_wire(Agent, json.loads(doc)),
        seat=seat_in(seat),
        state=AgentState(shown),
        since_ms=int(since),
        reason=reason or None,
        call_id=CallId(call_id) if call_id else None,
        tenant_id=TenantId(tenant) if tenant else None,
        queue_id=QueueId(queue) if queue else None,
        token=int(token) if token else None,
    )


def last_spoken_in(answer: Sequence[Any]) -> LastSpoken:
    agent_id, at_ms, *teams = answer[0].split(SEPARATOR)
    return LastSpoken(AgentId(agent_id), int(at_ms), tuple(team for team in teams if team), bool(answer[1]))


def lines_in(packed: Iterable[str]) -> list[ServedQueue]:
    """Return the queues whose names stand in a set."""
    pairs = [name.split(SEPARATOR) for name in packed]
    return [ServedQueue(TenantId(tenant), QueueId(queue)) for tenant, queue in pairs]


def agent_key(pool: ProviderId, agent_id: AgentId) -> str:
    return f"{_root(pool)}agent:{agent_id}"


def seat_key(pool: ProviderId, seat: Seat) -> str:
    return f"{_root(pool)}seat:{seat.tenant_id}:{seat.extension}"


def node_key(pool: ProviderId, node_id: NodeId, what: str) -> str:
    return f"{_root(pool)}node:{node_id}:{what}"


def _root(pool: ProviderId) -> str:
    return pool_key(pool).removesuffix("agents")
