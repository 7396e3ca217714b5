"""Streams that start anew, pause, or are renegotiated: at HQ and at a branch, encrypted, over TCP, either side."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from edge_harness import BRANCH, CARRIER, DOMAIN, HQ, address, snapshot, station, trunk, trunk_headers
from test_media_strangers import AS_LONG_AS_LEARNING, longest_silence

from simulators.call import PhoneCall
from simulators.carrier import Carrier
from simulators.phone import Softphone

PHONE_HZ, NODE_HZ, ANEW_HZ = 440, 700, 1000
DEAF_SECONDS = 0.15
"""A tenth of a second is nobody's loss, and a busy machine is late by some more."""
TONES = {PHONE_HZ, NODE_HZ, ANEW_HZ}
PLACES = {"hq": ("1001", HQ, "10.11"), "branch": ("2001", BRANCH, "20.11")}
NAT = ("192.168.77.5", 5060)
WAYS = [
    pytest.param("hq", {"srtp": True, "nat": NAT}, id="hq-srtp-nat"),
    pytest.param("branch", {"srtp": True}, id="branch-srtp"),
    pytest.param("branch", {"transport": "tcp", "nat": NAT}, id="branch-tcp-nat"),
]


@asynccontextmanager
async def talking(node: Softphone, place: str, **kind) -> AsyncIterator[tuple[PhoneCall, PhoneCall]]:
    """A phone that has called out, and what stands for the media node: each hears the other."""
    extension, proxy, tail = PLACES[place]
    async with Softphone(
        extension, DOMAIN, f"pw-{extension}", proxy=(proxy, 5060), bind=address(tail), tone_hz=PHONE_HZ, **kind
    ) as phone:
        await phone.register()
        call = await phone.dial("13812345678")
        at_node = await node.wait_for_call()
        await call.wait_for("answered")
        await at_node.wait_for_tones({PHONE_HZ}, TONES)
        await call.wait_for_tones({NODE_HZ}, TONES)
        yield call, at_node
        await call.hang_up()


@pytest.mark.parametrize(("place", "kind"), WAYS)
async def test_voices_are_heard_whatever_becomes_of_their_streams(hq, branch, node, place, kind):
    async with talking(node, place, **kind) as (call, at_node):
        for speaker, listener, hz in ((call, at_node, ANEW_HZ), (at_node, call, ANEW_HZ)):
            speaker.media.endpoint.start_anew()
            speaker.play_tone(hz)
            await listener.wait_for_tones({hz}, TONES)

        await call.hold()
        call.media.endpoint.start_anew()
        call.play_tone(PHONE_HZ)
        await call.unhold()
        await at_node.wait_for_tones({PHONE_HZ}, TONES)

        for side in (call, at_node):
            side.media.endpoint.reception.forget()
        await call.unhold()  # a re-INVITE that changes nothing, as session timers send
        await asyncio.sleep(AS_LONG_AS_LEARNING)
        assert max(longest_silence(side) for side in (call, at_node)) < DEAF_SECONDS

        await pause(call, at_node)
        await at_node.wait_for_tones({PHONE_HZ}, TONES)
        await call.wait_for_tones({ANEW_HZ}, TONES)


async def pause(*sides: PhoneCall) -> None:
    """Let nobody send anything for a while, as phones do that tell pauses apart from voices."""
    for side in sides:
        side.media.endpoint.quiet = True
    await asyncio.sleep(AS_LONG_AS_LEARNING)
    for side in sides:
        side.media.endpoint.quiet = False
        side.media.endpoint.reception.forget()


@pytest.mark.parametrize("media", ["rtp", "optional", "srtp"])
async def test_carriers_stream_that_starts_anew_is_heard(hq, node, media):
    known = trunk(sources=(CARRIER,), media=station("1", media=media).media)
    hq.know(snapshot(trunks=(known,)))
    async with Carrier(CARRIER, 5060, ip_authentication={HQ}) as carrier:
        call = await node.dial("sip:+8613812345003@edge.invalid", trunk_headers())
        if media == "srtp":
            await call.wait_for("ended")  # the simulated carrier has no SRTP: it is refused, and not in the open
            assert call.final_code >= 400
            return
        await call.wait_for("answered")
        line = carrier.calls[0].line
        assert line is not None
        await call.wait_for_tones({carrier.calls[0].tone_hz}, {carrier.calls[0].tone_hz, *TONES})
        line.media.endpoint.start_anew()
        line.play_tone(ANEW_HZ)
        await call.wait_for_tones({ANEW_HZ}, {carrier.calls[0].tone_hz, *TONES})
        await call.hang_up()
