"""A small centre for tests: agents, callers and what happens to them, in few words."""

from dataclasses import replace
from typing import Any

from callmodel.agents import Agent, AgentState, Seat, SeatUse, ServedQueue
from callmodel.ids import AgentId, CallId, Extension, LegId, NodeId, ProviderId, QueueId, SiteId, TenantId
from callmodel.offers import Offer, OfferEnd
from callmodel.queues import Queue, Waiter, audiences_of, rank_of
from hotstate.acd import Acd

HQ = ProviderId("hq")
ACME = TenantId("acme")
SALES = QueueId("sales")
QUEUE = Queue(ACME, SALES)
NODE = NodeId("mn1")
T = 1_764_500_000_000


def seat(extension: str) -> Seat:
    return Seat(ACME, Extension(extension), SiteId("hq"))


def agent(name: str, *queues: str, teams: tuple[str, ...] = (), **skills: int) -> Agent:
    served = tuple(ServedQueue(ACME, QueueId(queue)) for queue in queues or ("sales",))
    return Agent(AgentId(name), HQ, name, skills, served, teams)


def waiter(call: str, at_ms: int, queue: Queue = QUEUE, priority: int = 0, **more: Any) -> Waiter:
    rank, audiences = rank_of(at_ms, priority, queue), audiences_of(queue, at_ms)
    made = Waiter(ACME, queue.queue_id, HQ, CallId(call), NODE, at_ms, rank, priority, audiences)
    return replace(made, **more)


async def join(acd: Acd, call: str, at_ms: int, queue: Queue = QUEUE, priority: int = 0, **more: Any) -> Any:
    return await acd.join(waiter(call, at_ms, queue, priority, **more), queue, at_ms)


async def sign_in(acd: Acd, name: str, extension: str, at_ms: int, *queues: str, **more: Any) -> None:
    await acd.sign_in(agent(name, *queues, **more), seat(extension), at_ms, ready=True)


async def state(acd: Acd, name: str) -> AgentState:
    view = await acd.agent(HQ, AgentId(name))
    return AgentState.SIGNED_OUT if view is None else view.state


async def close(acd: Acd, offer: object, end: OfferEnd, at_ms: int, who: int = 0) -> Any:
    assert isinstance(offer, Offer), offer
    ended = (offer.call_id, offer.agents[who].agent_id, offer.token, end, at_ms)
    return await acd.close_offer(HQ, offer.tenant_id, offer.queue_id, *ended)


async def leg(
    acd: Acd, extension: str, use: SeatUse, at_ms: int, name: str = "l1", call: str = "c1", wrap_up: int = 0
) -> None:
    await acd.seat_busy(HQ, seat(extension), LegId(name), CallId(call), NODE, use, at_ms, wrap_up)


def named(offer: object) -> list[str]:
    """Return whom an offer is for."""
    assert isinstance(offer, Offer), offer
    return [each.agent_id for each in offer.agents]


async def outstanding(acd: Acd) -> dict[str, list[str]]:
    """Return the offers that stand: calls, each with its agents."""
    return {offer.call_id: named(offer) for offer in await acd.outstanding(HQ, NODE)}
