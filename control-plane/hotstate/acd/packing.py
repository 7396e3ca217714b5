"""How values are written for the scripts, and what their answers say."""

import json
import re
from collections.abc import Sequence
from typing import Any

from callmodel.agents import Agent, AgentState, AgentView, LastSpoken, Seat
from callmodel.codec import from_wire, to_wire
from callmodel.ids import AgentId, CallId, Extension, NodeId, ProviderId, QueueId, SiteId, TenantId
from callmodel.offers import Full, InLine, Offer, Offered
from callmodel.queues import Audience, Queue, Waiter

SEPARATOR = "\x1f"
"""Between names; \\x1e, \\x1d and \\x1c stand between groups of them."""
NOBODY = ""
SEPARATORS = re.compile(r"[\x1c-\x1f]")


def pack(*parts: str) -> str:
    """Return several names as one.

    Raises ValueError for a name that holds a separator.
    """
    if any(SEPARATORS.search(part) for part in parts):
        raise ValueError("a name may not hold a separator of units, records, groups or files")
    return SEPARATOR.join(parts)


def pool_key(pool: ProviderId) -> str:
    """Return the name of a pool's agents, from which scripts make all others."""
    if not pool or "}" in pool:
        raise ValueError("a provider's id is the hash tag: not empty, without a brace")
    return f"{{pool:{pool}}}:agents"


def pack_seat(seat: Seat) -> str:
    return pack(seat.tenant_id, seat.extension, seat.site_id).replace(SEPARATOR, "\x1e")


def seat_in(packed: str) -> Seat:
    tenant, extension, site = packed.split("\x1e")
    return Seat(TenantId(tenant), Extension(extension), SiteId(site))


def pack_agent(agent: Agent) -> list[str]:
    """Return an agent's document, queues, skills with teams, and teams, as the scripts look them up."""
    queues = [part for served in agent.queues for part in (served.tenant_id, served.queue_id)]
    skills = "".join(f"\x1e{pack(skill, str(level))}" for skill, level in agent.skills.items())
    teams = "".join(f"\x1d{pack(team)}\x1d" for team in agent.teams)
    return [json.dumps(to_wire(agent)), pack(*queues), skills + teams, pack(*agent.teams)]


def pack_audience(audience: Audience) -> str:
    """Return what an audience asks for, nothing where that is everybody."""
    if not (audience.needs or audience.agents or audience.teams):
        return NOBODY
    needs = pack(*(part for need in audience.needs for part in (need.skill, str(need.level))))
    return "\x1e".join((needs, pack(*audience.agents), pack(*audience.teams)))


def pack_waiter(waiter: Waiter, queue: Queue) -> list[str | int]:
    """Return what the script of `join` takes behind the time."""
    if not waiter.audiences:
        raise ValueError("a waiter has at least one audience")
    pack(waiter.tenant_id, waiter.queue_id, waiter.call_id, waiter.node_id, waiter.caller or NOBODY)
    audiences = "".join(f"{each.from_ms}\x1c{pack_audience(each)}\x1c" for each in waiter.audiences)
    leaves = queue.reserved_agents if waiter.priority < queue.reserved_priority else 0
    most = -1 if queue.most_waiting is None else queue.most_waiting
    return [
        waiter.call_id, waiter.tenant_id, waiter.queue_id, waiter.node_id, waiter.entered_ms, waiter.rank, leaves,
        queue.strategy.value, audiences, waiter.caller or NOBODY, most,
        "" if waiter.day_ends_ms is None else waiter.day_ends_ms, queue.answer_target_seconds * 1000,
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


def view_of(values: Sequence[Any]) -> AgentView | None:
    """Return an agent from an answer of the script `views`; None for one who is not signed in."""
    if not values:
        return None
    doc, seat, shown, since, reason, call_id, tenant, queue, token = values
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


def seat_key(pool: ProviderId, seat: Seat) -> str:
    return f"{_root(pool)}seat:{seat.tenant_id}:{seat.extension}"


def node_key(pool: ProviderId, node_id: NodeId, what: str) -> str:
    return f"{_root(pool)}node:{node_id}:{what}"


def _root(pool: ProviderId) -> str:
    return pool_key(pool).removesuffix("agents")
