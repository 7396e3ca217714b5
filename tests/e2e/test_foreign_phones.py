"""Phones that others wrote, through the whole chain: baresip at HQ and linphone at the branch."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from edge_proxy.registration import MOST_CONTACTS
from simulators.phone import Softphone, answer_after, reject_with
from tests.e2e.world import World
from tests.interop import stories
from tests.interop.browsers import JsSip, SipJs
from tests.interop.phones import ForeignPhone, Seat
from tests.interop.programs import Baresip, Linphone
from tests.interop.stories import COLLEAGUE_HZ, TONE_HZ, hears, hears_music, seat_for, talking
from trunkline.dialling import ALL_TONES_HZ
from trunkline.plan import BRANCH_SITE, HQ_SITE

PHONES: dict[str, tuple[type[ForeignPhone], str]] = {
    "baresip at HQ": (Baresip, HQ_SITE),
    "linphone at the branch": (Linphone, BRANCH_SITE),
    "JsSIP at HQ": (JsSip, HQ_SITE),
    "SIP.js at the branch": (SipJs, BRANCH_SITE),
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def seats(world: World) -> dict[str, Seat]:
    """By kind of phone."""
    return {kind: await seat_for(world, site, phone.transports[0]) for kind, (phone, site) in PHONES.items()}


@pytest_asyncio.fixture(loop_scope="session", params=PHONES)
async def phone(
    request: pytest.FixtureRequest, seats: dict[str, Seat], tmp_path: Path
) -> AsyncIterator[ForeignPhone]:
    """Started for each test: what one has heard is none of another's business."""
    async with PHONES[request.param][0](seats[request.param], tmp_path / "phone") as started:
        yield started


@pytest_asyncio.fixture(loop_scope="session")
async def linphone(seats: dict[str, Seat], tmp_path: Path) -> AsyncIterator[Linphone]:
    async with Linphone(seats["linphone at the branch"], tmp_path / "phone") as started:
        yield started


@pytest_asyncio.fixture(loop_scope="session")
async def colleague(world: World) -> AsyncIterator[Softphone]:
    """The branch's second phone, which answers at once, and has nobody in line that a former test left."""
    found, before = world.colleague, world.colleague.on_invite
    while not found.incoming.empty():
        found.incoming.get_nowait()
    found.on_invite = answer_after(0.0)
    yield found
    found.on_invite = before


async def test_it_calls_a_customer_and_both_hear_each_other(world: World, phone: ForeignPhone):
    await stories.makes_a_call(world, phone)


async def test_it_is_called_and_takes_the_call(world: World, phone: ForeignPhone):
    await stories.takes_a_call(world, phone)


async def test_a_customer_on_hold_hears_music_and_then_the_agent_and_keys(world: World, phone: ForeignPhone):
    await stories.holds_a_call(world, phone)


async def test_a_blind_transfer_leaves_the_customer_with_the_colleague(
    world: World, phone: ForeignPhone, colleague: Softphone
):
    await stories.hands_a_call_over(world, phone)


async def test_a_blind_transfer_to_somebody_busy_leaves_the_customer_with_the_agent(
    world: World, linphone: Linphone, colleague: Softphone
):
    number, customer, customer_hz = await talking(world, linphone)
    colleague.on_invite = reject_with(486)

    await linphone.transfer(colleague.user)

    refused = await colleague.incoming.get()
    await refused.wait_for("ended", 10)
    # It tells both what came of the transfer and that it is a call again.
    await linphone.tells("503 Service Unavailable")
    await linphone.resume()
    await hears(customer, TONE_HZ)
    await linphone.hears({customer_hz}, ALL_TONES_HZ)
    await linphone.hang_up()
    cdr = await world.cdr_to(number)
    assert (cdr["ending"], cdr["transferred_by"]) == ("completed", None)


async def test_an_attended_transfer_brings_the_customer_to_the_colleague_in_a_call_of_its_own(
    world: World, linphone: Linphone, colleague: Softphone
):
    """REFER with Replaces: the colleague is rung once more, and the agent ends the consultation (ADR 30)."""
    number, customer, customer_hz = await talking(world, linphone)
    await linphone.hold()
    await hears_music(customer)
    await linphone.dial(colleague.user)
    consultation = await colleague.wait_for_call(15)
    await hears(consultation, TONE_HZ)
    await linphone.hears({COLLEAGUE_HZ}, ALL_TONES_HZ)

    await linphone.transfer_to_call(1, 2)

    taken = await colleague.wait_for_call(15)
    await hears(taken, customer_hz)
    await hears(customer, COLLEAGUE_HZ)
    await linphone.hang_up()
    await consultation.wait_for("ended", 10)
    await taken.hang_up()
    cdr = await world.cdr_to(number)
    assert (cdr["ending"], cdr["transferred_by"]) == ("completed", linphone.seat.extension)


async def test_a_phone_that_is_set_up_anew_again_and_again_is_taken_every_time(world: World, tmp_path: Path):
    """Each time it has another instance id and another port, and what it registered before is there still."""
    seat = await seat_for(world, BRANCH_SITE)
    for time in range(MOST_CONTACTS + 2):
        async with Linphone(seat, tmp_path / str(time)) as phone:
            await phone.lose_power()
