"""Phones that others wrote, through the whole chain: baresip at HQ and linphone at the branch."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from devstack.dialling import AGENT_TONES_HZ, ALL_TONES_HZ
from edge_proxy.registration import MOST_CONTACTS
from simulators.phone import Softphone, answer_after, reject_with
from tests.e2e.world import World
from tests.interop import stories
from tests.interop.browsers import JsSip, SipJs
from tests.interop.phones import ForeignPhone, Seat
from tests.interop.pjsua import Pjsua
from tests.interop.programs import Baresip, Linphone, Program
from tests.interop.stories import COLLEAGUE_HZ, TONE_HZ, hears, hears_music, seat_for, talking
from trunkline.plan import BRANCH_SITE, HQ_SITE

PHONES: dict[str, tuple[type[ForeignPhone], str]] = {
    "baresip at HQ": (Baresip, HQ_SITE),
    "linphone at the branch": (Linphone, BRANCH_SITE),
    "PJSUA at HQ": (Pjsua, HQ_SITE),
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


@pytest.mark.parametrize(("made", "site"), [(Baresip, HQ_SITE), (Linphone, BRANCH_SITE)])
async def test_it_speaks_encrypted_where_it_can(world: World, made: type[Program], site: str, tmp_path: Path):
    seat = await seat_for(world, site, encrypts=True)
    async with made(seat, tmp_path / "phone") as phone:
        _, customer, _ = await talking(world, phone)
        assert phone.keyed(), phone.told[-3000:]
        await phone.hang_up()
        await customer.wait_for("ended", 10)

        said = len(phone.told)
        await stories.takes_a_call(world, phone)
        assert phone.keyed(said) is phone.takes_keys_beside_rtp, phone.told[said:][-3000:]


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
    await linphone.tells("SIP/2.0 486 Busy Here")
    await linphone.resume()
    await hears(customer, TONE_HZ)
    await linphone.hears({customer_hz}, ALL_TONES_HZ)
    await linphone.hang_up()
    cdr = await world.cdr_to(number)
    assert (cdr["ending"], cdr["transferred_by"]) == ("completed", None)


async def test_an_attended_transfer_leaves_the_customer_with_whom_the_agent_consulted(
    world: World, linphone: Linphone, colleague: Softphone
):
    """REFER with Replaces: nobody's phone rings again, both of the agent's calls end, and the record has it all."""
    number, customer, customer_hz = await talking(world, linphone)
    await linphone.hold()
    await hears_music(customer)
    await linphone.dial(colleague.user)
    consultation = await colleague.wait_for_call(15)
    await hears(consultation, TONE_HZ)
    await linphone.hears({COLLEAGUE_HZ}, ALL_TONES_HZ)
    since = len(linphone.told)

    await linphone.transfer_to_call(1, 2)

    await hears(customer, COLLEAGUE_HZ)
    await hears(consultation, customer_hz)
    for _ in range(2):
        await linphone.tells("to LinphoneCallEnd", since)
    await consultation.hang_up()
    await customer.wait_for("ended", 10)
    assert colleague.incoming.empty()
    cdr = await world.cdr_to(number)
    assert (cdr["ending"], cdr["transferred_by"]) == ("completed", linphone.seat.extension)
    agent, taker = (
        next(leg for leg in cdr["legs"] if leg["extension"] == at) for at in (linphone.seat.extension, colleague.user)
    )
    assert (agent["role"], taker["role"]) == ("agent", "agent") and taker["joined_call"]
    consult = await world.cdr_where(lambda each: each["call_id"] == taker["joined_call"])
    assert consult["transferred_by"] == linphone.seat.extension


async def test_an_attended_transfer_needs_no_extension(
    world: World, seats: dict[str, Seat], tmp_path: Path, colleague: Softphone
):
    """SIP.js says `Refer-To: <sip:NODE?Replaces=...>`: the Contact that it was answered with."""
    async with SipJs(seats["SIP.js at the branch"], tmp_path / "phone") as phone:
        await stories.brings_two_together(world, phone)


async def test_who_was_consulted_outside_gets_the_customer_too(world: World, seats: dict[str, Seat], tmp_path: Path):
    """Linphone at HQ this time, with two customers' worth of trunk: one called, one consulted."""
    seat = seats["baresip at HQ"]
    async with Linphone(seat, tmp_path / "phone") as phone:
        number, customer, customer_hz = await talking(world, phone)
        await phone.hold()
        await hears_music(customer)
        mobile_number, mobile, mobile_hz = await talking(world, phone)

        await phone.transfer_to_call(1, 2)

        await hears(customer, mobile_hz)
        await hears(mobile, customer_hz)
        await customer.hang_up()
        await mobile.wait_for("ended", 10)
    cdr, consult = await world.cdr_to(number), await world.cdr_to(mobile_number)
    assert {cdr["transferred_by"], consult["transferred_by"]} == {seat.extension}
    assert cdr["legs"][-1]["joined_call"] == consult["call_id"]
    assert cdr["legs"][-1]["number"].endswith(mobile_number.lstrip("0"))
    assert {cdr["ending"], consult["ending"]} == {"completed"}


async def test_nobody_takes_a_call_by_naming_it(world: World, linphone: Linphone, colleague: Softphone):
    """A colleague who knows the Call-ID and tags of the agent's call names it in a REFER of his own."""
    _, customer, customer_hz = await talking(world, linphone)
    theirs = await world.agent.dial(colleague.user)
    partner = await colleague.wait_for_call(15)
    own = await world.hq_phone.dial(world.new_number("003"))
    await own.wait_for("answered", 10)

    # By the extension, and by the node's own Contact, with Replaces alone.
    targets = f"{colleague.user}@{world.seed.domain}", world.plan.node
    told = [await own.transfer(f"sip:{target}", replaces=theirs) for target in targets]

    assert told == [503, 503]
    await hears(theirs, COLLEAGUE_HZ)
    await hears(partner, AGENT_TONES_HZ[0])
    await hears(customer, TONE_HZ)
    await linphone.hears({customer_hz}, ALL_TONES_HZ)
    for call in (theirs, own):
        await call.hang_up()
    await linphone.hang_up()


async def test_a_phone_that_is_set_up_anew_again_and_again_is_taken_every_time(world: World, tmp_path: Path):
    """Each time it has another instance id and another port, and what it registered before is there still."""
    seat = await seat_for(world, BRANCH_SITE)
    for time in range(MOST_CONTACTS + 2):
        async with Linphone(seat, tmp_path / str(time)) as phone:
            await phone.lose_power()


@pytest.mark.parametrize("kind", ["JsSIP at HQ", "SIP.js at the branch"])
async def test_a_browser_that_speaks_opus_only_is_understood(
    world: World, seats: dict[str, Seat], tmp_path: Path, kind: str
):
    """Its page has it so: whatever lies behind the edge speaks G.711.  Calls both ways, and keys."""
    phone = PHONES[kind][0](seats[kind], tmp_path / "phone", codecs=["opus"])
    async with phone:
        await stories.holds_a_call(world, phone)
        await stories.takes_a_call(world, phone)


async def test_a_browser_speaks_g711_where_it_can(world: World, seats: dict[str, Seat], tmp_path: Path):
    async with JsSip(seats["JsSIP at HQ"], tmp_path / "phone") as phone:
        _, customer, _ = await talking(world, phone)
        assert await phone.codec() in ("audio/PCMU", "audio/PCMA")
        # Its network has changed, and it looks for a way anew.
        await phone.restart_ice()
        await hears(customer, TONE_HZ)
        await phone.hang_up()
        await customer.wait_for("ended", 10)


@pytest.mark.parametrize("kind", ["JsSIP at HQ", "SIP.js at the branch"])
async def test_a_page_that_is_loaded_anew_in_a_call_says_goodbye_and_can_be_called(
    world: World, seats: dict[str, Seat], tmp_path: Path, kind: str
):
    async with PHONES[kind][0](seats[kind], tmp_path / "phone") as phone:
        number, customer, _ = await talking(world, phone)
        await phone.reload()
        await customer.wait_for("ended", 10)
        await stories.takes_a_call(world, phone)
    cdr = await world.cdr_to(number)
    assert (cdr["ending"], cdr["extension"]) == ("completed", phone.seat.extension)
