"""What an operator is told of a call: each thing that can go wrong, told apart from the others."""

from dataclasses import replace

import pytest

from callmodel.callstate import CallState, Direction, LegRole, LegState
from callmodel.cdr import Cdr, CdrLeg
from callmodel.endings import Ending, class_of
from callmodel.ids import CallId, Extension, LegId, TrunkId
from callmodel.ladder import HeadKind, SipHead
from callmodel.voice.figures import LegVoice, Stream
from callmodel.why.explaining import explain
from callmodel.why.finding import Case, Cause, Finding, Recorded
from tests.unit.callmodel.stories import ACME, NODE, T0

CALL = CallId("0193-call")
FINE = LegVoice(Stream(600, mos=4.4), Stream(600, mos=4.4))
NEVER = LegVoice(Stream(0, dead_seconds=12.0), Stream(600, mos=4.4), dead_since_ms=T0)
STOPPED = LegVoice(Stream(300, mos=4.4, dead_seconds=6.0), Stream(600, mos=4.4), dead_since_ms=T0 + 6_000)
AWAY = LegVoice(Stream(400, mos=4.4, dead_seconds=4.0), Stream(600, mos=4.4))
CARRIER, PHONE = "203.0.113.9", "198.51.100.7"

AGENT = CdrLeg(
    LegId(f"{CALL}-1"), LegRole.AGENT, LegState.ENDED, T0, T0, T0 + 1, T0 + 12_001, Extension("1001"),
    voice=FINE, sip_call_id="agent-dialog",
)  # fmt: skip
CUSTOMER = CdrLeg(
    LegId(f"{CALL}-2"), LegRole.CUSTOMER, LegState.ENDED, T0, T0 + 1, T0 + 1, T0 + 12_001, trunk_id=TrunkId("cheap"),
    voice=FINE, sip_call_id="customer-dialog",
)  # fmt: skip


def call(*legs: CdrLeg, ending: Ending = Ending.COMPLETED, answered: bool = True) -> Cdr:
    return Cdr(
        CALL, ACME, NODE, 5, Direction.OUTBOUND, CallState.ENDED, "+8613812345678", T0, legs or (AGENT, CUSTOMER),
        T0 + 1 if answered else None, T0 + 12_001, ending, class_of(ending), "customer",
        talk_seconds=12.0 if answered else 0.0,
    )  # fmt: skip


def head(words: str, sender: str = "us", address: str = "", sdp: str = "", of: CdrLeg = CUSTOMER) -> SipHead:
    kind = HeadKind.NOTE if sender == "us" else HeadKind.RESPONSE if words[0].isdigit() else HeadKind.REQUEST
    return SipHead(T0, "edge-1", of.sip_call_id or "", kind, sender, address, words, sdp)


def found(cdr: Cdr, *heads: SipHead, recording: Recorded | None = None) -> tuple[Finding, ...]:
    return explain(Case(cdr, heads, recording))


def causes(cdr: Cdr, *heads: SipHead, recording: Recorded | None = None) -> list[Cause]:
    return [finding.cause for finding in found(cdr, *heads, recording=recording)]


def refused(code: int, **changes: object) -> CdrLeg:
    """The customer's leg, not answered."""
    return replace(CUSTOMER, answered_ms=None, voice=None, sip_code=code, **changes)  # type: ignore[arg-type]


# -- voices


def test_a_call_with_nothing_wrong():
    findings = found(call())

    assert [finding.cause for finding in findings] == [Cause.HUNG_UP, Cause.WELL]
    assert findings[0].words == "The customer hung up after 12 s of talk."


def test_the_customer_s_voice_never_came_and_the_carrier_wants_its_sound_elsewhere():
    heads = [head("200 OK (INVITE)", "carrier", CARRIER, "audio 10.0.0.1:4000 PCMU")]
    first, second = found(call(AGENT, replace(CUSTOMER, voice=NEVER)), *heads)

    assert (first.cause, first.words) == (Cause.ONE_SIDED, "The customer's voice never came.")
    assert first.evidence == (
        f"0 packets from {CARRIER} in 12 s, 600 sent to the customer",
        f"the customer's SDP names 10.0.0.1 (a private address); it signals from {CARRIER}",
    )
    assert second.cause is Cause.HUNG_UP


def test_the_agent_s_voice_stopped():
    findings = found(call(replace(AGENT, voice=STOPPED), CUSTOMER))

    assert findings[0].words == "The agent at 1001's voice stopped and did not come back."
    assert findings[0].evidence[0].startswith("300 packets in 12 s")


def test_a_voice_that_was_away_for_a_while():
    assert found(call(AGENT, replace(CUSTOMER, voice=AWAY)))[0].words == "The customer's voice was away for 4.0 s."


def test_both_silent():
    first = found(call(replace(AGENT, voice=NEVER), replace(CUSTOMER, voice=STOPPED)))[0]

    assert first.cause is Cause.BOTH_SILENT
    assert len(first.evidence) == 2


def test_who_sent_nothing_in_a_call_of_a_second_is_not_blamed():
    blink = replace(CUSTOMER, ended_ms=T0 + 900, voice=LegVoice(Stream(0), Stream(40)))

    assert causes(call(AGENT, blink)) == [Cause.HUNG_UP, Cause.WELL]


def test_a_party_that_was_sent_nothing():
    deaf = LegVoice(Stream(600, mos=4.4), Stream(0, dead_seconds=8.0))

    assert causes(call(replace(AGENT, voice=deaf), CUSTOMER))[0] is Cause.DEAF


def test_a_bad_line_is_told_with_its_figures():
    bad = LegVoice(Stream(540, 60, 42.0, 2.6), Stream(600, mos=4.2), 180.0)
    first = found(call(AGENT, replace(CUSTOMER, voice=bad)))[0]

    assert (first.cause, first.words) == (Cause.POOR_VOICE, "The customer was heard badly.")
    assert first.evidence == ("MOS 2.6 by ITU-T G.107: 10.0 % lost, jitter 42 ms, round trip 180 ms",)


def test_a_media_time_out_names_who_was_silent():
    findings = found(call(AGENT, replace(CUSTOMER, voice=STOPPED), ending=Ending.MEDIA_TIMEOUT))

    assert [finding.cause for finding in findings] == [Cause.MEDIA_TIMEOUT, Cause.ONE_SIDED]
    assert findings[0].evidence == ("silent at the end: The customer",)


# -- who refused


@pytest.mark.parametrize(
    ("code", "ending", "cause"),
    [
        (486, Ending.BUSY, Cause.BUSY),
        (603, Ending.REJECTED, Cause.REJECTED),
        (403, Ending.REJECTED, Cause.REJECTED),
        (404, Ending.NUMBER_INVALID, Cause.NUMBER_INVALID),
    ],
)
def test_a_refusal_is_told_with_who_said_it(code: int, ending: Ending, cause: Cause):
    said = head(f"{code} So It Is (INVITE)", "carrier", CARRIER)
    findings = found(call(AGENT, refused(code), ending=ending, answered=False), said)

    assert [finding.cause for finding in findings] == [cause, cause]
    assert findings[1].evidence == (f"carrier {CARRIER} said {code} So It Is (INVITE)",)


def test_nobody_answered_a_phone_that_rang():
    silent = refused(487, ringing_ms=T0 + 2_000, ended_ms=T0 + 32_000)
    findings = found(call(AGENT, silent, ending=Ending.NO_ANSWER, answered=False))

    assert findings[1].words == "The customer did not answer: the phone rang for 30 s."


def test_nothing_rang():
    silent = refused(408, ringing_ms=None)
    findings = found(call(AGENT, silent, ending=Ending.NO_ANSWER, answered=False))

    assert findings[1].words == "The customer was not reached: nothing rang."


COLLEAGUE = replace(
    refused(480), role=LegRole.COLLEAGUE, extension=Extension("1002"), trunk_id=None, ringing_ms=None, sip_call_id="c"
)
GONE = head("no phone is registered as 1002@acme.example", of=COLLEAGUE)


def test_a_station_without_a_phone():
    findings = found(call(AGENT, COLLEAGUE, ending=Ending.NO_ANSWER, answered=False), GONE)

    assert findings[1].cause is Cause.NOT_REGISTERED
    assert findings[1].words == "No phone is registered at 1002: it is off, or has no way to us."


def test_a_station_whose_phone_has_a_wrong_password():
    wrong = SipHead(T0 - 60_000, "edge-1", "account:1002@acme.example", HeadKind.NOTE, "us", "",
                    f"wrong password from {PHONE}")  # fmt: skip
    finding = found(call(AGENT, COLLEAGUE, ending=Ending.NO_ANSWER, answered=False), wrong, wrong, GONE)[1]

    assert finding.cause is Cause.WRONG_PASSWORD
    assert finding.evidence == (f"wrong password from {PHONE}, 2 times",)


def test_a_description_that_the_edge_refused():
    stray = head("refused: the carrier has its media at 10.0.0.1, which is outside of its trunk's media networks")
    answered = head("200 OK (INVITE)", "carrier", CARRIER, "audio 10.0.0.1:4000 PCMU")
    finding = found(call(AGENT, refused(488), ending=Ending.UPSTREAM_FAILED, answered=False), answered, stray)[1]

    assert finding.cause is Cause.SDP_REFUSED
    assert finding.words.startswith("The edge refused the description")
    assert finding.evidence == (stray.words, f"carrier {CARRIER}: audio 10.0.0.1:4000 PCMU")


def test_a_description_that_the_far_end_refused():
    said = head("488 Not Acceptable Here (INVITE)", "carrier", CARRIER)
    finding = found(call(AGENT, refused(488), ending=Ending.UPSTREAM_FAILED, answered=False), said)[1]

    assert finding.words.startswith("The customer refused the description")


def test_gateways_that_were_tried_and_what_each_said():
    heads = [
        head("asks gateway 1 of trunk cheap: sip:203.0.113.9:5060"),
        head("gateway gave no sign of ringing in 6.0 s"),
        head("asks gateway 2 of trunk cheap: sip:203.0.113.10:5060"),
        head("500 Oops (INVITE)", "carrier", "203.0.113.10"),
    ]
    finding = found(call(AGENT, refused(503), ending=Ending.UPSTREAM_FAILED, answered=False), *heads)[1]

    assert finding.cause is Cause.GATEWAY_FAILED
    assert finding.words == "Trunk cheap did not take the call (503): 2 gateways were tried."
    assert finding.evidence == (
        "gateway 1 of trunk cheap, sip:203.0.113.9:5060: gateway gave no sign of ringing in 6.0 s",
        "gateway 2 of trunk cheap, sip:203.0.113.10:5060: 500 Oops",
    )


def test_a_call_that_went_well_over_a_second_trunk_tells_of_the_first():
    findings = found(call(AGENT, refused(503), replace(CUSTOMER, trunk_id=TrunkId("dear"))))

    assert [finding.cause for finding in findings] == [Cause.GATEWAY_FAILED, Cause.HUNG_UP]


# -- what we refuse ourselves


@pytest.mark.parametrize(
    ("ending", "cause"),
    [
        (Ending.TENANT_CHANNELS_EXHAUSTED, Cause.NO_CHANNEL),
        (Ending.TRUNK_CHANNELS_EXHAUSTED, Cause.NO_CHANNEL),
        (Ending.NO_TRUNK, Cause.NO_CHANNEL),
        (Ending.SPEND_LIMIT_REACHED, Cause.LIMIT),
        (Ending.CALL_RATE_EXCEEDED, Cause.LIMIT),
        (Ending.DESTINATION_BLOCKED, Cause.LIMIT),
        (Ending.EXTENSION_UNKNOWN, Cause.REFUSED),
        (Ending.NUMBER_UNDIALLABLE, Cause.REFUSED),
        (Ending.NODE_LOST, Cause.OURS),
        (Ending.ORDER_EXPIRED, Cause.OURS),
    ],
)
def test_what_stood_against_a_call(ending: Ending, cause: Cause):
    assert causes(call(replace(AGENT, voice=None), ending=ending, answered=False))[0] is cause


@pytest.mark.parametrize("ending", list(Ending))
def test_there_is_a_word_on_every_ending(ending: Ending):
    assert found(call(ending=ending))[0].words


# -- recordings


def test_a_recording_that_is_lost_or_late():
    assert causes(call(), recording=Recorded("lost", reason="the spool was full"))[0] is Cause.RECORDING_MISSING
    assert causes(call(), recording=Recorded("expected"))[0] is Cause.RECORDING_MISSING
    assert causes(call(), recording=Recorded("archived")) == [Cause.HUNG_UP, Cause.WELL]


def test_a_recording_with_an_empty_channel():
    first = found(call(), recording=Recorded("archived", empty_channels=("customer",)))[0]

    assert first.cause is Cause.RECORDING_EMPTY
    assert "customer channel is empty" in first.words


def test_a_recording_that_is_short():
    first = found(call(), recording=Recorded("archived", 100.0, 40.0, is_short=True))[0]

    assert (first.cause, first.evidence) == (Cause.RECORDING_SHORT, ("40.0 s recorded of 100.0 s",))


def test_a_call_that_lives():
    living = replace(call(), ending=None, ending_class=None, ended_ms=None, state=CallState.TALKING)

    assert causes(living) == [Cause.LIVES, Cause.WELL]
    assert causes(replace(living, legs=(AGENT, replace(CUSTOMER, voice=STOPPED)))) == [Cause.ONE_SIDED, Cause.LIVES]
