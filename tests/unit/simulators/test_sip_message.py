"""SIP as it arrives from sloppy phones, and as it must never crash anybody."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.sip_message import (
    MalformedSipError,
    build_response,
    parse_address,
    parse_message,
    parse_uri,
    user_of,
    via_parameters,
)
from simulators.transport import take_messages

INVITE = (
    b"INVITE sip:+8613800000001@hq.example;user=phone SIP/2.0\r\n"
    b"v: SIP/2.0/UDP 10.0.0.2:5070;rport;branch=z9hG4bKone\r\n"
    b"Via: SIP/2.0/TLS edge.example;branch=z9hG4bKtwo, SIP/2.0/TCP 192.0.2.9;branch=z9hG4bKthree\r\n"
    b"Record-Route: <sip:a;lr>, <sip:b;lr>\r\n"
    b'f: "Li, Wei" <sip:1001@acme.example>;tag=abc\r\n'
    b"t: <sip:+8613800000001@hq.example>\r\n"
    b"i: call-1\r\n"
    b"CSeq: 7 INVITE\r\n"
    b"Subject: first\r\n\t and\r\n  second line\r\n"
    b"l: 4\r\n\r\nv=0\nEXTRA"
)


def test_compact_forms_folding_lists_and_content_length():
    message = parse_message(INVITE)

    assert message.method == "INVITE"
    assert message.call_id == "call-1"
    assert [via_parameters(via)["branch"] for via in message.all("via")] == [
        "z9hG4bKone", "z9hG4bKtwo", "z9hG4bKthree",
    ]  # fmt: skip
    assert message.all("record-route") == ["<sip:a;lr>", "<sip:b;lr>"]
    assert message.from_address.display == "Li, Wei"
    assert message.from_address.tag == "abc"
    assert message.get("s") == "first and second line"
    assert message.body == "v=0\n"


def test_serialised_message_parses_to_itself():
    message = parse_message(INVITE)
    again = parse_message(message.to_bytes())

    assert again.body == message.body
    assert [item for item in again.headers if item[0].lower() != "content-length"] == [
        item for item in message.headers if item[0] != "l"
    ]


def test_response_copies_what_rfc_3261_wants():
    response = build_response(parse_message(INVITE), 180, to_tag="mine")

    assert (response.status, response.reason) == (180, "Ringing")
    assert len(response.all("via")) == 3
    assert response.all("record-route") == ["<sip:a;lr>", "<sip:b;lr>"]
    assert response.to_address.tag == "mine"
    assert response.cseq == (7, "INVITE")


def test_uri_parts():
    uri = parse_uri("sips:+86138;isub=1@[2001:db8::1]:5061;transport=tls;lr")

    assert (uri.scheme, uri.user, uri.host, uri.port) == ("sips", "+86138;isub=1", "2001:db8::1", 5061)
    assert uri.parameter("lr") == ""
    assert uri.parameter("maddr") is None
    assert str(uri) == "sips:+86138;isub=1@[2001:db8::1]:5061;transport=tls;lr"


def test_parameters_without_brackets_belong_to_the_header():
    address = parse_address("sip:1001@acme.example;tag=x")

    assert address.uri == "sip:1001@acme.example"
    assert address.tag == "x"


@pytest.mark.parametrize(
    ("address", "user"),
    [
        ("<sip:+86138@x>", "+86138"),
        ('"A" <sip:1001;phone-context=hq@x>;tag=1', "1001"),
        ("tel:+8621", "+8621"),
        ("nonsense", ""),
    ],
)
def test_user_of_an_address(address, user):
    assert user_of(address) == user


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"\r\n\r\n",
        b"INVITE sip:x SIP/2.0\r\n\r\n",
        INVITE.replace(b"CSeq: 7 INVITE", b"CSeq: seven"),
        INVITE.replace(b"SIP/2.0\r\nv:", b"SIP/3.0\r\nv:"),
        INVITE.replace(b"l: 4", b"l: 4000"),
        INVITE.replace(b"t: <sip:+8613800000001@hq.example>", b"t: <sip:broken"),
        INVITE.replace(b"Subject: first", b"no colon here"),
        b"SIP/2.0 9999 What\r\n" + INVITE.partition(b"\r\n")[2],
    ],
)
def test_malformed_message_is_refused(broken):
    with pytest.raises(MalformedSipError):
        parse_message(broken)


@given(st.binary(max_size=300), st.integers(0, len(INVITE)))
def test_no_bytes_raise_anything_else(noise, cut):
    for data in (noise, INVITE[:cut] + noise, INVITE[:cut] + noise + INVITE[cut:]):
        try:
            parse_message(data).to_bytes()
        except MalformedSipError:
            continue


@given(st.lists(st.integers(1, len(INVITE)), max_size=6))
def test_stream_is_cut_into_messages_wherever_it_is_split(cuts):
    whole = INVITE[: -len(b"EXTRA")]
    stream = b"\r\n\r\n" + whole + b"\r\n" + whole
    places = sorted({0, *cuts, len(stream)})
    buffer, messages = bytearray(), []
    for start, end in itertools.pairwise(places):
        buffer += stream[start:end]
        messages += take_messages(buffer)

    assert messages == [whole, whole]
    assert not buffer


def test_stream_that_is_not_sip_is_given_up():
    with pytest.raises(ValueError, match="too large"):
        take_messages(bytearray(b"x" * 70_000))
    with pytest.raises(ValueError, match="too large"):
        take_messages(bytearray(b"INVITE x SIP/2.0\r\nContent-Length: 99999999\r\n\r\n"))


def test_brackets_and_commas_in_a_quoted_name_are_part_of_the_name():
    address = parse_address('"a\\"<sip:evil@x>, b" <sip:1001@acme.example>;tag=x')

    assert (address.uri, address.tag) == ("sip:1001@acme.example", "x")
