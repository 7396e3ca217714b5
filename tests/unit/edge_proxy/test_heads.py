"""Heads of messages: what is kept of them, what is masked, and how many."""

import pytest

from callmodel.ladder import HeadKind, LadderQuestion
from edge_proxy import heads
from edge_proxy.ladders import MOST_OF_A_CALL, Ladders

SDP = (
    "v=0\r\no=- 1 1 IN IP4 10.0.0.1\r\ns=-\r\nc=IN IP4 10.0.0.1\r\nt=0 0\r\n"
    "m=audio 4000 RTP/AVP 8 0 13 101\r\na=rtpmap:101 telephone-event/8000\r\na=sendonly\r\n"
)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("+8613812345678", "+86138****5678"),
        ("138 1234 5678", "138****5678"),
        ("1001", "1001"),
        ("Call to +86-138-1234-5678 refused", "Call to +86138****5678 refused"),
        ("138/1234/5678", "138****5678"),
        ("(138)---1234---5678", "(138****5678"),
        ("1%338%2D1234%2F5678", "138****5678"),
        ("two\r\nlines\t", "two  lines"),
        ("x" * 500, "x" * heads.MOST_WORDS),
    ],
)
def test_what_strangers_write_is_short_and_without_numbers(written: str, kept: str):
    assert heads.shown(written) == kept


def test_who_is_named_in_a_header():
    assert heads.user_in('"Ana" <sip:1001@acme.example>;tag=1') == "1001"
    assert heads.user_in("<tel:+8613812345678>") == "+86138****5678"
    assert heads.user_in("<sip:203.0.113.9>") == ""


def test_what_a_description_says_of_the_sound():
    assert heads.sound_of(SDP) == "audio 10.0.0.1:4000 PCMA PCMU CN telephone-event sendonly"
    assert heads.sound_of(SDP.replace("RTP/AVP", "RTP/SAVP")).startswith("audio 10.0.0.1:4000 RTP/SAVP PCMA")
    assert heads.sound_of("v=0\r\n") == ""


def test_who_may_send_nothing_while_silent():
    assert heads.has_comfort_noise(SDP)
    assert not heads.has_comfort_noise(SDP.replace(" 13 ", " "))
    assert heads.has_comfort_noise(SDP.replace(" 13 ", " 97 ") + "a=rtpmap:97 CN/8000\r\n")
    assert not heads.has_comfort_noise("v=0\r\nm=video 13 RTP/AVP 13\r\n")


def line(name: str, words: str = "INVITE 1001", call_id: str = "", at_ms: int = 1) -> bytes:
    return heads.to_line(at_ms, name, HeadKind.REQUEST, "phone", "198.51.100.7", words, "audio", call_id)


def names(kept: Ladders, *dialogs: str, call_id: str = "") -> list[str]:
    return [head.sip_call_id for head in kept.of(LadderQuestion("q", call_id, dialogs))]


def test_a_head_comes_back_as_it_was_told():
    kept = Ladders("edge-1", 10, 60)
    kept.take(line("a@phone", "INVITE\n1001"))
    head = kept.of(LadderQuestion("q", "", ("a@phone",)))[0]

    assert (head.edge_id, head.words, head.kind) == ("edge-1", "INVITE 1001", HeadKind.REQUEST)


def test_dialogs_of_a_call_are_found_by_its_id_and_told_in_order():
    kept = Ladders("edge-1", 10, 60)
    kept.take(line("later", call_id="call-7", at_ms=20))
    kept.take(line("sooner", call_id="call-7", at_ms=10))
    kept.take(line("another", call_id="call-8"))

    assert names(kept, call_id="call-7") == ["sooner", "later"]
    assert names(kept, "another", call_id="call-7") == ["another", "sooner", "later"]


def test_what_an_account_tried_is_found_by_its_name():
    kept = Ladders("edge-1", 10, 60)
    kept.take(line(f"{heads.ACCOUNT}1002@acme.example", "wrong password from 198.51.100.7"))

    assert len(kept.of(LadderQuestion("q", "", accounts=("1002@acme.example",)))) == 1
    assert kept.of(LadderQuestion("q", "", accounts=("1003@acme.example",))) == ()


def test_the_oldest_dialogs_go_first_and_whole():
    kept = Ladders("edge-1", 4, 60)
    for name in ("a", "a", "b", "b", "c"):
        kept.take(line(name, call_id=f"call-{name}"))

    assert names(kept, "a", call_id="call-a") == []
    assert names(kept, "b", "c") == ["b", "b", "c"]


def test_no_dialog_keeps_more_than_its_share():
    kept = Ladders("edge-1", 10_000, 60)
    for _ in range(MOST_OF_A_CALL + 50):
        kept.take(line("chatty"))

    assert len(names(kept, "chatty")) == MOST_OF_A_CALL


def test_what_is_old_is_forgotten_when_somebody_asks():
    clock = [1_000]
    kept = Ladders("edge-1", 10, 60, lambda: clock[0])
    kept.take(line("a"))
    clock[0] += 59_000
    kept.take(line("b"))
    assert names(kept, "a", "b") == ["a", "b"]

    clock[0] += 2_000
    assert names(kept, "a", "b") == ["b"]
