"""Any standards-conforming phone, at HQ and at the branch, calls and is called: transports, encryption, NAT."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

import pytest

from devstack.dialling import ALL_TONES_HZ
from simulators.browser import Browser
from simulators.phone import RegistrationError, Softphone
from tests.e2e.world import World, listen
from trunkline.conditions import until
from trunkline.plan import BRANCH_SITE, DESK_ORIGINS, HQ_SITE

PHONE_TONE_HZ = 3050
KINDS: dict[str, dict[str, Any]] = {
    "UDP": {},
    "TCP": {"transport": "tcp"},
    "TLS and SRTP": {"transport": "tls", "srtp": True},
    "behind NAT": {"nat": ("10.99.7.7", 5099)},
    "browser": {"transport": "wss", "origin": DESK_ORIGINS[0]},
}
PORTS = {"tls": 5061, "wss": 5443}
MEDIA = {"tls": "srtp", "wss": "webrtc"}
extensions = count(3001)


@asynccontextmanager
async def phone_at(world: World, place: str, kind: str) -> AsyncIterator[Softphone]:
    """A phone of a station made just now, registered as soon as the place's edge has heard of it."""
    traits = KINDS[kind]
    transport = traits.get("transport", "udp")
    at_hq = place == "HQ"
    edge, address = (
        (world.plan.edge, world.plan.hq_phone(9)) if at_hq else (world.plan.branch, world.plan.branch_phone(9))
    )
    station = await world.api.post(
        f"{world.path}/stations",
        {
            "extension": str(next(extensions)),
            "site_id": HQ_SITE if at_hq else BRANCH_SITE,
            "media": MEDIA.get(transport, "rtp"),
        },
    )
    phone = (Browser if transport == "wss" else Softphone)(
        station["extension"],
        world.seed.domain,
        station["password"],
        proxy=(edge, PORTS.get(transport, 5060)),
        bind=address,
        tone_hz=PHONE_TONE_HZ,
        **traits,
    )

    async def registered() -> bool:
        try:
            await phone.register()
        except RegistrationError:
            return False
        return True

    async with phone:
        assert await until(registered, 10, pause_seconds=0.5)
        yield phone


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("place", ["HQ", "branch"])
async def test_phone_reaches_a_customer_and_is_reached_by_a_colleague(world: World, place: str, kind: str):
    number = world.new_number()
    async with phone_at(world, place, kind) as phone:
        call = await phone.dial(number)
        await call.wait_for("answered", 15)
        seen = world.seen(number)
        assert seen is not None and seen.line is not None and seen.tone_hz is not None
        await call.wait_for_tones({seen.tone_hz}, ALL_TONES_HZ)
        await seen.line.wait_for_tones({PHONE_TONE_HZ}, ALL_TONES_HZ)
        await call.hang_up()

        called = await world.agent.dial(phone.user)
        ringing = await phone.wait_for_call(10)
        await called.wait_for("answered", 15)
        await called.wait_for_tones({PHONE_TONE_HZ}, ALL_TONES_HZ)
        await called.hang_up()
        await ringing.wait_for("ended", 10)

    cdr = await world.cdr_to(number)
    assert (cdr["ending"], cdr["extension"]) == ("completed", phone.user)


async def test_a_browsers_voice_is_in_its_channel_of_the_recording(world: World):
    number = world.new_number()
    async with phone_at(world, "HQ", "browser") as phone:
        call = await phone.dial(number)
        await call.wait_for("answered", 15)
        seen = world.seen(number)
        assert seen is not None and seen.line is not None and seen.tone_hz is not None
        await seen.line.wait_for_tones({PHONE_TONE_HZ}, ALL_TONES_HZ)
        await listen(call)
        await call.hang_up()

    cdr = await world.cdr_to(number)
    voices = await world.voices(cdr["recording_id"])
    assert voices.are(seen.tone_hz, PHONE_TONE_HZ), voices
