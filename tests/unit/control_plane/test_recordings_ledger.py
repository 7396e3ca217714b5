"""The recording ledger: what is owed, and that an entry never goes back."""

import itertools
from dataclasses import replace
from random import Random

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callmodel.ids import CallId, RecordingId, TenantId, uuid7
from control_plane.features.recordings.expiring import is_over
from control_plane.features.recordings.hearing import Hearer
from control_plane.features.recordings.ledger import (
    CLOSED,
    LEAST_SECONDS,
    CallOver,
    Entry,
    EntryState,
    FileArchived,
    FileExpired,
    FileLost,
    FileSpooled,
    HoldEnded,
    HoldOrdered,
    RecordingOwed,
    RemovalRefused,
    advance_entry,
    began_ms_of,
    day_of,
    is_known_loss,
    is_short,
    object_key_of,
)
from control_plane.features.recordings.schemas import to_view
from control_plane.features.recordings.sweeping import days_before, is_overdue, is_stuck

ACME = TenantId("acme")
CALL = CallId(uuid7(1_700_000_000_000, 7))
RECORDING = RecordingId(f"{CALL}-r1")
OWED = Entry(ACME, RECORDING, CALL)

ANSWERED = RecordingOwed(1000)
ENDED = CallOver(6.0, 9000)
SPOOLED = FileSpooled("/spool/a.wav", 6.1, 9100)
ARCHIVED = FileArchived(6.1, "acme/recordings/x.ogg", "ab" * 32, 4000, "ogg-opus", 9500)
UNREADABLE = FileLost("no RIFF/WAVE header", 9400)


def after(*facts: object) -> Entry:
    entry = OWED
    for fact in facts:
        entry = advance_entry(entry, fact)  # type: ignore[arg-type]
    return entry


def test_an_answered_call_owes_a_recording_until_it_is_archived():
    assert after(ANSWERED).state is EntryState.EXPECTED
    assert after(ANSWERED, ENDED, SPOOLED).state is EntryState.SPOOLED
    assert after(ANSWERED, ENDED, SPOOLED, ARCHIVED).state is EntryState.ARCHIVED


NEWS = [
    ANSWERED,
    ENDED,
    SPOOLED,
    UNREADABLE,
    FileLost("node died", 9000),
    FileSpooled("/spool/b.wav", 5.0, 20_000),
    ARCHIVED,
]


@given(st.lists(st.sampled_from(NEWS)), st.randoms())
def test_the_order_in_which_news_comes_does_not_matter_nor_how_often(facts: list[object], chance: Random):
    again = facts + chance.choices(facts, k=len(facts)) if facts else []
    chance.shuffle(again)

    assert to_view(after(*again)) == to_view(after(*facts))


@given(st.lists(st.sampled_from([ANSWERED, ENDED, SPOOLED, ARCHIVED, UNREADABLE, FileLost("late", 99_000)])))
def test_archived_stays_archived_whatever_comes(facts: list[object]):
    entry = after(SPOOLED, ARCHIVED, *facts)

    assert (entry.state, entry.sha256, entry.archived_ms) == (EntryState.ARCHIVED, "ab" * 32, 9500)


@given(st.lists(st.sampled_from([ANSWERED, ENDED, SPOOLED, ARCHIVED, UNREADABLE])))
def test_the_same_news_twice_changes_nothing(facts: list[object]):
    once = after(*facts)

    for fact in facts[-1:]:
        assert advance_entry(once, fact) == once  # type: ignore[arg-type]


def test_a_file_that_proves_to_be_none_is_lost_and_its_old_news_does_not_bring_it_back():
    lost = after(ANSWERED, SPOOLED, UNREADABLE)

    assert (lost.state, lost.reason) == (EntryState.LOST, "no RIFF/WAVE header")
    assert advance_entry(lost, SPOOLED) == lost


def test_a_file_found_after_the_loss_counts():
    found = after(FileLost("node died", 9000), FileSpooled("/spool/b.wav", 5.0, 20_000))

    assert (found.state, found.spool_path) == (EntryState.SPOOLED, "/spool/b.wav")


def test_a_loss_told_before_the_file_was_spooled_is_overtaken():
    assert after(SPOOLED, FileLost("late message", 9000)).state is EntryState.SPOOLED


BLINK = CallOver(LEAST_SECONDS - 0.1, 9000)
SILENCE = FileLost("no sound was written", 9100)


@pytest.mark.parametrize("facts", list(itertools.permutations([ANSWERED, BLINK, SILENCE])))
def test_a_call_too_short_for_any_sound_owes_nothing(facts: tuple[object, ...]):
    entry = after(*facts)

    assert (entry.state, entry.reason) == (EntryState.EMPTY, "no sound was written")
    assert entry.state in CLOSED and not is_known_loss(entry)
    assert not is_overdue(entry, 10**12, 300)


def test_silence_in_a_call_of_half_a_second_is_a_loss():
    entry = after(ANSWERED, SILENCE, CallOver(LEAST_SECONDS, 9000))

    assert entry.state is EntryState.LOST and is_known_loss(entry)
    assert not is_known_loss(after(ANSWERED, SILENCE))


def test_a_short_file_that_proves_to_be_none_is_a_loss_all_the_same():
    assert after(ANSWERED, BLINK, SPOOLED, UNREADABLE).state is EntryState.LOST


def test_a_short_call_whose_sound_is_found_later_is_owed_again():
    found = after(ANSWERED, BLINK, SILENCE, FileSpooled("/spool/b.wav", 0.2, 20_000))

    assert found.state is EntryState.SPOOLED
    assert found.state not in CLOSED


def test_the_id_alone_tells_where_a_recording_belongs():
    assert day_of(RECORDING) == "2023-11-14"
    assert object_key_of(ACME, RECORDING, "ogg") == f"acme/recordings/2023/11/14/{RECORDING}.ogg"
    with pytest.raises(ValueError, match="version 7"):
        day_of(RecordingId("no-uuid-at-all-r1"))


def test_a_spooled_file_is_stuck_after_a_minute():
    entry = after(SPOOLED)

    assert not is_stuck(entry, 9100 + 60_000)
    assert is_stuck(entry, 9100 + 60_001)
    assert not is_stuck(after(SPOOLED, ARCHIVED), 10**12)


def test_a_gap_is_overdue_some_minutes_after_the_calls_end_or_hours_after_an_answer_without_end():
    assert not is_overdue(after(ANSWERED, ENDED), 9000 + 300_000, 300)
    assert is_overdue(after(ANSWERED, ENDED), 9000 + 300_001, 300)
    assert not is_overdue(after(ANSWERED), 1000 + 3600_000, 300)
    assert is_overdue(after(ANSWERED), 1000 + 6 * 3600_000 + 1, 300)
    assert not is_overdue(after(ANSWERED, ENDED, SPOOLED), 10**12, 300)


def test_gaps_are_looked_for_today_and_a_week_back():
    days = days_before(1_700_000_000_000)

    assert (days[0], days[-1], len(days)) == ("2023-11-14", "2023-11-07", 8)


def test_a_recording_that_lacks_more_than_clocks_explain_is_short():
    def archived(seconds: float) -> Entry:
        return after(SPOOLED, FileArchived(seconds, "k", "ab" * 32, 1, "ogg-opus", 9500), CallOver(100.0, 9000))

    assert not is_short(archived(96.1))
    assert is_short(archived(95.9))
    assert not is_short(after(SPOOLED, ENDED))


def test_a_hold_is_kept_through_every_state_until_it_ends():
    held = after(ANSWERED, HoldOrdered(2000), ENDED, SPOOLED, ARCHIVED, HoldOrdered(9999))

    assert (held.state, held.held_ms) == (EntryState.ARCHIVED, 2000)
    assert advance_entry(held, HoldEnded()).held_ms is None
    assert after(HoldEnded()) == OWED


def test_the_ledger_knows_whose_workers_see_the_file():
    assert after(SPOOLED).queue is None
    assert after(FileSpooled("/spool/a.wav", 6.1, 9100, "recordings.node-2")).queue == "recordings.node-2"


def test_the_ledger_knows_the_trace_of_a_file():
    spooled = FileSpooled("/spool/a.wav", 6.1, 9100, traceparent="00-a-b-01")

    assert after(spooled).traceparent == "00-a-b-01"


EXPIRED = FileExpired(99_000)
DAY_MS = 86_400_000
AFTER_A_WEEK_MS = began_ms_of(RECORDING) + 7 * DAY_MS


def test_an_archived_recording_is_over_once_it_is_as_old_as_the_rule():
    archived = after(SPOOLED, ARCHIVED)

    assert not is_over(archived, 7, AFTER_A_WEEK_MS - 1)
    assert is_over(archived, 7, AFTER_A_WEEK_MS)
    assert not is_over(archived, 8, AFTER_A_WEEK_MS)


@pytest.mark.parametrize("facts", [[ANSWERED], [SPOOLED], [SPOOLED, UNREADABLE], [SPOOLED, ARCHIVED, HoldOrdered(1)]])
def test_what_is_owed_lost_or_held_is_never_over(facts: list[object]):
    assert not is_over(after(*facts), 1, 10**15)
    assert after(*facts, EXPIRED) == after(*facts)


def test_an_expired_recording_owes_nothing_and_no_old_news_brings_it_back():
    expired = after(ANSWERED, ENDED, SPOOLED, ARCHIVED, EXPIRED)

    assert (expired.state, expired.expired_ms, expired.sha256) == (EntryState.EXPIRED, 99_000, "ab" * 32)
    assert expired.state in CLOSED and not is_short(expired)
    for fact in (ANSWERED, ENDED, SPOOLED, ARCHIVED, UNREADABLE, FileExpired(100_000)):
        assert to_view(advance_entry(expired, fact)) == to_view(expired)


def test_whoever_died_between_the_ledger_and_the_archive_left_a_file_that_goes_with_the_next_run():
    assert is_over(after(SPOOLED, ARCHIVED, EXPIRED), 7, AFTER_A_WEEK_MS)


def test_of_a_hold_and_the_rule_the_first_one_wins():
    assert after(SPOOLED, ARCHIVED, HoldOrdered(1), EXPIRED).state is EntryState.ARCHIVED
    assert after(SPOOLED, ARCHIVED, EXPIRED, HoldOrdered(100_000)).held_ms is None
    assert after(SPOOLED, ARCHIVED, HoldOrdered(1), HoldEnded(), EXPIRED).state is EntryState.EXPIRED


def test_what_the_object_store_holds_by_itself_is_archived_again():
    refused = after(SPOOLED, ARCHIVED, EXPIRED, RemovalRefused())

    assert refused == after(SPOOLED, ARCHIVED) == after(SPOOLED, ARCHIVED, RemovalRefused())


# -- what is in the channels

SPOKEN = CallOver(6.0, 9000, "customer,agent")
ONE_EMPTY = replace(ARCHIVED, customer_voice_seconds=0.0, agent_voice_seconds=3.2)


def test_a_channel_without_voice_is_marked_where_its_party_sent_some():
    assert after(ANSWERED, SPOKEN, SPOOLED, ONE_EMPTY).empty_channels == ("customer",)
    assert after(ONE_EMPTY, SPOOLED, SPOKEN).empty_channels == ("customer",)
    assert to_view(after(SPOKEN, ONE_EMPTY)).empty_channels == ["customer"]


@pytest.mark.parametrize("sent_by", ["agent", "", None])
def test_a_channel_of_a_party_that_sent_nothing_is_not(sent_by: str | None):
    assert after(CallOver(6.0, 9000, sent_by), ONE_EMPTY).empty_channels == ()


def test_what_was_not_listened_to_is_not_marked():
    assert after(SPOKEN, ARCHIVED).empty_channels == ()


def pcm(*channels: npt.NDArray[np.int16]) -> bytes:
    return np.stack(channels, axis=1).astype("<i2").tobytes()


def voice(seconds: float, amplitude: int) -> npt.NDArray[np.int16]:
    at = np.arange(int(seconds * 8000)) / 8000
    return (np.sin(2 * np.pi * 440 * at) * amplitude).astype(np.int16)


def test_voice_is_what_is_louder_than_a_line_s_noise():
    hearer = Hearer()
    hearer.take(pcm(voice(2.0, 8000), voice(2.0, 40)))
    hearer.take(pcm(voice(1.0, 0), voice(1.0, 8000)))

    assert hearer.voice_seconds() == (2.0, 1.0)


def test_pieces_of_any_size_come_to_the_same():
    sound = pcm(voice(1.0, 8000), voice(1.0, 0))
    hearer = Hearer()
    for begin in range(0, len(sound), 4 * 77):
        hearer.take(sound[begin : begin + 4 * 77])

    assert hearer.voice_seconds() == (1.0, 0.0)
