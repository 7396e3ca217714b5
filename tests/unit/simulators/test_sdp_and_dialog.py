"""Offers and answers, and where a dialog's requests go."""

import pytest

from simulators.behaviours import BEHAVIOURS, CUSTOMER_TONES_HZ, ORDINARY, behaviour_of, tone_of
from simulators.dialog import Dialog, endpoint_of
from simulators.sdp import AudioSession, Crypto, UnusableSdpError, build_answer, meet, parse_sdp
from simulators.sip_message import SipMessage

KEY = "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz"
UNUSABLE_STREAMS = (
    "video 1 RTP/AVP 0",
    "audio x RTP/AVP 0",
    "audio 1 RTP/AVP 0",
    "audio 65536 RTP/AVP 0\r\nc=IN IP4 127.0.0.1",
    "audio 4000 RTP/AVP 0\r\nc=IN IP4 media.example",
)
OWN = AudioSession("127.0.0.1", 4000)


def test_session_survives_text():
    session = AudioSession("10.0.0.1", 4002, (8, 0), 96, "sendonly", Crypto(3, KEY), "RTP/SAVP", 20, 5, 2)
    parsed = parse_sdp(session.to_text())

    assert (parsed.host, parsed.port, parsed.payload_types) == ("10.0.0.1", 4002, (8, 0))
    assert (parsed.telephone_event, parsed.direction, parsed.crypto) == (96, "sendonly", Crypto(3, KEY))
    assert parsed.profile == "RTP/SAVP"


def test_answer_takes_the_offers_order_event_number_and_tag():
    own = AudioSession("127.0.0.1", 4000, crypto=Crypto(1, KEY[::-1]), profile="RTP/SAVP")
    offer = AudioSession("127.0.0.2", 5000, (8, 0), 97, crypto=Crypto(7, KEY), profile="RTP/SAVP")
    answer = build_answer(offer, own)

    assert answer.payload_types == (8,)
    assert answer.telephone_event == 97
    assert answer.crypto == Crypto(7, KEY[::-1])


@pytest.mark.parametrize(
    ("own", "theirs", "expected"),
    [
        ("sendrecv", "sendonly", "recvonly"),
        ("sendrecv", "inactive", "inactive"),
        ("sendonly", "sendrecv", "sendonly"),
        ("sendonly", "sendonly", "inactive"),
        ("sendrecv", "sendrecv", "sendrecv"),
    ],
)
def test_directions_meet(own, theirs, expected):
    assert meet(own, theirs) == expected


@pytest.mark.parametrize(
    "offer",
    [
        AudioSession("127.0.0.2", 5000, ()),
        AudioSession("127.0.0.2", 5000, crypto=Crypto(1, KEY), profile="RTP/SAVP"),
        AudioSession("127.0.0.2", 5000, profile="RTP/SAVP"),
    ],
)
def test_offer_without_common_ground_is_refused(offer):
    with pytest.raises(UnusableSdpError):
        build_answer(offer, OWN)


@pytest.mark.parametrize("text", ["", "v=0", *(f"v=0\r\nm={m}" for m in UNUSABLE_STREAMS)])
def test_description_without_audio_is_unusable(text):
    with pytest.raises(UnusableSdpError):
        parse_sdp(text)


def test_old_fashioned_hold_by_address_is_inactive():
    assert parse_sdp("v=0\r\nc=IN IP4 0.0.0.0\r\nm=audio 5000 RTP/AVP 0\r\n").direction == "inactive"


def answer(*record_routes):
    response = SipMessage(status=200)
    response.headers += [("Record-Route", route) for route in record_routes]
    response.headers += [("To", "<sip:138@hq>;tag=far"), ("Contact", "<sip:138@192.0.2.7:5080>")]
    return response


def dialog():
    return Dialog.outgoing("<sip:1001@acme>", "sip:138@acme", ("127.0.0.9", 5060))


def test_callers_route_set_is_the_reverse_of_record_route():
    call = dialog()
    call.learn(answer("<sip:192.0.2.2:5062;lr>", "<sip:192.0.2.1;transport=tls;lr>"))
    request = call.build_request("BYE")

    assert request.all("route") == ["<sip:192.0.2.1;transport=tls;lr>", "<sip:192.0.2.2:5062;lr>"]
    assert request.uri == "sip:138@192.0.2.7:5080"
    assert call.next_hop() == ("192.0.2.1", 5061)


def test_without_routes_the_contact_is_called_and_a_name_goes_by_the_proxy():
    call = dialog()
    call.learn(answer())

    assert call.next_hop() == ("192.0.2.7", 5080)
    assert endpoint_of("sip:branch.example;lr", ("127.0.0.9", 5060)) == ("127.0.0.9", 5060)


def test_strict_router_gets_itself_in_the_request_line():
    call = dialog()
    call.learn(answer("<sip:192.0.2.1>"))
    request = call.build_request("BYE")

    assert request.uri == "sip:192.0.2.1"
    assert request.all("route") == ["<sip:138@192.0.2.7:5080>"]


def test_numbers_behave_the_same_every_time_and_in_every_spelling():
    assert tone_of("+8613812345678") == tone_of("013812345678") == tone_of("138 1234 5678")
    assert behaviour_of("+8613812345678") == behaviour_of("13812345678")
    assert 0.05 <= behaviour_of("13812345678").post_dial_delay_seconds <= 0.15
    assert behaviour_of("13812345678").name == ORDINARY.name
    assert {tone_of(f"138{n:08d}") for n in range(200)} == set(CUSTOMER_TONES_HZ)


@pytest.mark.parametrize("digits", BEHAVIOURS)
def test_tabled_numbers_refuse_with_their_own_code(digits):
    behaviour = behaviour_of(f"13812345{digits}")

    assert behaviour.name == BEHAVIOURS[digits].name
    assert int(digits) < 400 or behaviour.final_code == int(digits)


def test_key_of_the_wrong_length_and_impossible_formats_are_passed_over():
    text = "v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 4000 RTP/SAVP 0 300\r\na=rtpmap:300 telephone-event/8000\r\n"
    parsed = parse_sdp(f"{text}a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:c2hvcnQ=\r\n")

    assert parsed.crypto is None
    assert parsed.telephone_event is None
    assert parsed.payload_types == (0,)
