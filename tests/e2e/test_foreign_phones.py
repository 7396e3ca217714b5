"""Phones that others wrote, through the whole chain: baresip at HQ and linphone at the branch."""

from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path

import pytest
import pytest_asyncio

from edge_proxy.registration import MOST_CONTACTS
from simulators.call import PhoneCall
from simulators.phone import RegistrationError, Softphone, answer_after, reject_with
from simulators.tones import level_dbfs
from tests.e2e.foreign_phones import Baresip, ForeignPhone, Linphone, Seat
from tests.e2e.world import World
from trunkline.conditions import until
from trunkline.dialling import AGENT_TONES_HZ, ALL_TONES_HZ
from trunkline.plan import BRANCH_SITE, HQ_SITE

TONE_HZ, COLLEAGUE_HZ = 2900, AGENT_TONES_HZ[1]
PHONES: dict[str, tuple[type[ForeignPhone], str]] = {
    "baresip at HQ": (Baresip, HQ_SITE),
    "linphone at the branch": (Linphone, BRANCH_SITE),
}
extensions = count(3801)
MUSIC_DBFS = -45.0


async def seat_for(world: World, site: str, *, encrypts: bool = False) -> Seat:
    """A station made just now, which its place's edge has heard of: a phone that is refused once waits for long."""
    extension = str(next(extensions))
    body = {"extension": extension, "site_id": site}
    password = (await world.api.post(f"{world.path}/stations", body))["password"]
    edge, address = (
        (world.plan.edge, world.plan.hq_phone(8))
        if site == HQ_SITE
        else (world.plan.branch, world.plan.branch_phone(8))
    )
    probe = Softphone(extension, world.seed.domain, password, proxy=(edge, 5060), bind=address)

    async def known() -> bool:
        try:
            await probe.register()
        except RegistrationError:
            return False
        return True

    async with probe:
        assert await until(known, 15, pause_seconds=0.5)
        await probe.unregister()
    return Seat(extension, world.seed.domain, password, edge, TONE_HZ, encrypts)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def seats(world: World) -> dict[str, Seat]:
    """By kind of phone."""
    return {kind: await seat_for(world, site) for kind, (_, site) in PHONES.items()}


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


async def hears(call: PhoneCall, *wanted_hz: int) -> None:
    """Wait until a simulated party hears just these of all tones in use, from now on."""
    call.media.endpoint.reception.forget()
    await call.wait_for_tones(set(wanted_hz), ALL_TONES_HZ, timeout=15.0)


async def hears_music(call: PhoneCall) -> None:
    async def music_alone() -> bool:
        heard = call.heard(0.5)
        return len(heard) >= 4000 and level_dbfs(heard) > MUSIC_DBFS and not call.heard_tones(ALL_TONES_HZ, 0.5)

    call.media.endpoint.reception.forget()
    assert await until(music_alone, 15), "no music"


async def talking(world: World, phone: ForeignPhone) -> tuple[str, PhoneCall, int]:
    """A call to a customer who has answered and hears the phone: the number, the customer's line, and his tone."""
    number = world.new_number("003")
    await phone.dial(number)

    async def answered() -> bool:
        seen = world.seen(number)
        return seen is not None and seen.line is not None and seen.line.answered

    assert await until(answered, 15), phone.told[-3000:]
    seen = world.seen(number)
    assert seen is not None and seen.line is not None and seen.tone_hz is not None
    await hears(seen.line, TONE_HZ)
    await phone.hears({seen.tone_hz}, ALL_TONES_HZ)
    return number, seen.line, seen.tone_hz


async def test_it_calls_a_customer_and_both_hear_each_other(world: World, phone: ForeignPhone):
    number, customer, _ = await talking(world, phone)

    await phone.hang_up()

    await customer.wait_for("ended", 10)
    cdr = await world.cdr_to(number)
    assert (cdr["ending"], cdr["extension"]) == ("completed", phone.seat.extension)


async def test_it_is_called_and_takes_the_call(world: World, phone: ForeignPhone):
    call = await world.agent.dial(phone.seat.extension)
    await phone.answer()

    await hears(call, TONE_HZ)
    await phone.hears({AGENT_TONES_HZ[0]}, ALL_TONES_HZ)
    await phone.hang_up()
    await call.wait_for("ended", 10)


@pytest.mark.parametrize("kind", PHONES)
async def test_it_speaks_encrypted_where_it_can(world: World, kind: str, tmp_path: Path):
    made, site = PHONES[kind]
    seat = await seat_for(world, site, encrypts=True)
    async with made(seat, tmp_path / "phone") as phone:
        _, customer, _ = await talking(world, phone)
        assert phone.keyed(), phone.told[-3000:]
        await phone.hang_up()
        await customer.wait_for("ended", 10)

        said = len(phone.told)
        call = await world.agent.dial(phone.seat.extension)
        await phone.answer()
        await hears(call, TONE_HZ)
        await phone.hears({AGENT_TONES_HZ[0]}, ALL_TONES_HZ)
        assert phone.keyed(said) is phone.takes_keys_beside_rtp, phone.told[said:][-3000:]
        await phone.hang_up()
        await call.wait_for("ended", 10)


async def test_a_customer_on_hold_hears_music_and_then_the_agent(world: World, phone: ForeignPhone):
    number, customer, _ = await talking(world, phone)

    await phone.hold()
    await hears_music(customer)
    await phone.resume()
    await hears(customer, TONE_HZ)
    await phone.receives()
    await phone.hang_up()

    cdr = await world.cdr_to(number)
    assert cdr["hold_seconds"] > 0


async def test_a_blind_transfer_leaves_the_customer_with_the_colleague(
    world: World, phone: ForeignPhone, colleague: Softphone
):
    number, customer, customer_hz = await talking(world, phone)

    await phone.transfer(colleague.user)

    taken = await colleague.wait_for_call(15)
    await hears(taken, customer_hz)
    await hears(customer, COLLEAGUE_HZ)
    await taken.hang_up()
    cdr = await world.cdr_to(number)
    assert (cdr["ending"], cdr["transferred_by"]) == ("completed", phone.seat.extension)


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
