"""The stream of changes: who follows it knows of each agent what a look would tell, and which lines moved."""

from typing import Any

import pytest
from redis.asyncio import Redis

from callmodel.agents import AgentState, SeatUse
from callmodel.ids import AgentId
from callmodel.offers import OfferEnd
from callmodel.sight import SIGNED_OUT, Doing, doing_of
from hotstate.acd import Acd
from hotstate.acd.changes import AgentChange, LinesChange, change_of, changes_key
from tests.integration.hotstate.acd_centre import ACME, HQ, SALES, T, close, join, leg, seat, sign_in


@pytest.fixture
def acd(redis: Redis) -> Acd:
    return Acd(redis)


class Follower:
    """Reads the stream as a portal does."""

    def __init__(self, redis: Redis) -> None:
        self._redis, self._last = redis, "0"
        self.known: dict[str, Doing] = {}
        self.lines: list[tuple[str, str]] = []
        self.states: list[str] = []

    async def catch_up(self) -> None:
        entries: Any = await self._redis.xrange(changes_key(HQ), min=f"({self._last}")
        self.lines, self.states = [], []
        for self._last, fields in entries:
            match change_of(fields):
                case AgentChange(agent_id, doing):
                    self.known[agent_id] = doing
                    self.states.append(doing.state.value)
                case LinesChange(lines):
                    self.lines += lines


async def test_who_follows_knows_what_a_look_would_tell_after_each_step(acd: Acd, redis: Redis):
    follower, al = Follower(redis), AgentId("al")

    async def same() -> None:
        await follower.catch_up()
        assert follower.known[al] == doing_of(await acd.agent(HQ, al))

    await sign_in(acd, "al", "101", T)
    await same()
    assert (ACME, SALES) in follower.lines
    offer = await join(acd, "c1", T + 10)
    await same()
    assert follower.known[al].state is AgentState.RESERVED and (ACME, SALES) in follower.lines
    await leg(acd, "101", SeatUse.RINGING, T + 20)
    await same()
    await close(acd, offer, OfferEnd.ANSWERED, T + 30)
    await leg(acd, "101", SeatUse.TALKING, T + 31)
    await same()
    assert follower.known[al].state is AgentState.TALKING
    await acd.pause(HQ, al, "lunch", T + 40)
    await same()
    assert follower.known[al].reason == "lunch", "told though the state is the same"
    await leg(acd, "101", SeatUse.GONE, T + 50)
    await same()
    await acd.sign_out(HQ, al, T + 60)
    await same()
    assert follower.known[al] == SIGNED_OUT and (ACME, SALES) in follower.lines


async def test_what_changes_nothing_is_not_told(acd: Acd, redis: Redis):
    follower = Follower(redis)
    await sign_in(acd, "al", "101", T)
    await follower.catch_up()

    await acd.make_ready(HQ, AgentId("al"), T + 1)
    await acd.sign_out(HQ, AgentId("nobody"), T + 2)
    await acd.lapse(HQ, T + 3)
    await follower.catch_up()

    assert (follower.states, follower.lines) == ([], [])


async def test_the_stream_names_no_customer_and_ends_by_itself(acd: Acd, redis: Redis):
    await sign_in(acd, "al", "101", T)
    await join(acd, "c1", T + 10)

    entries: Any = await redis.xrange(changes_key(HQ))
    told = {name for _, fields in entries for name in fields}

    assert told == set("astrcnqpu")
    assert 0 < await redis.pttl(changes_key(HQ)) <= 2 * 86_400_000
    assert seat("101").extension in str(entries)


async def test_who_moves_to_another_seat_is_told_of_there(acd: Acd, redis: Redis):
    follower = Follower(redis)
    await sign_in(acd, "al", "101", T)
    await sign_in(acd, "al", "102", T + 1)
    await follower.catch_up()

    assert follower.known["al"].seat == seat("102")


async def test_two_who_swap_are_both_told(acd: Acd, redis: Redis):
    follower = Follower(redis)
    await sign_in(acd, "al", "101", T)
    await sign_in(acd, "bo", "101", T + 1)
    await follower.catch_up()

    assert (follower.known["al"], follower.known["bo"].seat) == (SIGNED_OUT, seat("101"))
