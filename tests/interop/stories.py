"""What people do with a phone that others wrote, through the whole system: voices are proved by their tones."""

from itertools import count

from devstack.dialling import AGENT_TONES_HZ, ALL_TONES_HZ
from simulators.call import PhoneCall
from simulators.phone import RegistrationError, Softphone
from simulators.tones import level_dbfs
from tests.e2e.world import World
from tests.interop.phones import ForeignPhone, Seat
from trunkline.conditions import until
from trunkline.plan import HQ_SITE

TONE_HZ, COLLEAGUE_HZ = 2900, AGENT_TONES_HZ[1]
MUSIC_DBFS = -45.0
KEYS = "42#"
MEDIA = {"udp": "optional", "tcp": "optional", "tls": "srtp", "wss": "webrtc"}
"""What a station is told to speak, by its phone's transport."""
extensions = count(3801)


async def seat_for(world: World, site: str, transport: str = "udp", *, encrypts: bool = False) -> Seat:
    """A station made just now, which its place's edge has heard of: a phone that is refused once waits for long."""
    extension = str(next(extensions))
    body = {"extension": extension, "site_id": site, "media": MEDIA[transport]}
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
    return Seat(extension, world.seed.domain, password, edge, TONE_HZ, transport, encrypts)


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


async def makes_a_call(world: World, phone: ForeignPhone) -> None:
    """To a customer; both voices are in the recording too, each in its channel."""
    number, customer, customer_hz = await talking(world, phone)

    await phone.hang_up()

    await customer.wait_for("ended", 10)
    cdr = await world.cdr_to(number)
    assert (cdr["ending"], cdr["extension"]) == ("completed", phone.seat.extension)
    voices = await world.voices(cdr["recording_id"])
    assert voices.are(customer_hz, TONE_HZ), voices


async def takes_a_call(world: World, phone: ForeignPhone) -> None:
    """Of a colleague, holds it, resumes it, and ends it."""
    call = await world.agent.dial(phone.seat.extension)
    await phone.answer()

    await hears(call, TONE_HZ)
    await phone.hears({AGENT_TONES_HZ[0]}, ALL_TONES_HZ)
    await phone.hold()
    await hears_music(call)
    await phone.resume()
    await hears(call, TONE_HZ)
    await phone.receives()
    await phone.hang_up()
    await call.wait_for("ended", 10)


async def holds_a_call(world: World, phone: ForeignPhone) -> None:
    """The customer hears music, and then the agent; keys pressed afterwards reach him."""
    number, customer, _ = await talking(world, phone)

    await phone.hold()
    await hears_music(customer)
    await phone.resume()
    await hears(customer, TONE_HZ)
    await phone.receives()
    await phone.press(KEYS)
    await customer.wait_for_digits(KEYS, timeout=10)
    await phone.hang_up()

    cdr = await world.cdr_to(number)
    assert cdr["hold_seconds"] > 0


async def hands_a_call_over(world: World, phone: ForeignPhone) -> None:
    """Without a word: the customer is left with the colleague."""
    number, customer, customer_hz = await talking(world, phone)

    await phone.transfer(world.colleague.user)

    taken = await world.colleague.wait_for_call(15)
    await hears(taken, customer_hz)
    await hears(customer, COLLEAGUE_HZ)
    await taken.hang_up()
    cdr = await world.cdr_to(number)
    assert (cdr["ending"], cdr["transferred_by"]) == ("completed", phone.seat.extension)


async def brings_two_together(world: World, phone: ForeignPhone) -> None:
    """After a word with the colleague: REFER with Replaces, and the customer is left with the colleague."""
    number, customer, customer_hz = await talking(world, phone)
    await phone.hold()
    await hears_music(customer)
    await phone.dial(world.colleague.user)
    consultation = await world.colleague.wait_for_call(15)
    await hears(consultation, TONE_HZ)
    await phone.hears({COLLEAGUE_HZ}, ALL_TONES_HZ)

    await phone.transfer_to_call(1, 2)

    await hears(customer, COLLEAGUE_HZ)
    # The consultation, or a call of its own that came for it.
    taken = next(call for call in reversed(world.colleague.calls) if call.answered and not call.ended)
    await hears(taken, customer_hz)
    await taken.hang_up()
    cdr = await world.cdr_to(number)
    assert (cdr["ending"], cdr["transferred_by"]) == ("completed", phone.seat.extension)
