"""A branch whose line to HQ lets nothing through: what its phones notice before HQ's silence is known, and after."""

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from certificates_of_tests import Authority
from edge_harness import (
    BRANCH,
    DOMAIN,
    HQ,
    NODE,
    PLATFORM,
    Edge,
    address,
    station_headers,
    until,
)
from two_edges import branch_at

from simulators.black_hole import BlackHole
from simulators.call import PhoneCall
from simulators.phone import Softphone, ring_forever

LINE = address("21.1")
LONGEST_SET_UP_SECONDS, USUAL_SET_UP_SECONDS = 2.5, 1.0


@pytest.fixture
async def line() -> AsyncIterator[BlackHole]:
    """The branch's line to HQ."""
    async with BlackHole(LINE, 5061, HQ, 5061) as hole:
        yield hole


@pytest.fixture
async def branch(tmp_path: Path, authority: Authority, hq: Edge, line: BlackHole) -> AsyncIterator[Edge]:
    """A branch's edge, connected to HQ's through that line."""
    async with branch_at([hq], tmp_path, authority, hosts=[LINE]) as edge:
        yield edge


@pytest.fixture
async def node() -> AsyncIterator[Softphone]:
    """What stands for a media node that rings for Ana: her extension is what it shows."""
    async with Softphone("2001", PLATFORM, proxy=(HQ, 5062), bind=NODE, port=5060, tone_hz=700) as agent:
        yield agent


@pytest.fixture
async def phones(branch: Edge) -> AsyncIterator[tuple[Softphone, Softphone]]:
    """Two colleagues of the branch, registered."""
    ana, ben = (
        Softphone(user, DOMAIN, f"pw-{user}", proxy=(BRANCH, 5060), bind=address(tail), tone_hz=hz, trace=True)
        for user, tail, hz in (("2001", "20.11", 440), ("2002", "20.12", 700))
    )
    async with ana, ben:
        await ana.register()
        await ben.register()
        yield ana, ben


async def test_colleagues_reach_each_other_before_and_after_silence_is_noticed(line, phones, node):
    ana, ben = phones
    line.swallow()

    call, seconds = await answered(ana, "2002")
    at_ben = await ben.wait_for_call()
    await both_hear(call, at_ben)
    await call.hold()
    await call.unhold()
    await both_hear(call, at_ben)
    await at_ben.hang_up()
    await call.wait_for("ended")

    assert seconds < LONGEST_SET_UP_SECONDS
    await until(lambda: set_up_is_usual(ana, "2002"), "colleagues do not wait for HQ any more", 6)
    assert not [text for phone in phones for _, _, text in phone.messages if "X-Trunkline" in text]


async def test_call_that_the_line_held_back_does_not_ring_a_second_time(line, phones, node):
    ana, ben = phones
    line.swallow()
    call, _seconds = await answered(ana, "2002")
    at_ben = await ben.wait_for_call()

    line.heal()
    late = await node.wait_for_call()
    ring = await node.dial(f"sip:2002@{DOMAIN}", station_headers())
    await ring.wait_for("ended")
    assert ring.final_code == 486
    await late.hang_up()
    assert len(rung(ben)) == 1
    await both_hear(call, at_ben)
    await call.hang_up()

    # What she dials from now on goes through HQ again.
    again = await ana.dial("2002")
    await node.wait_for_call()
    ring = await node.dial(f"sip:2002@{DOMAIN}", station_headers())
    await ben.wait_for_call()
    await ring.wait_for("answered")
    await ring.hang_up()
    await again.hang_up()


async def test_what_headquarters_says_too_late_does_not_stop_the_ringing(line, phones, node):
    ana, ben = phones
    ben.on_invite = ring_forever
    line.swallow()
    call = await ana.dial("2002")
    await call.wait_for("ringing")
    at_ben = await ben.wait_for_call()

    line.heal()
    late = await node.wait_for_call()
    await late.wait_for("answered")
    ring = await node.dial(f"sip:2002@{DOMAIN}", station_headers())
    await ring.wait_for("ended")
    at_ben.answer()
    await both_hear(call, at_ben)
    await call.hang_up()
    await at_ben.wait_for("ended")

    assert ring.final_code == 486
    assert len(rung(ben)) == 1


async def test_colleague_who_is_not_there_is_not_waited_for(line, phones):
    ana, ben = phones
    await ben.unregister()
    line.swallow()

    call = await ana.dial("2002")
    await call.wait_for("ended")

    assert call.final_code == 480


async def test_call_that_headquarters_has_begun_rings_nobody_here(line, phones, node):
    ana, ben = phones
    node.on_invite = ring_forever
    begun = await ana.dial("2002")
    await begun.wait_for("ringing")
    line.swallow()

    # As long as one that falls back.
    later, _seconds = await answered(ben, "2001")

    assert not rung(ben)
    assert begun.state == "ringing"
    line.heal()
    await later.hang_up()
    await begun.hang_up()


async def test_call_outside_fails_when_headquarters_is_silent(line, phones):
    ana, _ben = phones
    line.swallow()

    call = await ana.dial("13812345678")
    await call.wait_for("ended")

    assert call.final_code == 503


async def answered(phone: Softphone, extension: str) -> tuple[PhoneCall, float]:
    """Call a colleague; return the call and how many seconds its set-up took."""
    begun = time.monotonic()
    call = await phone.dial(extension)
    await call.wait_for("answered")
    return call, time.monotonic() - begun


async def set_up_is_usual(phone: Softphone, extension: str) -> bool:
    call, seconds = await answered(phone, extension)
    await call.hang_up()
    return seconds < USUAL_SET_UP_SECONDS


async def both_hear(call: PhoneCall, other: PhoneCall) -> None:
    await call.wait_for_tones({700}, {440, 700})
    await other.wait_for_tones({440}, {440, 700})


def rung(phone: Softphone) -> list[str]:
    """Return the Call-IDs that a phone was rung with."""
    invites = [text for _, way, text in phone.messages if way == "received" and text.startswith("INVITE")]
    return sorted({line for text in invites for line in text.splitlines() if line.startswith("Call-ID")})
