"""The demo's judgement: it hears wrong voices, swapped channels and silence, and does not believe file sizes."""

import io
from itertools import pairwise
from types import SimpleNamespace
from typing import cast
from unittest.mock import AsyncMock

import numpy as np
import pytest
import soundfile

from devstack.customers import Customer, customers
from devstack.dialling import AGENT_TONES_HZ, ALL_TONES_HZ, Attempt
from devstack.summary import Books, Summary, percentiles, summarise
from devstack.voices import voices_in
from simulators.behaviours import BEHAVIOURS, CUSTOMER_TONES_HZ
from simulators.call import PhoneCall
from simulators.tones import tone

CUSTOMER_HZ, AGENT_HZ = CUSTOMER_TONES_HZ[0], AGENT_TONES_HZ[0]
SILENCE = np.zeros(24_000, np.int16)
NO_BOOKS = cast("Books", SimpleNamespace(cdrs=AsyncMock(return_value=[]), gaps=AsyncMock(return_value=[])))
NOISE = (np.random.default_rng(7).standard_normal(24_000) * 3000).astype(np.int16)


def recording(customer: np.ndarray, agent: np.ndarray) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, np.column_stack([customer, agent]), 8000, format="OGG", subtype="OPUS")
    return file.getvalue()


def test_each_voice_in_its_channel_is_right():
    voices = voices_in(recording(tone(CUSTOMER_HZ, 3), tone(AGENT_HZ, 3)), ALL_TONES_HZ)

    assert voices.are(CUSTOMER_HZ, AGENT_HZ)
    assert voices.seconds == pytest.approx(3, abs=0.1)


@pytest.mark.parametrize(
    ("customer", "agent"),
    [
        (tone(AGENT_HZ, 3), tone(CUSTOMER_HZ, 3)),
        (tone(CUSTOMER_HZ, 3), SILENCE),
        (SILENCE, tone(AGENT_HZ, 3)),
        (tone(CUSTOMER_TONES_HZ[1], 3), tone(AGENT_HZ, 3)),
        (tone(CUSTOMER_HZ, 3) // 2 + tone(AGENT_HZ, 3) // 2, tone(AGENT_HZ, 3)),
        (NOISE, NOISE),
    ],
    ids=["swapped", "agent missing", "customer missing", "another customer", "mixed into one channel", "noise"],
)
def test_anything_else_is_wrong(customer: np.ndarray, agent: np.ndarray):
    assert not voices_in(recording(customer, agent), ALL_TONES_HZ).are(CUSTOMER_HZ, AGENT_HZ)


def test_a_customer_without_a_tone_must_speak_or_be_silent_as_expected():
    machine = voices_in(recording(NOISE, tone(AGENT_HZ, 3)), ALL_TONES_HZ)
    nobody = voices_in(recording(SILENCE, tone(AGENT_HZ, 3)), ALL_TONES_HZ)

    assert machine.are(None, AGENT_HZ)
    assert not nobody.are(None, AGENT_HZ)
    assert nobody.are(None, AGENT_HZ, customer_speaks=False)
    assert not machine.are(None, AGENT_HZ, customer_speaks=False)


def test_one_channel_is_no_recording():
    file = io.BytesIO()
    soundfile.write(file, tone(AGENT_HZ, 1), 8000, format="WAV")

    with pytest.raises(ValueError, match="two channels"):
        voices_in(file.getvalue(), ALL_TONES_HZ)


def test_tones_are_far_enough_apart_to_be_told_apart():
    tones = sorted(ALL_TONES_HZ)

    assert min(later - earlier for earlier, later in pairwise(tones)) >= 50


def test_a_deck_of_customers_holds_every_behaviour_and_mostly_people_who_answer():
    deck = customers()
    drawn = [next(deck) for _ in range(200)]

    assert len({customer.number for customer in drawn}) == 200
    assert {customer.number[-3:] for customer in drawn} >= BEHAVIOURS.keys()
    assert sum(customer.behaviour.final_code == 200 for customer in drawn) > 120
    assert all(len(customer.number) == 11 for customer in drawn)


def test_a_summary_with_a_problem_or_without_an_answered_call_is_not_ok():
    assert Summary(answered=1).to_json()["ok"] is True
    assert Summary(answered=0).to_json()["ok"] is False
    assert Summary(answered=1, problems=["something"]).to_json()["ok"] is False


def attempt(number: str, *, answered: bool) -> Attempt:
    call = SimpleNamespace(answered=answered, final_code=200 if answered else 503)
    return Attempt("1001", AGENT_HZ, Customer(number), cast("PhoneCall", call), dialled_at=0.0)


@pytest.mark.parametrize("suffix", ["123", "002", "003", "004", "005", "007", "008", "010"])
async def test_who_should_have_answered_and_did_not_is_a_problem(suffix: str):
    summary = await summarise([attempt(f"13800000{suffix}", answered=False)], NO_BOOKS, set())

    assert any("should have been answered" in problem for problem in summary.problems)
    assert not summary.ok


@pytest.mark.parametrize("suffix", ["486", "503", "480", "009", "001"])
async def test_who_never_answers_may_be_unanswered_but_not_answered(suffix: str):
    refused = await summarise([attempt(f"13800000{suffix}", answered=False)], NO_BOOKS, set())
    answered = await summarise([attempt(f"13800000{suffix}", answered=True)], NO_BOOKS, set())

    assert not any("answered" in problem for problem in refused.problems)
    assert any("nobody answers there" in problem for problem in answered.problems)


def test_percentiles_of_few_values_are_honest():
    assert percentiles([]) == {"p50": None, "p95": None}
    assert percentiles([7.04]) == {"p50": 7.0, "p95": 7.0}
    assert percentiles([float(value) for value in range(1, 102)]) == {"p50": 51.0, "p95": 96.0}
