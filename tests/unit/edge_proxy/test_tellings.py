"""What a SIP worker tells of a message: as it stood there, and what its edge's agent makes of that."""

import pytest

from callmodel.ladder import SipHead
from edge_proxy import heads, tellings
from edge_proxy.tellings import END, NOTE, REQUEST, RESPONSE

SDP = "v=0\r\nc=IN IP4 10.0.0.1\r\nm=audio 4000 RTP/AVP 0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:c2VjcmV0\r\n"
NUMBER = "+8613812345678"


def kept(kind: str, said: str, **more: str) -> SipHead:
    text = tellings.to_text(5, "a@phone", kind, "phone", "198.51.100.7", said, **more)
    told, rest = text.encode("utf-8", "replace").split(END)
    assert rest == b""
    return heads.from_line(tellings.to_line(told), "edge-1")


@pytest.mark.parametrize(
    ("kind", "said", "more", "words"),
    [
        (REQUEST, "INVITE", {"whom": NUMBER, "user": "1001"}, "INVITE +86138****5678 from 1001"),
        (REQUEST, "INVITE", {"whom": "1001", "header": f"<sip:{NUMBER}@c>;tag=1"}, "INVITE 1001 from +86138****5678"),
        (REQUEST, "INVITE", {"whom": "1001"}, "INVITE 1001"),
        (REQUEST, "BYE", {}, "BYE"),
        (REQUEST, "BYE", {"header": "Q.850;cause=16"}, "BYE (Q.850;cause=16)"),
        (RESPONSE, "200 INVITE", {}, "200 OK (INVITE)"),
        (RESPONSE, "486 INVITE", {"whom": f"Busy {NUMBER}"}, "486 Busy +86138****5678 (INVITE)"),
        (NOTE, "answered 503 No Gateway", {}, "answered 503 No Gateway"),
    ],
)
def test_the_agent_puts_what_was_told_into_words_without_numbers(kind, said, more, words):
    assert kept(kind, said, **more).words == words


def test_of_a_description_only_the_sound_is_kept_however_long_it_is():
    for session in (SDP, SDP + "a=x\r\n" * 2000, SDP + "i=é\r\n"):
        head = kept(REQUEST, "INVITE", session=session)
        assert head.sdp == "audio 10.0.0.1:4000 PCMU"
        assert "inline" not in repr(head)
    assert kept(REQUEST, "INVITE", session=f"audio {NUMBER}").sdp == ""


def test_a_number_in_what_is_long_is_masked_before_it_is_cut():
    cut_in_the_number = "x" * (heads.MOST_WORDS - 4) + NUMBER
    assert "8613" not in kept(REQUEST, "BYE", header=cut_in_the_number).words


def test_whatever_is_told_fits_where_it_is_written_whole():
    wide, address = "世" * 4000, "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"
    for session in (wide, "x" * 999, "x" * 1000, "x" * 1001):
        text = tellings.to_text(10**13, wide, REQUEST, "media-node", address, wide, wide, wide, wide, session, wide)
        assert len(text.encode("utf-8", "replace")) <= tellings.MOST_BYTES


@pytest.mark.parametrize("data", [b"", b"1\x1fnothing", b"x" + b"\x1fa" * 11, b"1" + b"\x1fodd" * 11, b"\xff"])
def test_what_no_worker_wrote_is_refused(data):
    with pytest.raises(ValueError):
        tellings.to_line(data)
