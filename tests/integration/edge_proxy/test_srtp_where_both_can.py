"""SRTP where both can (RFC 8643): keys beside plain RTP; plain RTP for who knows none, and for who refuses them."""

import contextlib
import socket
from collections.abc import Iterator
from dataclasses import replace

import pytest
from edge_harness import (
    BRANCH,
    BRANCH_SITE,
    CARRIER,
    DID,
    DOMAIN,
    HQ,
    address,
    branch_snapshot,
    snapshot,
    station,
    station_headers,
    trunk,
    trunk_headers,
    until,
)

from simulators.call import PhoneCall
from simulators.call_media import CallMedia
from simulators.phone import Softphone, reject_with
from simulators.sdp import UnusableSdpError

PHONE, PHONE_2 = address("10.11"), address("10.12")
CUSTOMER = "+8613812345003"
BOTH = {440, 700}
KEYS = "a=crypto:"


class RefusesKeys(CallMedia):
    """What a soft switch does that takes keys beside plain RTP for a mistake."""

    def answer(self, offer_text: str) -> str:
        if KEYS in offer_text:
            raise UnusableSdpError("a=crypto in RTP/AVP")
        return super().answer(offer_text)


def phone_at_hq(bind: str = PHONE, **values) -> Softphone:
    return Softphone("1001", DOMAIN, "pw-1001", proxy=(HQ, 5060), bind=bind, tone_hz=440, trace=True, **values)


def carrier_at(**values) -> Softphone:
    return Softphone("carrier", CARRIER, proxy=(HQ, 5060), bind=CARRIER, port=5060, tone_hz=440, trace=True, **values)


@contextlib.contextmanager
def tap(host: str) -> Iterator[list[bytes]]:
    """Collect the UDP datagrams from and to an address, as they stand on the wire."""
    with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0800)) as wire:
        wire.setblocking(False)
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        datagrams: list[bytes] = []
        yield datagrams
        ours = socket.inet_aton(host)
        with contextlib.suppress(BlockingIOError):
            while packet := wire.recv(4096):
                if packet[9] == socket.IPPROTO_UDP and ours in (packet[12:16], packet[16:20]):
                    datagrams.append(packet[(packet[0] & 15) * 4 + 8 :])


def voices(datagrams: list[bytes]) -> list[bytes]:
    """Return what stands behind the headers of RTP with 20 ms of G.711."""
    return [each[12:] for each in datagrams if each[0] == 0x80 and len(each) in (172, 182)]


def offers_to(phone: Softphone) -> list[str]:
    return [text for _, way, text in phone.messages if way == "received" and text.startswith("INVITE")]


def knows(phone_or_carrier: str, known: str = "optional"):
    trunks = (trunk(sources=(CARRIER,), media_networks=(CARRIER,), media=station("1", media=known).media),)
    return snapshot(stations=(station("1001", media=known), station("1002")), trunks=trunks)


@pytest.fixture
def optional_hq(hq):
    hq.know(knows("optional"))
    return hq


async def rung(node: Softphone, phone: Softphone) -> tuple[PhoneCall, PhoneCall]:
    """Let a media node ring a phone until it has answered, at the second try maybe; return both ends."""
    call = await node.dial(f"sip:{phone.user}@{DOMAIN}", station_headers())
    await call.wait_for("answered")
    return call, await phone.wait_for_call()


async def talk(call, at_phone) -> None:
    for side in (call, at_phone):
        side.media.endpoint.reception.forget()
    await call.wait_for_tones({440}, BOTH)
    await at_phone.wait_for_tones({700}, BOTH)


async def test_voices_are_encrypted_on_the_wire_where_the_phone_can(optional_hq, node):
    async with phone_at_hq(srtp="optional") as phone:
        await phone.register()
        call, at_phone = await rung(node, phone)
        with tap(PHONE) as datagrams:
            await talk(call, at_phone)
        heard = voices(datagrams)
        assert len(heard) > 20
        # Ten bytes of authentication, and nothing of a tone, which would come again and again.
        assert {len(each) for each in heard} == {170}
        assert len({each[:160] for each in heard}) == len(heard)
        await at_phone.hold()
        await at_phone.unhold()
        await call.hold()
        await call.unhold()
        await talk(call, at_phone)
        assert at_phone.media.endpoint.encrypts
        assert not call.media.endpoint.encrypts
        assert at_phone.media.endpoint.reception.undecryptable == 0
        await call.hang_up()


async def test_phone_that_offers_keys_beside_plain_rtp_is_answered_with_keys(hq, node):
    async with phone_at_hq(srtp="optional") as phone:
        await phone.register()
        call = await phone.dial("13812345678")
        at_node = await node.wait_for_call()
        await call.wait_for("answered")
        await talk(at_node, call)
        await at_node.hold()
        await at_node.unhold()
        await call.hold()
        await call.unhold()
        await talk(at_node, call)
        assert call.media.endpoint.encrypts
        await call.hang_up()


async def test_phone_that_knows_no_keys_gets_plain_rtp(optional_hq, node):
    async with phone_at_hq() as phone:
        await phone.register()
        call, at_phone = await rung(node, phone)
        with tap(PHONE) as datagrams:
            await talk(call, at_phone)
        assert {len(each) for each in voices(datagrams)} == {160}
        await call.hold()
        await call.unhold()
        await talk(call, at_phone)
        await call.hang_up()

    assert all(KEYS in each for each in offers_to(phone))
    assert len(offers_to(phone)[0]) < 1300


async def test_phone_that_refuses_keys_is_rung_without_and_offered_none_any_more(optional_hq, node):
    async with phone_at_hq(open_media=RefusesKeys) as phone:
        await phone.register()
        call, at_phone = await rung(node, phone)
        await call.hold()
        await call.unhold()
        await talk(call, at_phone)
        await call.hang_up()
        await at_phone.wait_for("ended")
        assert [KEYS in each for each in offers_to(phone)] == [True, False, False, False]
        again, _ = await rung(node, phone)
        await again.hang_up()

    assert [KEYS in each for each in offers_to(phone)][4:] == [False]


async def test_refusal_for_another_reason_stands_and_says_nothing_of_keys(optional_hq, node):
    async with phone_at_hq(srtp="optional") as phone:
        await phone.register()
        phone.on_invite = reject_with(488)
        call = await node.dial(f"sip:1001@{DOMAIN}", station_headers())
        await call.wait_for("ended")
        await until(lambda: call.final_code == 488, "is refused")
        assert [KEYS in each for each in offers_to(phone)] == [True, False]
        await until(lambda: no_calls_in(optional_hq), "rtpengine has let go")
        phone.on_invite = Softphone("x", DOMAIN).on_invite
        again, at_phone = await rung(node, phone)
        assert [KEYS in each for each in offers_to(phone)] == [True, False, True]
        assert at_phone.media.endpoint.encrypts
        await again.hang_up()


async def no_calls_in(edge) -> bool:
    return not (await edge.ng("list"))["calls"]


async def test_phone_beside_one_that_refuses_keys_is_heard(optional_hq, node):
    async with phone_at_hq(open_media=RefusesKeys) as refuses, phone_at_hq(PHONE_2, srtp="optional") as takes:
        await refuses.register()
        await takes.register()
        call, at_phone = await rung(node, takes)
        assert at_phone.media.endpoint.encrypts
        await call.hang_up()


@pytest.mark.parametrize("kind", ["takes keys", "knows none", "refuses them"])
async def test_carrier_gets_what_it_can(optional_hq, node, kind):
    values = {"takes keys": {"srtp": "optional"}, "knows none": {}, "refuses them": {"open_media": RefusesKeys}}[kind]
    async with carrier_at(**values) as carrier:
        call = await node.dial(f"sip:{CUSTOMER}@edge.invalid", trunk_headers())
        await call.wait_for("answered")
        at_carrier = await carrier.wait_for_call()
        with tap(CARRIER) as datagrams:
            await talk(call, at_carrier)
        assert {len(each) for each in voices(datagrams)} == {170 if kind == "takes keys" else 160}
        await call.hold()
        await call.unhold()
        await at_carrier.hold()
        await at_carrier.unhold()
        await talk(call, at_carrier)
        await call.hang_up()

    first = offers_to(carrier)[0]
    assert KEYS in first
    assert f"sip:{DID}@" in first


async def test_phone_at_a_branch_gets_what_it_can(hq, branch, node):
    seat = station("2001", site=BRANCH_SITE, media="optional")
    branch.know(replace(branch_snapshot(), stations=(seat,)))
    for values, keyed in (({"open_media": RefusesKeys}, [True, False, False]), ({"srtp": "optional"}, [True])):
        # Who was remembered for refusing is another phone's predecessor.
        await branch.rpc.call("htable.flush", "keyless")
        async with Softphone(
            "2001", DOMAIN, "pw-2001", proxy=(BRANCH, 5060), bind=PHONE, tone_hz=440, trace=True, **values
        ) as phone:
            await phone.register()
            call, at_phone = await rung(node, phone)
            await talk(call, at_phone)
            if len(keyed) > 1:
                await call.hold()
            await call.hang_up()
            await at_phone.wait_for("ended")
            assert [KEYS in each for each in offers_to(phone)] == keyed
            assert at_phone.media.endpoint.encrypts is keyed[-1]


async def test_carrier_that_offers_keys_is_answered_with_keys(hq, node):
    async with carrier_at(srtp="optional") as carrier:
        call = await carrier.dial(f"sip:{DID}@{HQ}")
        at_node = await node.wait_for_call()
        await call.wait_for("answered")
        await talk(at_node, call)
        assert call.media.endpoint.encrypts
        await call.hang_up()


async def test_carrier_that_must_encrypt_is_offered_nothing_else(hq, node):
    hq.know(knows("srtp", "srtp"))
    async with carrier_at(srtp=True) as carrier:
        call = await node.dial(f"sip:{CUSTOMER}@edge.invalid", trunk_headers())
        await call.wait_for("answered")
        at_carrier = await carrier.wait_for_call()
        await talk(call, at_carrier)
        await call.hang_up()

    assert "RTP/SAVP " in offers_to(carrier)[0]
    assert "NULL" not in offers_to(carrier)[0]
