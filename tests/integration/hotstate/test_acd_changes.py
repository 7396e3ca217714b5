"""The stream of changes: who follows it knows of each agent what a look would tell, and which lines moved."""

from typing import Any

import pytest
from redis.asyncio import Redis

from callmodel.agents import AgentState, SeatUse
from callmodel.ids import AgentId, CallId
from callmodel.offers import OfferEnd
from callmodel.sight import SIGNED_OUT, Doing, doing_of
from callmodel.today import Today
from hotstate.acd import Acd
from hotstate.acd.changes import AgentChange, LinesChange, change_of, changes_key
from tests.integration.hotstate.acd_centre import ACME, HQ, NODE, SALES, T, close, join, leg, seat, sign_in


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


# -- figures of the day


async def today(acd: Acd, at_ms: int) -> Today:
    return (await acd.see(HQ, ACME, SALES, at_ms)).today


async def test_each_caller_of_the_day_counts_once_whatever_is_told_again(acd: Acd, redis: Redis):
    follower, ends = Follower(redis), T + 86_400_000
    for number, at_ms in ((1, T), (2, T + 1), (3, T + 2)):
        for _ in range(2):
            await join(acd, f"c{number}", at_ms, day_ends_ms=ends)
    await join(acd, "called-back", T + 3)
    assert await today(acd, T + 4) == Today(offered=3)

    await acd.forget_node(HQ, NODE, T + 5)
    assert await today(acd, T + 6) == Today(offered=3, abandoned=3), "right after the node's death"
    # Its conductor lived after all, and vouches for two of them.
    await join(acd, "c2", T + 1, day_ends_ms=ends)
    await join(acd, "c3", T + 2, day_ends_ms=ends)
    assert await today(acd, T + 7) == Today(offered=3, abandoned=1)

    await follower.catch_up()
    await sign_in(acd, "al", "101", T + 8)
    [offer] = await acd.outstanding(HQ, NODE)
    for _ in range(2):
        await close(acd, offer, OfferEnd.ANSWERED, T + 9)
    assert await today(acd, T + 10) == Today(3, 1, 1, 1)
    await follower.catch_up()
    assert (ACME, SALES) in follower.lines

    await sign_in(acd, "bo", "102", T + 11)
    [offer] = await acd.outstanding(HQ, NODE)
    await close(acd, offer, OfferEnd.ANSWERED, T + 20_003)
    assert await today(acd, T + 20_004) == Today(3, 2, 1, 1), "answered, and not in time"


async def test_who_gives_up_while_a_phone_rings_is_abandoned_and_who_goes_elsewhere_is_not(acd: Acd):
    ends = T + 86_400_000
    await sign_in(acd, "al", "101", T)
    offer = await join(acd, "c1", T + 1, day_ends_ms=ends)
    await join(acd, "c2", T + 2, day_ends_ms=ends)
    await close(acd, offer, OfferEnd.WITHDRAWN, T + 3)
    await acd.leave(HQ, ACME, SALES, CallId("c1"), T + 3, abandoned=True)
    await acd.leave(HQ, ACME, SALES, CallId("c2"), T + 4)

    assert await today(acd, T + 5) == Today(offered=2, abandoned=1)


async def test_a_day_that_is_over_has_no_figures_and_whoever_shows_them_is_told(acd: Acd, redis: Redis):
    follower, ends = Follower(redis), T + 1000
    await join(acd, "c1", T, day_ends_ms=ends)
    await acd.prove(HQ, NODE, {}, [(ACME, SALES, CallId("c1"))], T + 999)
    await acd.lapse(HQ, T + 999)
    assert await today(acd, ends - 1) == Today(offered=1)
    assert await today(acd, ends) == Today()

    await follower.catch_up()
    await acd.prove(HQ, NODE, {}, [(ACME, SALES, CallId("c1"))], T + 61_000)
    await acd.lapse(HQ, T + 61_000)
    await follower.catch_up()

    assert follower.lines == [(ACME, SALES)]
    assert await redis.exists(changes_key(HQ).replace("changes", f"{ACME}:queue:{SALES}:today")) == 0
