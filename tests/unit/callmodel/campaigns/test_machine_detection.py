"""Who has answered, by how long the greeting is; and where a beep ends.  `make bench` has a corpus of voices."""

import math
import random

import pytest

from callmodel.campaigns.machines.beeps import BeepEar
from callmodel.campaigns.machines.detecting import Costs, Detector, Verdict
from callmodel.campaigns.machines.readings import FRAME_MS, RATE_HZ, Reading, reading_of

SILENT, VOICE = Reading(-65.0), Reading(-22.0)
EVEN = Costs(1.0, 1.0)


def heard(*parts: tuple[Reading, float], costs: Costs = EVEN, most: float = 4.0) -> tuple[Verdict | None, float]:
    """Return what is said of these sounds, each for so many seconds, and when."""
    detector, frames = Detector(costs, most), 0
    for reading, seconds in parts:
        for _ in range(round(seconds * 1000 / FRAME_MS)):
            frames += 1
            verdict = detector.add(reading)
            if verdict is not None:
                return verdict, frames * FRAME_MS / 1000
    return None, frames * FRAME_MS / 1000


def test_who_says_hello_and_waits_is_a_person():
    verdict, seconds = heard((SILENT, 0.5), (VOICE, 0.5), (SILENT, 2.0))
    assert (verdict, seconds) == (Verdict.PERSON, pytest.approx(1.7))


def test_who_goes_on_is_a_machine_and_short_pauses_count_as_speech():
    assert heard((SILENT, 0.5), (VOICE, 4.0))[0] is Verdict.MACHINE
    halting = [(VOICE, 0.3), (SILENT, 0.1)] * 8
    assert heard(*halting)[0] is Verdict.MACHINE


def test_a_dearer_mistake_needs_a_longer_greeting():
    said = [(SILENT, 0.2), (VOICE, 1.9), (SILENT, 2.0)]
    assert heard(*said, costs=EVEN)[0] is Verdict.MACHINE
    assert heard(*said, costs=Costs(10.0, 1.0))[0] is Verdict.PERSON
    assert Costs(2.0, 2.0).speech_seconds == EVEN.speech_seconds < Costs(10.0, 1.0).speech_seconds


def test_silence_and_clicks_are_taken_for_a_person():
    assert heard((SILENT, 9.0)) == (Verdict.UNSURE, 4.0)
    assert heard((SILENT, 0.5), (VOICE, 0.04), (SILENT, 9.0)) == (Verdict.UNSURE, 4.0)
    assert heard((SILENT, 9.0), most=2.0) == (Verdict.UNSURE, 2.0)


def test_a_steady_noise_is_no_voice():
    assert heard((Reading(-35.0), 9.0))[0] is Verdict.UNSURE


def tone(hz: float, level: float = 0.15, noise: float = 0.0, seed: int = 1) -> list[int]:
    chance = random.Random(seed)
    return [
        round(32767 * (level * math.sin(2 * math.pi * hz * n / RATE_HZ) + noise * chance.gauss(0, 1)))
        for n in range(RATE_HZ * FRAME_MS // 1000)
    ]


@pytest.mark.parametrize("hz", [440, 850, 1000, 1400, 2000])
def test_a_tone_is_known_by_its_pitch(hz: int):
    assert reading_of(tone(hz, noise=0.001)).tone_hz == pytest.approx(hz, abs=10)


def test_noise_and_two_tones_are_no_tone():
    assert reading_of(tone(1000, level=0.0, noise=0.1)).tone_hz is None
    both = [a + b for a, b in zip(tone(697), tone(1209), strict=True)]
    assert reading_of(both).tone_hz is None, "keys are no beep"
    assert reading_of([0] * 160) == Reading(-96.0)


def test_a_beep_is_heard_once_it_has_lasted_and_told_when_it_is_over():
    ear, beep = BeepEar(), Reading(-20.0, 1000.0)
    assert [ear.add(beep) for _ in range(10)].index(True) == 5 and not ear.is_over
    overs = []
    for _ in range(5):
        ear.add(SILENT)
        overs.append(ear.is_over)
    assert overs == [False, False, True, True, True]


def test_a_voice_that_glides_is_no_beep():
    ear = BeepEar()
    assert not any(ear.add(Reading(-20.0, 600.0 + 20 * step)) for step in range(40))


def test_a_beep_is_a_machines_whatever_was_said():
    assert heard((SILENT, 0.3), (VOICE, 0.4), (Reading(-20.0, 1000.0), 0.2))[0] is Verdict.MACHINE
