"""Two phones without a server: SRTP, hold, DTMF, transfer, and what the other side may ask for."""

import asyncio
import contextlib

import pytest

from simulators.call import RequestRefusedError
from simulators.phone import Softphone
from simulators.sip_message import SipMessage

ANA, BEN, CARL = 440, 740, 1160
CANDIDATES = [ANA, BEN, CARL, 1500]


def phone(user, tone_hz, **options):
    return Softphone(user, "acme.example", tone_hz=tone_hz, proxy=("127.0.0.1", 9), **options)


def uri_of(other):
    return f"sip:{other.user}@{other.address[0]}:{other.address[1]}"


async def connected(ana, ben):
    """Return the two sides of an answered call; phones without a proxy call an address directly."""
    ana.proxy = ben.address
    call = await ana.dial(uri_of(ben))
    other = await ben.wait_for_call()
    await call.wait_for("answered")
    return call, other


async def test_srtp_both_ways():
    async with phone("ana", ANA, srtp=True) as ana, phone("ben", BEN, srtp=True) as ben:
        call, other = await connected(ana, ben)
        await call.wait_for_tones({BEN}, CANDIDATES)
        await other.wait_for_tones({ANA}, CANDIDATES)

        assert "RTP/SAVP" in call.invite.body
        assert call.media.remote.crypto.key != other.media.remote.crypto.key
        assert call.media.endpoint.reception.undecryptable == 0


async def test_srtp_and_plain_rtp_do_not_meet():
    async with phone("ana", ANA, srtp=True) as ana, phone("ben", BEN) as ben:
        ana.proxy = ben.address
        call = await ana.dial(uri_of(ben))
        await call.wait_for("ended")

        assert call.final_code == 488


@pytest.mark.parametrize("payload_types", [(0,), (8,)])
async def test_one_codec(payload_types):
    async with phone("ana", ANA, payload_types=payload_types) as ana, phone("ben", BEN) as ben:
        call, other = await connected(ana, ben)
        await call.wait_for_tones({BEN}, CANDIDATES)

        assert {packet.payload_type for packet in other.media.endpoint.reception.packets} <= set(payload_types)


@pytest.mark.parametrize("srtp", [False, True])
async def test_hold_silences_the_other_side_and_unhold_brings_it_back(srtp):
    async with phone("ana", ANA, srtp=srtp) as ana, phone("ben", BEN, srtp=srtp) as ben:
        call, other = await connected(ana, ben)
        await call.wait_for_tones({BEN}, CANDIDATES)

        await call.hold()
        assert (call.media.direction, other.media.direction) == ("sendonly", "recvonly")
        call.play_tone(1500)
        await other.wait_for_tones({1500}, CANDIDATES)
        before = other.media.endpoint.sent_packets

        await call.unhold()
        call.media.endpoint.reception.forget()
        await call.wait_for_tones({BEN}, CANDIDATES)
        assert other.media.direction == "sendrecv"
        assert other.media.endpoint.sent_packets > before
        await other.hang_up()
        await call.wait_for("ended")


async def test_both_hold_at_once_and_both_succeed_or_are_told():
    async with phone("ana", ANA) as ana, phone("ben", BEN) as ben:
        call, other = await connected(ana, ben)

        async def hold(one):
            with contextlib.suppress(RequestRefusedError):
                await one.hold()

        async with asyncio.timeout(10), asyncio.TaskGroup() as both:
            both.create_task(hold(call))
            both.create_task(hold(other))

        assert not call.ended
        assert not other.ended


async def test_digits_arrive_once_in_order_both_ways():
    async with phone("ana", ANA) as ana, phone("ben", BEN) as ben:
        call, other = await connected(ana, ben)
        call.send_dtmf("1234567890*#")
        other.send_dtmf("0055A")

        await other.wait_for_digits("1234567890*#")
        await call.wait_for_digits("0055A")
        await call.wait_for_tones({BEN}, CANDIDATES)


async def test_blind_transfer():
    async with phone("ana", ANA) as ana, phone("ben", BEN) as ben, phone("carl", CARL) as carl:
        call, other = await connected(ana, ben)
        ben.proxy = carl.address
        status = await call.transfer(uri_of(carl))
        taken = await carl.wait_for_call()
        await call.hang_up()

        assert status == 200
        await taken.wait_for_tones({BEN}, CANDIDATES)
        assert not taken.ended
        assert other.ended


async def test_transfer_to_nobody_reports_the_failure_and_keeps_the_call():
    async with phone("ana", ANA) as ana, phone("ben", BEN) as ben, phone("carl", CARL) as carl:
        call, _ = await connected(ana, ben)

        async def refuse(incoming):
            incoming.reject(486)

        carl.on_invite = refuse
        ben.proxy = carl.address

        assert await call.transfer(uri_of(carl)) == 486
        assert not call.ended


async def test_attended_transfer_replaces_the_consultation():
    async with phone("ana", ANA) as ana, phone("ben", BEN) as ben, phone("carl", CARL) as carl:
        with_ben, _ = await connected(ana, ben)
        with_carl, consulted = await connected(ana, carl)
        ben.proxy = carl.address
        status = await with_ben.transfer(uri_of(carl), replaces=with_carl)
        taken = await carl.wait_for_call()

        assert status == 200
        await with_carl.wait_for("ended")
        await consulted.wait_for("ended")
        await taken.wait_for_tones({BEN}, CANDIDATES)


async def test_reinvite_without_an_offer_and_update_keep_the_call():
    async with phone("ana", ANA) as ana, phone("ben", BEN) as ben:
        call, other = await connected(ana, ben)
        offers = []

        def on_response(response):
            if response.status == 200:
                offers.append(response.body)
                call._acknowledge(response)

        bare = call._with_sdp(call.dialog.build_request("INVITE"), "")
        call._agent.send_request(bare, call.dialog.next_hop(), on_response)
        await other.wait_until(lambda: len(other.received_requests) == 1)
        refresh = await call._agent.request(
            call._with_sdp(call.dialog.build_request("UPDATE"), ""), call.dialog.next_hop()
        )

        assert refresh.status == 200
        assert "m=audio" in offers[0]
        assert not other.ended
        await other.wait_for_tones({ANA}, CANDIDATES)


async def test_options_is_answered_and_unknown_dialogs_are_refused():
    async with phone("ana", ANA) as ana, phone("ben", BEN) as ben:

        def request(method, to_tag=""):
            message = SipMessage(method=method, uri=uri_of(ben))
            message.headers = [
                ("From", "<sip:ana@acme.example>;tag=1"), ("To", f"<sip:ben@acme.example>{to_tag}"),
                ("Call-ID", f"ping-{method}{to_tag}"), ("CSeq", f"1 {method}"), ("Max-Forwards", "70"),
            ]  # fmt: skip
            return message

        async def status_of(message):
            return (await ana._agent.request(message, ben.address)).status

        assert await status_of(request("OPTIONS")) == 200
        assert await status_of(request("BYE", ";tag=ghost")) == 481
        assert await status_of(request("SUBSCRIBE")) == 405
        assert await status_of(request("REGISTER")) == 405
