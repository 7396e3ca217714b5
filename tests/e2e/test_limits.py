"""A tenant's limits as its agents meet them: a blocked number that no carrier sees, and money that is spent."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from devstack.seed import FAST_DIALLERS
from simulators.call import CallEndedError, PhoneCall
from simulators.phone import Softphone
from tests.e2e.world import World
from trunkline.apiclient import ApiError
from trunkline.conditions import until

USUAL = FAST_DIALLERS | {"blocked_prefixes": [], "spend_per_day": None}


@asynccontextmanager
async def limits(world: World, **changes: Any) -> AsyncIterator[None]:
    """Other limits for a while; gone from the media node too when the next test begins."""
    await world.api.patch(world.path, {"limits": changes})
    try:
        yield
    finally:
        await world.api.patch(world.path, {"limits": USUAL})

        async def let_through() -> bool:
            return (await ended(world.agent, world.new_number("003", prefix="139"))).answered

        assert await until(let_through, 20), "the limits stayed"


async def ended(phone: Softphone, number: str) -> PhoneCall:
    """A call that was refused, or answered and hung up at once."""
    call = await phone.dial(number)
    with contextlib.suppress(CallEndedError):
        await call.wait_for("answered", 15)
    await call.hang_up()
    return call


async def refused(phone: Softphone, new_number: Callable[[], str]) -> str:
    """The first number that the phone was refused, once the limits have reached the media node."""
    tried = ""

    async def forbidden() -> bool:
        nonlocal tried
        tried = new_number()
        return (await ended(phone, tried)).final_code == 403

    assert await until(forbidden, 20)
    return tried


async def error_id_of(asking: Awaitable[Any]) -> str:
    with pytest.raises(ApiError) as refusal:
        await asking
    return refusal.value.error_id


async def test_a_blocked_number_is_refused_before_a_carrier_sees_it(world: World):
    async with limits(world, blocked_prefixes=["+86139"]):
        number = await refused(world.agent, lambda: world.new_number(prefix="139"))
        other = await ended(world.agent, world.new_number("003"))
        extension = world.seed.branch_stations[0].extension
        click = world.api.post(f"{world.path}/calls", {"extension": extension, "number": number})

        assert await error_id_of(click) == "destination-blocked"
        assert other.answered, "whatever is not blocked goes on"
    assert world.seen(number) is None
    cdr = await world.cdr_to(number)
    assert (cdr["ending"], cdr["ending_class"]) == ("destination-blocked", "client")


async def test_money_that_is_spent_refuses_the_next_call_and_in_the_end_stops_the_running_one(world: World):
    spent = (await world.api.get(f"{world.path}/spend"))["spent"]
    # A minute costs 0.06 on the first trunk and 0.50 on the second: there is one more call in it.
    async with limits(world, spend_per_day=spent + 0.1):
        talking_to = world.new_number()
        first, _ = await world.talk(talking_to)
        number = await refused(world.colleague, world.new_number)
        extension = world.seed.branch_stations[0].extension
        click = world.api.post(f"{world.path}/calls", {"extension": extension, "number": world.new_number()})

        assert await error_id_of(click) == "spend-limit-reached"
        assert not first.ended, "who talks is not disturbed"

        async def stopped() -> bool:
            return first.ended

        # Far over the hard stop now: whoever talks is stopped when the node next looks, every 20 s.
        await world.api.patch(world.path, {"limits": {"spend_per_day": 0.001}})
        assert await until(stopped, 30)

        async def settled() -> bool:
            now = (await world.api.get(f"{world.path}/spend"))["spent"]
            return bool(spent < now < spent + 0.06)

        assert await until(settled, 10), "a call costs what it lasted, not the minute put aside"
    assert world.seen(number) is None
    endings = [(await world.cdr_to(each))["ending"] for each in (number, talking_to)]
    assert endings == ["spend-limit-reached"] * 2
