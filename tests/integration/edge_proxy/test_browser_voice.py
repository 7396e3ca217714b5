"""A browser's voice through the edge: ICE, DTLS and SRTP on its side, plain RTP on the media node's."""

import asyncio
import re
import socket
from collections.abc import Iterator

import pytest
from aiortc import RTCCertificate
from certificates_of_tests import Authority
from edge_harness import DOMAIN, HQ, PAGE, Edge, address, hq_edge, snapshot, station, station_headers, until
from OpenSSL import SSL
from OpenSSL.crypto import X509Name

from simulators.browser import Browser
from simulators.call import PhoneCall
from simulators.g711 import PCMU, SILENCE
from simulators.phone import Softphone
from simulators.rtp import HEADER

WSS_PORT = 8089
BROWSER_HZ, NODE_HZ = 440, 700
BOTH_HZ = {BROWSER_HZ, NODE_HZ}
ENOUGH_PACKETS = 50
VERIFIED = "DTLS fingerprint verified"
MULTICAST_NAME = "6e1c9f2a-3d57-4c1b-9e0f-7a2b8c4d5e6f.local"


@pytest.fixture(scope="module")
def edge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    """An edge that browsers may come to; 1001 is one."""
    folder = tmp_path_factory.mktemp("browsers")
    certificate, key = Authority(folder / "public", "An authority that browsers know").for_edge(HQ)
    wss = {"WSS_CERT": str(certificate), "WSS_KEY": str(key), "SIP_WSS_PORT": str(WSS_PORT), "WS_ORIGINS": PAGE}
    environment = {f"TRUNKLINE_{name}": value for name, value in wss.items()}
    edge = hq_edge(folder, Authority(folder / "pki"), **environment)
    edge.know(snapshot(stations=(station("1001", media="webrtc"),)))
    try:
        asyncio.run(edge.start())
        yield edge
    finally:
        edge.stop()


def browser(edge: Edge, **traits) -> Browser:
    where = {"proxy": (HQ, WSS_PORT), "transport": "wss", "bind": address("10.11"), "origin": PAGE}
    trusts = {"ca": str(edge.folder / "public" / "ca.pem")}
    return Browser("1001", DOMAIN, "pw-1001", tone_hz=BROWSER_HZ, **where, **trusts, **traits)


def hide_addresses(text: str) -> str:
    """What a page without the right to the microphone tells: names that only its own network can look up."""
    text = re.sub(r"(a=candidate:.* udp \d+) \S+ ", rf"\1 {MULTICAST_NAME} ", text)
    return re.sub(r"m=audio \d+", "m=audio 9", re.sub(r"c=IN IP4 \S+", "c=IN IP4 0.0.0.0", text))


def name_another_certificate(text: str) -> str:
    another = next(each for each in RTCCertificate.generateCertificate().getFingerprints() if "256" in each.algorithm)
    lines = [line for line in text.splitlines() if not line.startswith("a=fingerprint:")]
    return "\r\n".join([*lines, f"a=fingerprint:sha-256 {another.value}", ""])


def authorities_asked_for(port: int) -> list[X509Name]:
    """Whose certificates the edge asks a client for, when it connects to this port."""
    with socket.create_connection((HQ, port), timeout=3) as plain:
        plain.settimeout(None)
        client = SSL.Connection(SSL.Context(SSL.TLS_CLIENT_METHOD), plain)
        client.set_connect_state()
        client.do_handshake()
        return client.get_client_ca_list()


async def call_from(phone: Browser, node: Softphone) -> tuple[PhoneCall, PhoneCall]:
    """A call that the browser makes: its side and the media node's, both answered."""
    call = await phone.dial("13812345678")
    at_node = await node.wait_for_call()
    await call.wait_for("answered")
    return call, at_node


async def call_to(phone: Browser, node: Softphone) -> tuple[PhoneCall, PhoneCall]:
    """A call that the media node makes to the browser, likewise."""
    at_node = await node.dial(f"sip:1001@{DOMAIN}", station_headers())
    await at_node.wait_for("answered")
    return await phone.wait_for_call(), at_node


async def hear_each_other(call: PhoneCall, at_node: PhoneCall) -> None:
    for side in (call, at_node):
        side.media.endpoint.reception.forget()
    await call.wait_for_tones({NODE_HZ}, BOTH_HZ)
    await at_node.wait_for_tones({BROWSER_HZ}, BOTH_HZ)


async def flags_of_streams(edge: Edge, call: PhoneCall) -> set[str]:
    """What rtpengine says of all streams of a call."""
    sides = (await edge.ng("query", call.dialog.call_id))["tags"].values()
    return {
        flag for side in sides for media in side["medias"] for stream in media["streams"] for flag in stream["flags"]
    }


async def test_browser_is_not_asked_for_a_certificate_while_a_branch_is(edge: Edge):
    # Chromium gives a WebSocket up that asks for one.
    assert await asyncio.to_thread(authorities_asked_for, WSS_PORT) == []
    assert await asyncio.to_thread(authorities_asked_for, 5061) != []


# Called, aiortc does not hide: it stops to check ways before rtpengine has its answer, which no browser does.
@pytest.mark.parametrize(("begin", "describe"), [(call_from, str), (call_to, str), (call_from, hide_addresses)])
async def test_browser_and_media_node_hear_each_other_after_each_hold_too(
    edge: Edge, node: Softphone, begin, describe
):
    async with browser(edge, describe=describe) as phone:
        await phone.register()
        call, at_node = await begin(phone, node)
        await hear_each_other(call, at_node)
        assert call.media.peer.connectionState == "connected"
        assert VERIFIED in await flags_of_streams(edge, call)

        for holder, held in ((call, at_node), (at_node, call)):
            await holder.hold()
            await until(lambda who=holder: who.media.direction == "sendonly", "on hold", 2)
            assert held.media.direction == "recvonly"
            await holder.unhold()
            await hear_each_other(call, at_node)

        await call.hang_up()
        await at_node.wait_for("ended")


@pytest.mark.parametrize("begin", [call_from, call_to])
async def test_who_shows_another_certificate_than_announced_neither_hears_nor_is_heard(
    edge: Edge, node: Softphone, begin
):
    async with browser(edge, describe=name_another_certificate) as phone:
        await phone.register()
        call, at_node = await begin(phone, node)
        way = call.media.peer.getSenders()[0].transport.transport
        await until(lambda: way.state == "completed", "ICE has found a way")

        # Without keys it tries in clear.
        for number in range(ENOUGH_PACKETS):
            await way._send(HEADER.pack(0x80, PCMU, number, 160 * number, 1) + SILENCE[PCMU])
        sent = at_node.media.endpoint.sent_packets
        await until(lambda: at_node.media.endpoint.sent_packets > sent + ENOUGH_PACKETS, "the node has spoken")

        assert at_node.media.endpoint.reception.total_packets == 0
        assert call.media.endpoint.reception.total_packets == 0
        assert VERIFIED not in await flags_of_streams(edge, call)
        await call.hang_up()
        await at_node.wait_for("ended")
