"""Nodes that give no sign of life: their callers have their places, their agents are free, and soon."""

import pytest
from redis.asyncio import Redis

from callmodel.agents import AgentState, SeatUse
from callmodel.ids import AgentId, CallId, NodeId
from callmodel.offers import InLine, OfferEnd
from hotstate.acd import Acd
from tests.integration.hotstate.acd_centre import (
    ACME,
    HQ,
    NODE,
    QUEUE,
    SALES,
    T,
    close,
    leg,
    sign_in,
    state,
    waiter,
)

OTHER = NodeId("mn2")
CUSTOMER = "5f1d" * 8


@pytest.fixture
def acd(redis: Redis) -> Acd:
    return Acd(redis)


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
