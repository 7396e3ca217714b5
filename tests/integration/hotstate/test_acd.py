"""Agents and callers on a real Redis, told as stories."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from callmodel.agents import AgentState, LastSpoken, SeatLeg, SeatUse
from callmodel.ids import AgentId, CallId, LegId
from callmodel.offers import Full, InLine, Offer, OfferEnd, Repairs
from callmodel.queues import Audience, SkillNeed, Strategy, audiences_of
from hotstate.acd import Acd
from servicekit.redisio import connect
from tests.integration.hotstate.acd_centre import (
    ACME,
    HQ,
    NODE,
    QUEUE,
    SALES,
    T,
    close,
    join,
    leg,
    named,
    outstanding,
    seat,
    sign_in,
    state,
)
from tests.integration.servicekit.redis_server import RedisServer


@pytest.fixture
def acd(redis: Redis) -> Acd:
    return Acd(redis)


# -- who is offered to whom


async def test_caller_is_offered_to_who_is_idle_for_longest(acd: Acd):
    await sign_in(acd, "bo", "102", T)
    await sign_in(acd, "al", "101", T + 1)

    offer = await join(acd, "c1", T + 10)

    assert named(offer) == ["bo"]
    assert offer.agents[0].seat == seat("102")
    assert [await state(acd, "bo"), await state(acd, "al")] == [AgentState.RESERVED, AgentState.READY]
    assert await join(acd, "c1", T + 11) == offer, "asked again, answered the same"


async def test_callers_wait_in_line_and_an_agent_who_becomes_ready_has_the_first(acd: Acd):
    assert await join(acd, "c1", T) == InLine(1)
    assert await join(acd, "c2", T + 1) == InLine(2)
    assert await join(acd, "c3", T + 2, priority=1) == InLine(1)
    seen = await acd.see(HQ, ACME, SALES, T + 100)
    assert (seen.waiting, seen.ready, seen.signed_in, seen.longest_wait_ms) == (3, 0, 0, 100)

    await sign_in(acd, "al", "101", T + 100)

    assert await outstanding(acd) == {"c3": ["al"]}
    assert await acd.place(HQ, ACME, SALES, CallId("c2")) == InLine(2)


async def test_an_agent_of_many_queues_has_the_caller_of_the_least_rank(acd: Acd):
    await join(acd, "c1", T + 5)
    await join(acd, "c2", T, replace(QUEUE, queue_id="help"))

    await sign_in(acd, "al", "101", T + 10, "sales", "help")

    assert await outstanding(acd) == {"c2": ["al"]}


@pytest.mark.parametrize(
    ("strategy", "wanted"),
    [
        (Strategy.LONGEST_IDLE, ["al"]),
        (Strategy.MOST_SKILLED, ["cy"]),
        (Strategy.ROUND_ROBIN, ["al"]),
        (Strategy.LEAST_OCCUPIED, ["bo"]),
        (Strategy.RING_ALL, ["al", "bo", "cy"]),
    ],
)
async def test_each_strategy_has_its_own(acd: Acd, strategy: Strategy, wanted: list[str]):
    queue = replace(QUEUE, strategy=strategy, needs=(SkillNeed("en", 2),))
    for n, (name, level) in enumerate((("al", 2), ("bo", 5), ("cy", 9), ("dee", 1))):
        await sign_in(acd, name, f"10{n}", T + n, en=level)
    # All but bo have talked today, al first and longest; dee lacks the level.
    for n, (extension, seconds) in enumerate((("100", 50), ("102", 20))):
        began = T + 1000 + n * 100_000
        await leg(acd, extension, SeatUse.TALKING, began, f"l{n}")
        await leg(acd, extension, SeatUse.GONE, began + seconds * 1000, f"l{n}")
    # Somebody who talked became idle then: have bo do so last.
    await acd.pause(HQ, AgentId("bo"), "tea", T + 300_000)
    await acd.make_ready(HQ, AgentId("bo"), T + 300_001)

    assert named(await join(acd, "c1", T + 400_000, queue)) == (
        ["al", "cy", "bo"] if strategy is Strategy.RING_ALL else wanted
    )


async def test_who_answers_first_has_a_call_that_rang_at_all(acd: Acd):
    queue = replace(QUEUE, strategy=Strategy.RING_ALL)
    for n, name in enumerate(("al", "bo", "cy")):
        await sign_in(acd, name, f"10{n}", T + n)
    offer = await join(acd, "c1", T + 10, queue)
    assert isinstance(await close(acd, offer, OfferEnd.DECLINED, T + 11, 0), Offer), "it still rings at the others"

    await close(acd, offer, OfferEnd.ANSWERED, T + 12, 1)

    assert [await state(acd, name) for name in ("al", "bo", "cy")] == [
        AgentState.PAUSED,
        AgentState.TALKING,
        AgentState.READY,
    ]


async def test_round_robin_goes_round(acd: Acd):
    queue = replace(QUEUE, strategy=Strategy.ROUND_ROBIN)
    for n, name in enumerate(("al", "bo", "cy")):
        await sign_in(acd, name, f"10{n}", T + n)
    rung = []
    for n in range(5):
        rung += named(await join(acd, f"c{n}", T + 10 + n, queue))
        await acd.leave(HQ, ACME, SALES, CallId(f"c{n}"), T + 10 + n)

    assert rung == ["al", "bo", "cy", "al", "bo"]


async def test_an_agent_is_kept_free_for_callers_of_high_priority(acd: Acd):
    queue = replace(QUEUE, reserved_agents=1)
    await sign_in(acd, "al", "101", T)
    assert await join(acd, "c1", T + 1, queue) == InLine(1)
    await sign_in(acd, "bo", "102", T + 2)
    assert await outstanding(acd) == {"c1": ["al"]}, "with two, one is over"

    assert await join(acd, "c2", T + 3, queue) == InLine(1)
    assert named(await join(acd, "c3", T + 4, queue, priority=8)) == ["bo"]


async def test_last_agent_then_team_then_queue(acd: Acd):
    queue = replace(QUEUE, last_agent_seconds=20, team_seconds=10)
    await sign_in(acd, "al", "101", T, teams=("red",))
    await acd.note_spoken(HQ, ACME, "hash", AgentId("al"), T)
    await acd.pause(HQ, AgentId("al"), "lunch", T + 1)
    last = await acd.last_agent(HQ, ACME, "hash")
    assert last == LastSpoken(AgentId("al"), T, ("red",), signed_in=True)
    now = T + 1000
    for name, extension, teams in (("cy", "103", ("blue",)), ("bo", "102", ("red",))):
        await sign_in(acd, name, extension, now, teams=teams)

    audiences = audiences_of(queue, now, last)
    assert await join(acd, "c1", now, queue, audiences=audiences, caller="hash") == InLine(1)
    assert await acd.widen(HQ, ACME, SALES, CallId("c1"), now + 19_999) == InLine(1)
    offer = await acd.widen(HQ, ACME, SALES, CallId("c1"), now + 20_000)
    assert named(offer) == ["bo"]
    await close(acd, offer, OfferEnd.NO_ANSWER, now + 29_000)
    offer = await acd.widen(HQ, ACME, SALES, CallId("c1"), now + 30_000)
    assert named(offer) == ["cy"]

    await close(acd, offer, OfferEnd.ANSWERED, now + 31_000)
    assert await acd.last_agent(HQ, ACME, "hash") == LastSpoken(AgentId("cy"), now + 31_000, ("blue",), True)
    await acd.sign_out(HQ, AgentId("cy"), now + 32_000)
    assert await acd.last_agent(HQ, ACME, "hash") == LastSpoken(AgentId("cy"), now + 31_000, ("blue",), False)
    assert await acd.last_agent(HQ, ACME, "other") is None


async def test_a_full_queue_says_so_and_takes_who_can_be_offered(acd: Acd):
    small = replace(QUEUE, most_waiting=1)
    await join(acd, "c1", T, small)
    assert await join(acd, "c2", T, small) == Full(1)
    assert await acd.place(HQ, ACME, SALES, CallId("c2")) is None


async def test_a_caller_who_goes_to_another_queue_leaves_the_first(acd: Acd):
    await join(acd, "c1", T)
    await join(acd, "c1", T + 1, replace(QUEUE, queue_id="help"))

    assert (await acd.see(HQ, ACME, SALES, T + 2)).waiting == 0
    await sign_in(acd, "al", "101", T + 3)
    assert await outstanding(acd) == {}


# -- an offer and a call


async def test_a_call_from_its_offer_to_the_next_one(acd: Acd):
    await sign_in(acd, "al", "101", T)
    offer = await join(acd, "c1", T + 1)
    await leg(acd, "101", SeatUse.RINGING, T + 2)
    assert await state(acd, "al") is AgentState.RINGING
    await join(acd, "c2", T + 3)
    await leg(acd, "101", SeatUse.TALKING, T + 4)
    assert await close(acd, offer, OfferEnd.ANSWERED, T + 5) is None
    view = await acd.agent(HQ, AgentId("al"))
    assert view is not None
    assert (view.state, view.since_ms, view.call_id, view.queue_id) == (AgentState.TALKING, T + 4, "c1", SALES)
    assert await acd.at_seat(HQ, seat("101")) == view

    await leg(acd, "101", SeatUse.GONE, T + 60, wrap_up=30)
    assert await state(acd, "al") is AgentState.WRAP_UP
    # The next to be due is the node's sign of life.
    assert await acd.lapse(HQ, T + 61) == T + 1 + 3_500
    await acd.lapse(HQ, T + 60 + 30_000)

    assert await outstanding(acd) == {"c2": ["al"]}


async def test_who_does_not_answer_is_paused_and_the_caller_keeps_the_first_place(acd: Acd):
    await sign_in(acd, "al", "101", T)
    offer = await join(acd, "c1", T + 1)
    await join(acd, "c2", T + 2)

    assert await close(acd, offer, OfferEnd.NO_ANSWER, T + 20_000) == InLine(1)

    view = await acd.agent(HQ, AgentId("al"))
    assert view is not None
    assert (view.state, view.reason, view.token) == (AgentState.PAUSED, "no-answer", None)
    await sign_in(acd, "bo", "102", T + 30_000)
    (second,) = await acd.outstanding(HQ, NODE)
    assert second.call_id == "c1"
    assert await close(acd, offer, OfferEnd.ANSWERED, T + 30_001) == second, "an older token changes nothing"


async def test_a_pause_in_a_call_is_one_afterwards(acd: Acd):
    await sign_in(acd, "al", "101", T)
    await leg(acd, "101", SeatUse.TALKING, T + 1, "l1")
    await leg(acd, "101", SeatUse.RINGING, T + 2, "l2")
    await acd.pause(HQ, AgentId("al"), "lunch", T + 3, limit_seconds=30)
    assert await join(acd, "c1", T + 4) == InLine(1)
    await leg(acd, "101", SeatUse.GONE, T + 5, "l1")
    assert await state(acd, "al") is AgentState.RINGING, "one of two legs is there"
    await leg(acd, "101", SeatUse.GONE, T + 6, "l2", wrap_up=30)
    assert await state(acd, "al") is AgentState.PAUSED

    await acd.prove(HQ, NODE, {}, [(ACME, SALES, CallId("c1"))], T + 6 + 29_998)
    await acd.lapse(HQ, T + 6 + 29_999)
    assert await state(acd, "al") is AgentState.PAUSED
    await acd.lapse(HQ, T + 6 + 30_000)
    assert await outstanding(acd) == {"c1": ["al"]}


async def test_who_signs_out_with_a_caller_on_the_way_gives_that_one_back(acd: Acd):
    await sign_in(acd, "al", "101", T)
    await join(acd, "c1", T + 1)
    await sign_in(acd, "bo", "101", T + 2)

    assert await state(acd, "al") is AgentState.SIGNED_OUT, "a station has one agent"
    assert await outstanding(acd) == {"c1": ["bo"]}


async def test_who_takes_anothers_seat_is_offered_as_what_they_serve_from_now_on(acd: Acd):
    await sign_in(acd, "al", "101", T)
    await sign_in(acd, "bo", "102", T + 1)
    assert named(await join(acd, "c1", T + 2)) == ["al"]

    await sign_in(acd, "bo", "101", T + 3, "help")

    assert await outstanding(acd) == {}
    assert await join(acd, "c1", T + 4) == InLine(1)

    await sign_in(acd, "bo", "101", T + 5)

    assert await outstanding(acd) == {"c1": ["bo"]}


async def test_an_offer_that_nobody_took_up_lapses_and_is_made_anew(acd: Acd):
    await sign_in(acd, "al", "101", T)
    first = await join(acd, "c1", T + 1)
    # A node that proves: else it is forgotten first.
    await acd.prove(HQ, NODE, {}, [(ACME, SALES, CallId("c1"))], T + 4_000)
    assert await acd.lapse(HQ, T + 4_000) == T + 1 + 5_000
    await acd.lapse(HQ, T + 5_001)

    (second,) = await acd.outstanding(HQ, NODE)
    assert (second.call_id, named(second)) == ("c1", ["al"])
    assert second.token > first.token


# -- what dies


async def test_a_node_s_proof_sets_right_what_was_not_told(acd: Acd):
    await sign_in(acd, "al", "101", T)
    await sign_in(acd, "bo", "102", T)
    await leg(acd, "101", SeatUse.TALKING, T + 1, "gone-untold")
    held = {LegId("untold"): SeatLeg(seat("102"), CallId("c9"), SeatUse.TALKING, T)}
    waiting = [(ACME, SALES, CallId("lost"))]
    assert await acd.prove(HQ, NODE, held, [], T + 1_999) == Repairs(), "it may be on its way"

    assert await acd.prove(HQ, NODE, held, waiting, T + 2_001) == Repairs(1, 1, lost=(CallId("lost"),))

    assert [await state(acd, "al"), await state(acd, "bo")] == [AgentState.READY, AgentState.TALKING]
    assert await acd.prove(HQ, NODE, held, [], T + 3_000) == Repairs()


async def test_callers_whom_no_node_holds_leave_the_line(acd: Acd):
    await join(acd, "c1", T)
    assert await acd.prove(HQ, NODE, {}, [], T + 1_000) == Repairs()
    assert await acd.prove(HQ, NODE, {}, [], T + 2_000) == Repairs(callers_gone=1)
    assert (await acd.see(HQ, ACME, SALES, T + 2_000)).waiting == 0


async def test_callers_of_a_dead_node_keep_their_place_and_its_agents_are_free(acd: Acd):
    await sign_in(acd, "al", "101", T)
    await leg(acd, "101", SeatUse.TALKING, T + 1)
    await join(acd, "c1", T + 2, caller="hash")
    await join(acd, "c2", T + 3, node_id="mn2")

    await acd.forget_node(HQ, NODE, T + 1000)

    assert [offer.call_id for offer in await acd.outstanding(HQ, "mn2")] == ["c2"]  # type: ignore[arg-type]
    await join(acd, "c3", T + 2000)
    full = replace(QUEUE, most_waiting=1)
    assert await join(acd, "c4", T + 3000, full, caller="hash") == InLine(1), "ahead of c3, and no one more"
    assert await join(acd, "c5", T + 3000, full, caller="hash") == Full(2), "a place is kept once"


async def test_a_node_that_is_silent_is_forgotten_but_not_while_redis_was_away(acd: Acd):
    await join(acd, "c1", T)
    await acd.lapse(HQ, T + 1_000)
    # Nobody came for 20 s: no node could have proved anything.
    await acd.lapse(HQ, T + 21_000)
    assert (await acd.see(HQ, ACME, SALES, T)).waiting == 1
    for seconds in range(22, 26):
        await acd.lapse(HQ, T + seconds * 1000)
    assert (await acd.see(HQ, ACME, SALES, T)).waiting == 0


async def test_a_sign_in_is_a_lease(acd: Acd):
    await sign_in(acd, "al", "101", T)
    due = await acd.lapse(HQ, T + 1)
    assert due == T + 16 * 3_600_000
    await acd.lapse(HQ, due)
    assert await acd.agents(HQ) == []


async def test_nothing_is_kept_for_ever(acd: Acd, redis: Redis):
    await sign_in(acd, "al", "101", T, en=3)
    queue = replace(QUEUE, strategy=Strategy.ROUND_ROBIN)
    offer = await join(acd, "c1", T, queue, caller="hash")
    await join(acd, "c2", T, queue, caller="other")
    await leg(acd, "101", SeatUse.TALKING, T + 1)
    await close(acd, offer, OfferEnd.ANSWERED, T + 2)
    await leg(acd, "101", SeatUse.GONE, T + 3)
    await acd.prove(HQ, NODE, {}, [(ACME, SALES, CallId("c2"))], T + 4)
    await acd.lapse(HQ, T + 5)

    keys: list[str] = await redis.keys("*")
    assert len(keys) > 10
    assert {key for key in keys if not key.startswith("{pool:hq}:")} == set(), "one slot"
    assert {key for key in keys if await redis.ttl(key) < 0} == set()


# -- offers that others made, and Redis that is away


async def test_offers_reach_the_node_from_the_stream_and_stand_again_after_a_restart(acd: Acd):
    await join(acd, "c1", T)
    await join(acd, "c2", T + 1)
    await sign_in(acd, "al", "101", T + 2)
    async with contextlib.aclosing(acd.offers(HQ, NODE)) as offers:  # type: ignore[type-var]
        assert (await anext(offers)).call_id == "c1"
        await sign_in(acd, "bo", "102", T + 3)
        offer = await anext(offers)
        assert (offer.call_id, named(offer)) == ("c2", ["bo"])

    await acd.leave(HQ, ACME, SALES, CallId("c1"), T + 4)
    async with contextlib.aclosing(acd.offers(HQ, NODE)) as offers:  # type: ignore[type-var]
        assert await anext(offers) == offer
        await close(acd, offer, OfferEnd.NO_ANSWER, T + 5)
        await acd.pause(HQ, AgentId("al"), "tea", T + 6)
        await join(acd, "c3", T + 7)
        await acd.make_ready(HQ, AgentId("bo"), T + 8)
        assert (await anext(offers)).call_id == "c3"


@pytest.fixture
async def away(redis_server: RedisServer) -> AsyncIterator[Redis]:
    """A Redis that is stopped and does not answer."""
    client = connect(redis_server.url)
    await client.ping()
    redis_server.freeze()
    yield client
    redis_server.thaw()
    await client.aclose()


async def test_redis_that_hangs_is_an_error_within_about_a_second(away: Redis):
    async with asyncio.timeout(2):
        with pytest.raises(RedisError):
            await join(Acd(away), "c1", T)


async def test_names_that_would_be_two_are_refused(acd: Acd):
    with pytest.raises(ValueError, match="separator"):
        await join(acd, "c\x1f1", T)
    with pytest.raises(ValueError, match="at least one audience"):
        await join(acd, "c1", T, audiences=())
    assert await join(acd, "c1", T, audiences=(Audience(T + 1),)) == InLine(1), "nobody yet"
