"""Agents and callers on a real Redis, told as stories."""

from dataclasses import replace

import pytest
from redis.asyncio import Redis

from callmodel.agents import Agent, AgentState, Seat, SeatUse, ServedQueue
from callmodel.ids import AgentId, CallId, Extension, LegId, NodeId, ProviderId, QueueId, SiteId, TenantId
from callmodel.offers import Full, InLine, Offer, OfferEnd
from callmodel.queues import Queue, Waiter, audiences_of, rank_of
from hotstate.acd import Acd

HQ = ProviderId("hq")
ACME = TenantId("acme")
SALES = QueueId("sales")
QUEUE = Queue(ACME, SALES)
NODE = NodeId("mn1")
T = 1_764_500_000_000


@pytest.fixture
def acd(redis: Redis) -> Acd:
    return Acd(redis)


def seat(extension: str) -> Seat:
    return Seat(ACME, Extension(extension), SiteId("hq"))


def agent(name: str, *queues: str, **skills: int) -> Agent:
    served = tuple(ServedQueue(ACME, QueueId(queue)) for queue in queues or ("sales",))
    return Agent(AgentId(name), HQ, name, skills, served)


def waiter(call: str, at_ms: int, queue: Queue = QUEUE, priority: int = 0, **more: object) -> Waiter:
    audiences = audiences_of(queue, at_ms)
    made = Waiter(
        ACME, queue.queue_id, HQ, CallId(call), NODE, at_ms, rank_of(at_ms, priority, queue), priority, audiences
    )
    return replace(made, **more)  # type: ignore[arg-type]


async def sign_in(acd: Acd, name: str, extension: str, at_ms: int, *queues: str, **skills: int) -> None:
    await acd.sign_in(agent(name, *queues, **skills), seat(extension), at_ms, ready=True)


def named(offer: object) -> list[str]:
    assert isinstance(offer, Offer), offer
    return [each.agent_id for each in offer.agents]


async def state(acd: Acd, name: str) -> AgentState:
    view = await acd.agent(HQ, AgentId(name))
    return AgentState.SIGNED_OUT if view is None else view.state


async def close(acd: Acd, offer: object, end: OfferEnd, at_ms: int, who: int = 0) -> object:
    assert isinstance(offer, Offer)
    ended = (offer.call_id, offer.agents[who].agent_id, offer.token, end, at_ms)
    return await acd.close_offer(HQ, offer.tenant_id, offer.queue_id, *ended)


async def leg(acd: Acd, extension: str, use: SeatUse, at_ms: int, name: str = "l1", wrap_up: int = 0) -> None:
    await acd.seat_busy(HQ, seat(extension), LegId(name), CallId("c1"), NODE, use, at_ms, wrap_up)


async def test_caller_is_offered_to_who_is_idle_for_longest(acd: Acd):
    await sign_in(acd, "bo", "102", T)
    await sign_in(acd, "al", "101", T + 1)

    offer = await acd.join(waiter("c1", T + 10), QUEUE, T + 10)

    assert named(offer) == ["bo"]
    assert isinstance(offer, Offer)
    assert offer.agents[0].seat == seat("102")
    assert [await state(acd, "bo"), await state(acd, "al")] == [AgentState.RESERVED, AgentState.READY]
    assert await acd.join(waiter("c1", T + 10), QUEUE, T + 11) == offer, "asked again, answered the same"


async def test_callers_wait_in_line_and_an_agent_who_becomes_ready_has_the_first(acd: Acd):
    assert await acd.join(waiter("c1", T), QUEUE, T) == InLine(1)
    assert await acd.join(waiter("c2", T + 1), QUEUE, T + 1) == InLine(2)
    assert await acd.join(waiter("c3", T + 2, priority=1), QUEUE, T + 2) == InLine(1)
    seen = await acd.see(HQ, ACME, SALES, T + 100)
    assert (seen.waiting, seen.ready, seen.signed_in, seen.longest_wait_ms) == (3, 0, 0, 100)

    await sign_in(acd, "al", "101", T + 100)

    (offer,) = await acd.outstanding(HQ, NODE)
    assert (offer.call_id, named(offer)) == ("c3", ["al"])
    assert await acd.place(HQ, ACME, SALES, CallId("c2")) == InLine(2)


async def test_a_call_from_its_offer_to_the_next_one(acd: Acd):
    await sign_in(acd, "al", "101", T)
    offer = await acd.join(waiter("c1", T + 1), QUEUE, T + 1)
    await leg(acd, "101", SeatUse.RINGING, T + 2)
    assert await state(acd, "al") is AgentState.RINGING
    await acd.join(waiter("c2", T + 3), QUEUE, T + 3)
    await leg(acd, "101", SeatUse.TALKING, T + 4)
    assert await close(acd, offer, OfferEnd.ANSWERED, T + 5) is None
    view = await acd.agent(HQ, AgentId("al"))
    assert view is not None
    assert (view.state, view.since_ms, view.call_id, view.queue_id) == (AgentState.TALKING, T + 4, "c1", SALES)

    await leg(acd, "101", SeatUse.GONE, T + 60, wrap_up=30)
    assert await state(acd, "al") is AgentState.WRAP_UP
    # The next to be due is the node's sign of life.
    assert await acd.lapse(HQ, T + 61) == T + 1 + 3_500
    await acd.lapse(HQ, T + 60 + 30_000)

    (second,) = await acd.outstanding(HQ, NODE)
    assert (second.call_id, named(second)) == ("c2", ["al"])


async def test_who_does_not_answer_is_paused_and_the_caller_keeps_the_first_place(acd: Acd):
    await sign_in(acd, "al", "101", T)
    offer = await acd.join(waiter("c1", T + 1), QUEUE, T + 1)
    await acd.join(waiter("c2", T + 2), QUEUE, T + 2)

    assert await close(acd, offer, OfferEnd.NO_ANSWER, T + 20_000) == InLine(1)

    view = await acd.agent(HQ, AgentId("al"))
    assert view is not None
    assert (view.state, view.reason, view.token) == (AgentState.PAUSED, "no-answer", None)
    await sign_in(acd, "bo", "102", T + 30_000)
    (second,) = await acd.outstanding(HQ, NODE)
    assert second.call_id == "c1"
    assert await close(acd, offer, OfferEnd.ANSWERED, T + 30_001) == second, "an older token changes nothing"


async def test_a_full_queue_says_so_and_takes_who_can_be_offered(acd: Acd):
    small = replace(QUEUE, most_waiting=1)
    await acd.join(waiter("c1", T), small, T)
    assert await acd.join(waiter("c2", T), small, T) == Full(1)
    assert await acd.place(HQ, ACME, SALES, CallId("c2")) is None


OTHER = NodeId("mn2")
CUSTOMER = "5f1d" * 8


async def test_a_node_that_is_silent_has_lost_its_callers_and_legs_within_five_seconds(acd: Acd):
    await sign_in(acd, "ana", "1001", T)
    await sign_in(acd, "ben", "1002", T)
    await acd.prove(HQ, OTHER, {}, [], T)
    await leg(acd, "1001", SeatUse.TALKING, T)
    await acd.join(waiter("ghost", T), QUEUE, T)
    for second in range(1, 5):
        await acd.prove(HQ, OTHER, {}, [], T + second * 1000)
        await acd.lapse(HQ, T + second * 1000)

    assert (await state(acd, "ana"), await state(acd, "ben")) == (AgentState.READY, AgentState.READY)
    assert (await acd.see(HQ, ACME, SALES, T + 5000)).waiting == 0


async def test_a_pause_of_redis_is_no_silence_of_a_node(acd: Acd):
    await sign_in(acd, "ana", "1001", T)
    await leg(acd, "1001", SeatUse.TALKING, T)
    await acd.lapse(HQ, T + 1000)
    await acd.lapse(HQ, T + 9000)

    assert await state(acd, "ana") is AgentState.TALKING


async def test_who_called_again_before_the_loss_was_noticed_has_the_former_rank(acd: Acd):
    await acd.join(waiter("lost", T, caller=CUSTOMER), QUEUE, T)
    await acd.join(waiter("other", T + 1000, node_id=OTHER), QUEUE, T + 1000)
    await acd.join(waiter("again", T + 2000, node_id=OTHER, caller=CUSTOMER), QUEUE, T + 2000)
    await acd.forget_node(HQ, NODE, T + 4000)

    assert await acd.place(HQ, ACME, SALES, CallId("again")) == InLine(1)
    # Once: the next call with that number has no such place.
    found = await acd.join(waiter("third", T + 5000, node_id=OTHER, caller=CUSTOMER), QUEUE, T + 5000)
    assert found == InLine(3)


async def test_a_caller_whose_switch_died_is_first_when_calling_again(acd: Acd):
    await sign_in(acd, "ana", "1001", T)
    offer = await acd.join(waiter("lost", T, caller=CUSTOMER), QUEUE, T)
    await acd.join(waiter("other", T + 1000), QUEUE, T + 1000)
    await acd.pause(HQ, AgentId("ana"), "break", T + 1000)
    await acd.leave(HQ, ACME, SALES, CallId("lost"), T + 2000, keeps_place=True)

    await close(acd, offer, OfferEnd.WITHDRAWN, T + 2000)
    assert await acd.join(waiter("again", T + 3000, caller=CUSTOMER), QUEUE, T + 3000) == InLine(1)
    assert await acd.join(waiter("more", T + 4000, caller=CUSTOMER), QUEUE, T + 4000) == InLine(3)
