"""G.711, tones, RTP: what is played is what is heard, also when packets are lost or late."""

import struct

import numpy as np
import pytest

from simulators.behaviours import CUSTOMER_TONES_HZ
from simulators.g711 import DECODE, PCMA, PCMU, RATE, decode, encode, to_frames
from simulators.rtp import HEADER, Packet, Reception, event_packets, parse_rtp
from simulators.tones import (
    BEEP_HZ,
    dominant_tones,
    level_dbfs,
    loudest_tones,
    machine_frames,
    ringback_frames,
    silence,
    tone,
)


def heard(frames, payload_type=PCMU):
    return decode(b"".join(frames), payload_type)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize(("payload_type", "reference"), [(PCMU, "ulaw2lin"), (PCMA, "alaw2lin")])
def test_decoding_agrees_with_the_standard_library(payload_type, reference):
    audioop = pytest.importorskip("audioop", reason="gone from Python 3.13")
    codes = bytes(range(256))

    assert decode(codes, payload_type).tobytes() == getattr(audioop, reference)(codes, 2)


@pytest.mark.parametrize("payload_type", [PCMU, PCMA])
def test_encoding_takes_the_nearest_value(payload_type):
    samples = np.arange(-32768, 32768, 7).astype(np.int16)
    error = np.abs(decode(encode(samples, payload_type), payload_type).astype(int) - samples)
    nearest = np.abs(DECODE[payload_type].astype(int)[None, :] - samples[::50, None].astype(int)).min(axis=1)

    assert (error[::50] == nearest).all()


@pytest.mark.parametrize("payload_type", [PCMU, PCMA])
@pytest.mark.parametrize("hz", CUSTOMER_TONES_HZ)
def test_each_customer_tone_is_recognised_alone(hz, payload_type):
    samples = heard(to_frames(tone(hz, 1), payload_type), payload_type)

    assert dominant_tones(samples, RATE, [*CUSTOMER_TONES_HZ, 425, 440, BEEP_HZ]) == {hz}


def test_two_mixed_tones_are_both_heard_and_noise_is_none():
    mixed = tone(440, 2, -14) + tone(1160, 2, -20)
    noise = np.random.default_rng(1).normal(0, 1000, 2 * RATE).astype(np.int16)

    assert dominant_tones(mixed, RATE, [440, 600, 1160]) == {440, 1160}
    assert dominant_tones(noise, RATE, [440, 600, 1160]) == set()
    assert dominant_tones(silence(2), RATE, [440, 600, 1160]) == set()
    assert dominant_tones(silence(0), RATE, [440]) == set()


def test_loudest_tones_need_no_candidates():
    assert sorted(loudest_tones(tone(440, 1, -14) + tone(1160, 1, -20), RATE)) == [440, 1160]
    assert loudest_tones(silence(1), RATE) == []


def test_levels():
    assert level_dbfs(tone(1000, 1, -12)) == pytest.approx(-12, abs=0.1)
    assert level_dbfs(silence(1)) == -120


def test_answering_machine_greets_with_pauses_and_beeps_at_the_end():
    samples = heard(machine_frames(PCMU))
    greeting, ending = samples[: -RATE // 2], samples[-RATE // 2 :]
    blocks = greeting[: len(greeting) // 400 * 400].reshape(-1, 400).astype(float)
    loud = np.sqrt((blocks**2).mean(axis=1)) > 300

    assert dominant_tones(ending, RATE, [BEEP_HZ]) == {BEEP_HZ}
    assert dominant_tones(greeting, RATE, [BEEP_HZ], floor_dbfs=-30) == set()
    assert 0.6 < loud.mean() < 0.95
    assert np.abs(np.diff(loud.astype(int))).sum() >= 8


def test_ringback_is_one_second_on_and_four_off():
    samples = heard(ringback_frames(PCMA), PCMA)

    assert len(samples) == 5 * RATE
    assert dominant_tones(samples[:RATE], RATE, [425, 600]) == {425}
    assert level_dbfs(samples[RATE:]) < -60


def packet(index, payload=b"\x00" * 160, ssrc=1, timestamp=0):
    return Packet(index * 0.02, index & 0xFFFF, (timestamp + index * 160) & 0xFFFFFFFF, PCMU, ssrc, payload)


def test_lost_and_reordered_packets_leave_everything_else_in_place():
    frames = to_frames(tone(440, 0.2), PCMU)
    reception = Reception(10)
    for index in (0, 1, 3, 2, 6, 7, 8, 9):
        reception.add(packet(index, frames[index], timestamp=0xFFFFFFFF - 400), None)
    whole = heard(frames)
    samples = reception.samples()

    assert len(samples) == len(whole)
    assert (samples[: 4 * 160] == whole[: 4 * 160]).all()
    assert not samples[4 * 160 : 6 * 160].any()
    assert (samples[6 * 160 :] == whole[6 * 160 :]).all()


def test_another_sender_is_appended_and_counted():
    reception = Reception(10)
    for index in range(5):
        reception.add(packet(index), None)
    for index in range(5):
        reception.add(packet(index, ssrc=2, timestamp=123456789), None)

    assert len(reception.samples()) == 10 * 160
    assert len(reception.samples(0.1)) == 5 * 160
    assert reception.statistics().ssrcs == 2


def test_memory_is_bounded():
    reception = Reception(keep_seconds=1)
    for index in range(500):
        reception.add(packet(index), None)

    assert len(reception.samples()) == RATE
    assert reception.total_packets == 500


def test_statistics_count_losses_across_the_wrap():
    reception = Reception(10)
    for index in (65534, 65535, 65536, 65539):
        reception.add(packet(index), None)

    assert reception.statistics().lost == 2
    assert reception.statistics().longest_gap_seconds == pytest.approx(0.06)


def test_digit_is_counted_once_however_often_its_end_is_repeated():
    reception = Reception(10)
    for start, digit in ((1000, "5"), (9000, "5"), (20000, "#")):
        for step in range(5):
            for payload in event_packets(digit, step, 5):
                reception.add(Packet(0, 0, start, 101, 1, payload), 101)

    assert reception.digits == "55#"
    assert reception.total_packets == 0


def test_packets_with_extensions_padding_and_sources_are_understood():
    header = HEADER.pack(0x80 | 0x20 | 0x10 | 2, 0x80 | PCMU, 1, 2, 3)
    data = header + b"CSRCCSRC" + struct.pack("!HH", 0xBEDE, 1) + b"EXTN" + b"audio" + b"\0\0\3"
    parsed = parse_rtp(data, 0.0)

    assert parsed is not None
    assert (parsed.payload, parsed.payload_type) == (b"audio", PCMU)


NOT_RTP = [
    b"", b"\x80" * 11, b"\x00" * 40, HEADER.pack(0x80, 200, 1, 2, 3), HEADER.pack(0x90, 0, 1, 2, 3),
]  # fmt: skip


@pytest.mark.parametrize("data", NOT_RTP)
def test_what_is_no_rtp_is_ignored(data):
    assert parse_rtp(data, 0.0) is None
