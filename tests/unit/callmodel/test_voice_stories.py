"""When a voice is dead: read once a second, and told by what came, what was due, and what the stream did before."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from callmodel.calls import advance
from callmodel.callstate import Call
from callmodel.cdr import cdr_of
from callmodel.facts import (
    ConsultAsked,
    ConsultStep,
    ConsultTurned,
    LegAnswered,
    LegHeld,
    LegHungUp,
    LegSentEarlyMedia,
    LegUnheld,
)
from callmodel.ids import LegId
from callmodel.orders import Announce, Milestone
from callmodel.routing import plan_call
from callmodel.voice.due import speakers
from callmodel.voice.facts import VoiceMeasured
from callmodel.voice.figures import LegVoice, Reading, Stream
from callmodel.voice.meter import Meter
from tests.unit.callmodel.stories import (
    ACME,
    AGENT_LEG,
    BEN,
    CALL,
    CUSTOMER_LEG,
    DIRECTORY,
    RINGING,
    T0,
    TALKING,
    after,
    customer_called,
)

BENS_LEG = LegId(f"{CALL}-3")
FULL = 50
"""Packets a second of a phone that says 20 ms in each."""


def fed(
    counts: Iterable[int], *, due: bool = True, hears: bool = False, lost: Iterable[int] | None = None
) -> tuple[Meter, int]:
    """A meter that was given what came in each second, and the time of its last reading."""
    meter, sent, missing, at_ms = Meter(), 0, 0, T0
    gone = iter(lost) if lost is not None else None
    for came in counts:
        at_ms += 1_000
        sent += came
        missing += next(gone) if gone is not None else 0
        meter.take(Reading(sent=sent, sent_lost=missing, heard=sent), at_ms, due=due, hears=hears)
    return meter, at_ms


def is_dead(*counts: int) -> bool:
    return fed(counts)[0].voice().dead_since_ms is not None


# -- dead


def test_nothing_for_three_seconds_is_dead():
    assert not is_dead(FULL, FULL, 0, 0)
    assert is_dead(FULL, FULL, 0, 0, 0)


def test_nothing_ever_is_dead_three_seconds_after_it_was_due():
    assert not is_dead(0, 0, 0)
    assert is_dead(0, 0, 0, 0)


def test_since_when_and_for_how_long():
    meter, at_ms = fed([FULL, FULL, 0, 0, 0, 0, 0])
    voice = meter.voice()

    assert voice.dead_since_ms == at_ms - 5_000
    assert voice.sent == Stream(100, mos=voice.sent.mos, dead_seconds=5.0)


def test_a_single_packet_is_life():
    meter, _ = fed([FULL, 0, 0, 0, 0, 1])

    assert meter.voice().dead_since_ms is None
    assert meter.voice().sent.dead_seconds == 4.0


def test_a_muted_phone_that_sends_silence_lives():
    assert not is_dead(*[FULL] * 30)


def test_comfort_noise_now_and_then_is_life():
    assert not is_dead(FULL, FULL, 1, 0, 1, 0, 1, 0, 1, 0, 1)


def test_a_stream_that_began_anew_with_smaller_counts_lives():
    meter = Meter()
    for second, count in enumerate((500, 550, 10, 60)):
        meter.take(Reading(sent=count), T0 + second * 1_000, due=True, hears=False)

    assert meter.voice().sent.packets == 500 + 50 + 10 + 50
    assert meter.voice().dead_since_ms is None


def test_who_may_be_silent_is_not_dead():
    meter, at_ms = fed([FULL, FULL])
    for _ in range(20):
        at_ms += 1_000
        meter.take(Reading(sent=100), at_ms, due=False, hears=False)
    assert meter.voice().dead_since_ms is None

    # From here on it is due: three seconds count anew.
    for second in range(3):
        meter.take(Reading(sent=100), at_ms + second * 1_000, due=True, hears=False)
    assert meter.voice().dead_since_ms is None
    meter.take(Reading(sent=100), at_ms + 3_000, due=True, hears=False)
    assert meter.voice().dead_since_ms == at_ms


# -- pauses


def test_who_said_that_it_pauses_is_not_dead():
    meter, at_ms = fed([FULL, FULL])
    meter.sent.pauses = True
    for second in range(1, 30):
        meter.take(Reading(sent=100), at_ms + second * 1_000, due=True, hears=False)

    assert meter.voice().dead_since_ms is None


def test_who_said_that_it_pauses_and_never_sent_anything_is_dead():
    meter = Meter()
    meter.sent.pauses = True
    for second in range(4):
        meter.take(Reading(), T0 + second * 1_000, due=True, hears=False)

    assert meter.voice().dead_since_ms == T0


def test_pauses_are_learnt_from_a_stream_that_stops_and_goes_on():
    meter, _ = fed([FULL, FULL, 12, 0, FULL, 20, FULL, 5, 0, 0, 0, 0, 0])

    assert meter.voice().pauses
    assert meter.voice().dead_since_ms is None


def test_loss_is_no_pause():
    meter, _ = fed([FULL, FULL, 10, FULL, 10, FULL, 0, 0, 0], lost=[0, 0, 40, 0, 40, 0, 0, 0, 0])

    assert not meter.voice().pauses
    assert meter.voice().dead_since_ms is not None


# -- what is sent to a party


def test_a_party_that_is_sent_nothing_though_somebody_speaks_is_deaf():
    meter = Meter()
    for second in range(5):
        meter.take(Reading(sent=second * FULL, heard=100), T0 + second * 1_000, due=True, hears=True)

    assert meter.voice().deaf_since_ms == T0
    assert meter.voice().dead_since_ms is None


def test_a_party_to_which_nobody_speaks_is_not_deaf():
    meter = Meter()
    for second in range(9):
        meter.take(Reading(sent=second * FULL, heard=100), T0 + second * 1_000, due=True, hears=False)

    assert meter.voice().deaf_since_ms is None


# -- figures


def test_a_good_voice_has_a_good_score():
    assert fed([FULL] * 10)[0].voice().sent.mos == pytest.approx(4.41, abs=0.03)


def test_loss_costs_score_and_bursts_cost_more():
    scattered = fed([49] * 50, lost=[1] * 50)[0].voice().sent
    in_a_row = fed([49] * 50, lost=[0, 50] + [0] * 48)[0].voice().sent

    assert scattered.lost == in_a_row.lost == 50
    assert scattered.mos is not None and in_a_row.mos is not None
    assert in_a_row.mos < scattered.mos < 4.0


def test_delay_costs_both_sides():
    near, far = Meter(), Meter()
    near.take(Reading(sent=500, heard=500, round_trip_ms=20.0), T0, due=True, hears=True)
    far.take(Reading(sent=500, heard=500, round_trip_ms=600.0), T0, due=True, hears=True)

    assert far.voice().sent.mos < near.voice().sent.mos  # type: ignore[operator]
    assert far.voice().heard.mos < near.voice().heard.mos  # type: ignore[operator]
    assert far.voice().round_trip_ms == 600.0


def test_of_a_blink_nobody_can_tell():
    assert fed([20])[0].voice().sent.mos is None


def test_loss_that_no_second_can_have_is_a_stream_that_began_anew():
    assert fed([FULL, FULL], lost=[0, 40_000])[0].voice().sent.lost == 0


def test_a_successor_goes_on_from_what_was_told():
    meter = Meter(LegVoice(Stream(500, dead_seconds=7.0), Stream(500), pauses=True))
    meter.take(Reading(sent=800, heard=800), T0, due=True, hears=True)

    assert meter.voice().sent.dead_seconds == 7.0
    assert meter.voice().pauses


# -- whose voice is due


def due(call: Call) -> frozenset[LegId]:
    return speakers(call)


def test_both_who_talk_are_due():
    assert due(TALKING) == {AGENT_LEG, CUSTOMER_LEG}


def test_while_it_rings_and_in_early_media_nobody_is():
    assert due(RINGING) == frozenset()
    assert due(after(RINGING, LegSentEarlyMedia(CUSTOMER_LEG, T0 + 600))[0]) == frozenset()


def test_on_hold_nobody_is_and_after_it_both_are():
    held = after(TALKING, LegHeld(AGENT_LEG, T0 + 9_000))[0]

    assert due(held) == frozenset()
    assert due(after(held, LegUnheld(AGENT_LEG, T0 + 12_000))[0]) == {AGENT_LEG, CUSTOMER_LEG}


def test_the_customer_who_holds_during_a_consult_is_not():
    asked = ConsultAsked(plan_call(DIRECTORY, ACME, BEN), AGENT_LEG, T0 + 9_000)
    consulting = after(TALKING, asked, LegAnswered(BENS_LEG, T0 + 12_000))[0]

    assert due(consulting) == {AGENT_LEG, BENS_LEG}
    together = after(consulting, ConsultTurned(ConsultStep.CONFERENCE, T0 + 15_000))[0]
    assert due(together) == {AGENT_LEG, BENS_LEG, CUSTOMER_LEG}


def test_of_a_call_that_ends_nobody_is():
    assert due(after(TALKING, LegHungUp(CUSTOMER_LEG, None, T0 + 9_000))[0]) == frozenset()


def test_a_caller_who_is_alone_is_not():
    assert due(customer_called()[0]) == frozenset()


# -- what the call makes of it

MUTE = LegVoice(Stream(100, dead_seconds=3.0), Stream(250), dead_since_ms=T0 + 9_000)


def test_a_voice_that_dies_is_told_at_once_and_ends_nothing():
    call, orders = advance(TALKING, VoiceMeasured(CUSTOMER_LEG, MUTE, T0 + 12_000))

    assert [order.milestone for order in orders if isinstance(order, Announce)] == [Milestone.CHANGED]
    assert cdr_of(call).legs[1].voice == MUTE
    assert call.phase is TALKING.phase


def test_figures_that_say_nothing_new_of_life_are_told_later():
    fine = replace(MUTE, dead_since_ms=None)
    call, orders = advance(TALKING, VoiceMeasured(CUSTOMER_LEG, fine, T0 + 12_000))

    assert orders == []
    assert cdr_of(call).legs[1].voice == fine
    assert advance(call, VoiceMeasured(CUSTOMER_LEG, fine, T0 + 13_000)) == (call, [])


def test_the_record_has_figures_and_dialogs_of_legs():
    call = after(
        TALKING,
        VoiceMeasured(CUSTOMER_LEG, MUTE, T0 + 12_000),
        LegHungUp(CUSTOMER_LEG, None, T0 + 12_001, sip_call_id="abc@carrier"),
        LegHungUp(AGENT_LEG, None, T0 + 12_002, sip_call_id="def"),
    )[0]
    record = cdr_of(call)

    assert record.has_ended
    assert [leg.sip_call_id for leg in record.legs] == ["def", "abc@carrier"]
    assert record.legs[1].voice == MUTE
