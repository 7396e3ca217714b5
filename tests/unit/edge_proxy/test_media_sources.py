"""Where media may come from and go to: by who sent a session description, never by what it says."""

import ipaddress

import pytest
from edge_views import places

from callmodel.edgesnapshot import EdgeTrunk, Gateway
from callmodel.ids import TrunkId
from edge_proxy import bencoding, packetfilter
from edge_proxy.decisions import PeerKind
from edge_proxy.media import RTP, SRTP, WEBRTC
from edge_proxy.mediasource import Sender, networks_of, outside_of, source_of, without_detours
from edge_proxy.parting import Answered, headers_for, refusal_of, routes_beyond
from edge_proxy.trunkbook import TrunkBook

SOURCE, FOREIGN, PRIVATE = "198.51.100.7", "203.0.113.9", "192.168.1.5"
OFF, LEARNS = "strict-source endpoint-learning-off", "strict-source endpoint-learning-immediate"


def sdp(address: str = SOURCE, more: str = "") -> str:
    whose = f"o=- 1 1 IN IP4 {address}\r\ns=-\r\nc=IN IP4 {address}"
    return f"v=0\r\n{whose}\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n{more}"


PHONE = Sender(PeerKind.OUTSIDE, SOURCE)


def test_phone_at_a_known_address_is_taken_by_address_and_port():
    source = source_of(PHONE, sdp(), RTP)

    assert source.flags == f"{OFF} SIP-source-address"
    assert source.only_from == ""


@pytest.mark.parametrize("sender", [PHONE, Sender(PeerKind.OUTSIDE, SOURCE, natted=True)])
@pytest.mark.parametrize("named", [FOREIGN, PRIVATE])
@pytest.mark.parametrize("protection", [RTP, SRTP])
def test_phone_that_names_another_address_sends_from_where_it_signals_and_only_its_port_is_learnt(
    sender, named, protection
):
    source = source_of(sender, sdp(named), protection)

    assert source.flags == f"{LEARNS} SIP-source-address"
    assert source.only_from == SOURCE


def test_hold_of_old_phones_stays_one():
    source = source_of(Sender(PeerKind.OUTSIDE, SOURCE, natted=True), sdp("0.0.0.0"), RTP)

    assert (source.flags, source.only_from) == (OFF, "")


def test_browser_is_left_to_ice():
    assert source_of(PHONE, sdp(FOREIGN), WEBRTC).flags == ""
    assert source_of(Sender(PeerKind.OUTSIDE, SOURCE, natted=True), sdp(), WEBRTC).flags == "SIP-source-address"


@pytest.mark.parametrize(
    ("sender", "protection", "flags", "only_from"),
    [
        (Sender(PeerKind.NODE, "10.0.0.1"), RTP, OFF, ""),
        (Sender(PeerKind.HQ, "203.0.113.1"), SRTP, OFF, ""),
        (Sender(PeerKind.OUTSIDE, SOURCE, networks=networks_of([SOURCE])), RTP, OFF, ""),
        (Sender(PeerKind.BRANCH, "203.0.113.2"), SRTP, LEARNS, ""),
        (Sender(PeerKind.BRANCH, "203.0.113.2"), RTP, OFF, ""),
        (Sender(PeerKind.EDGE, "10.0.0.2"), RTP, LEARNS, SOURCE),
        (Sender(PeerKind.EDGE, "10.0.0.2"), SRTP, LEARNS, ""),
    ],
    ids=["media node", "HQ", "carrier", "branch", "branch in clear", "other edge's phone", "other edge's branch"],
)
def test_ours_and_carriers_are_taken_at_their_word(sender, protection, flags, only_from):
    source = source_of(sender, sdp(), protection)

    assert (source.flags, source.only_from) == (flags, only_from)


def test_nothing_sends_control_or_checks_to_a_third_party():
    ice = f"a=candidate:1 1 udp 1 {FOREIGN} 9 typ host\r\na=ice-ufrag:x\r\n"
    more = f"a=rtcp:4001 IN IP4 {FOREIGN}\r\n{ice}a=ptime:20\r\n"

    assert without_detours(sdp(more=more), RTP) == sdp(more="a=rtcp:4001\r\na=ptime:20\r\n")
    assert "a=candidate" in without_detours(sdp(more=more), WEBRTC)


def test_carrier_s_media_lies_in_its_networks():
    networks = networks_of(["198.51.100.0/24", "no address", "2001:db8::/32"])

    assert outside_of(sdp(), networks) is None
    assert outside_of(sdp("0.0.0.0"), networks) is None
    assert outside_of(sdp(FOREIGN), networks) == FOREIGN
    assert outside_of(sdp(more=f"c=IN IP4 {FOREIGN}\r\n"), networks) == FOREIGN
    assert outside_of(sdp(more=f"a=rtcp:4001 IN IP4 {FOREIGN}\r\n"), networks) == FOREIGN


def test_media_networks_default_to_gateways_and_sources():
    def networks(*told: str):
        trunk = EdgeTrunk(
            TrunkId("t1"), (Gateway("gw.example"),), "t1.example", sources=("198.51.100.0/28",), media_networks=told
        )
        return TrunkBook((trunk,), places((Gateway("gw.example"), "192.0.2.1")))

    by_default = (ipaddress.ip_network("198.51.100.0/28"), ipaddress.ip_network("192.0.2.1"))
    assert networks().media_networks("192.0.2.1") == by_default
    assert networks().media_networks(SOURCE) == by_default
    assert networks("203.0.113.0/24").media_networks(SOURCE) == (ipaddress.ip_network("203.0.113.0/24"),)
    assert networks().media_networks(FOREIGN) is None


# -- the kernel's filter


def passes(program: bytes, source: str) -> bool:
    """Run a filter as the kernel does."""
    packed = ipaddress.ip_address(source).packed
    header = bytes(12 if len(packed) == 4 else 8) + packed
    steps = [
        (int.from_bytes(program[at : at + 2], "little"), program[at + 2], program[at + 3], program[at + 4 : at + 8])
        for at in range(0, len(program), 8)
    ]
    accumulator, place = 0, 0
    while True:
        code, yes, no, operand = steps[place]
        value = int.from_bytes(operand, "little")
        place += 1
        if code == 0x20:
            at = value - 0xFFF00000
            accumulator = int.from_bytes(header[at : at + 4], "big")
        elif code == 0x15:
            place += yes if accumulator == value else no
        else:
            return value > 0


@pytest.mark.parametrize(
    ("address", "other"), [(SOURCE, "198.51.100.8"), ("2001:db8::7", "2001:db8::8"), ("2001:db8::7", "2001:db9::7")]
)
def test_filter_lets_one_address_in(address, other):
    assert passes(packetfilter.only_from(address), address)
    assert not passes(packetfilter.only_from(address), other)
    assert not passes(packetfilter.NOBODY, address)


# -- rtpengine's answers


def test_bencoding_goes_there_and_back():
    assert bencoding.encode({"command": "query", "call-id": "ä"}) == b"d7:call-id2:\xc3\xa47:command5:querye"
    assert bencoding.decode(b"d4:tagsd1:Ald4:porti30000eeee6:result2:oke") == {
        "tags": {"A": [{"port": 30000}]},
        "result": "ok",
    }


@pytest.mark.parametrize("broken", [b"", b"d", b"5:abc", b"i1", b"x", b"l" * 5000])
def test_broken_bencoding_is_no_answer(broken):
    with pytest.raises(ValueError):
        bencoding.decode(broken)


# -- leaving whoever answered what can not be passed on

OURS = "<sip:203.0.113.1;lr;sg=00>"
WAY = f"<sip:far;lr>, <sip:near;lr>, {OURS}, <sip:up>"
ANSWERED = Answered("<sip:a@x>;tag=1", "<sip:b@y>;tag=2", "call-1", 7, WAY)


def test_whoever_answered_is_acknowledged_and_left_along_its_own_route():
    ack, bye = (headers_for(method, ANSWERED, "203.0.113.1") for method in ("ACK", "BYE"))

    assert "CSeq: 7 ACK\r\n" in ack and "CSeq: 8 BYE\r\n" in bye
    assert "To: <sip:b@y>;tag=2\r\n" in bye
    assert routes_beyond(ANSWERED.record_routes, "203.0.113.1") == ["<sip:near;lr>", "<sip:far;lr>"]
    assert routes_beyond(f"{OURS}, <sip:up>", "203.0.113.1") == []


def test_refusal_in_place_of_an_answer_shows_nothing_of_it():
    way = "Via: SIP/2.0/UDP 203.0.113.1;branch=z9hG4bK1\r\nv: SIP/2.0/UDP 10.0.0.1\r\n"
    answer = (
        f"SIP/2.0 200 OK\r\n{way}To: <sip:b@y>\r\n ;tag=2\r\nm: <sip:b@10.0.0.9>\r\n"
        "Content-Type: application/sdp\r\nl: 9\r\n\r\nc=IN IP4 10.0.0.9"
    )

    assert refusal_of(answer) == (
        f"SIP/2.0 488 Not Acceptable Here\r\n{way}To: <sip:b@y> ;tag=2\r\nContent-Length: 0\r\n\r\n"
    )
