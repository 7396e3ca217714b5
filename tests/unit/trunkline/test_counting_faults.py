"""What makes a fault passed or not, and how long new calls were held up."""

from dataclasses import replace

import pytest

from tests.faults.catalogue import FAULTS
from tests.faults.counting import ended_wrongly, recorded_wrongly
from tests.faults.outcome import Outcome
from tests.faults.trial import Probes
from trunkline.conditions import serving_in

GOOD = Outcome("anything", 6, 0, 0, 0, 0, 0, 0.0, 2.0)


def test_a_fault_that_cost_nothing_is_passed():
    assert GOOD.ok
    assert replace(GOOD, calls_lost=2, allowed_lost=2).ok


@pytest.mark.parametrize(
    "changes",
    [
        {"calls_lost": 1},
        {"facts_lost": 1},
        {"facts_doubled": 1},
        {"recordings_lost": 1},
        {"seconds_to_new_calls": 2.1},
        {"seconds_to_new_calls": None},
        {"calls_in_progress": 0},
        {"remarks": ("something else went wrong",)},
    ],
    ids=str,
)
def test_a_fault_that_cost_something_is_not(changes: dict[str, object]):
    assert not replace(GOOD, **changes).ok


@pytest.mark.parametrize(
    ("placed", "seconds"),
    [
        ([("a", 0.2, 0.1), ("b", 0.4, 0.3)], 0.3),
        ([("a", 0.2, None), ("b", 0.4, 0.1), ("c", 0.6, None), ("d", 0.8, 0.25)], 1.05),
        ([("a", 0.2, 0.1), ("b", 0.4, None)], None),
        ([], None),
    ],
)
def test_new_calls_flow_again_from_the_first_after_which_none_failed(
    placed: list[tuple[str, float, float | None]], seconds: float | None
):
    assert Probes(placed).seconds_to_new_calls == seconds


CDR = {"call_id": "c1", "ending": "completed", "talk_seconds": 14.0, "recording_id": "c1-r"}


@pytest.mark.parametrize(
    ("entry", "wrong"),
    [
        ({"state": "archived", "actual_seconds": 13.2}, False),
        ({"state": "archived", "actual_seconds": 12.9}, True),
        ({"state": "lost", "actual_seconds": 14.0}, True),
        (None, True),
    ],
)
def test_a_recording_has_to_hold_what_was_said(entry: dict[str, object] | None, wrong: bool):
    entries = {} if entry is None else {"c1-r": entry}

    assert (recorded_wrongly(14.0, [CDR], entries) is not None) is wrong


def test_a_call_given_up_before_its_answer_owes_no_more_than_its_own_recording():
    given_up = CDR | {"call_id": "c0", "recording_id": "c0-r"}
    entries = {"c0-r": {"state": "empty"}, "c1-r": {"state": "archived", "actual_seconds": 14.0}}

    assert recorded_wrongly(14.0, [given_up, CDR], entries) is None


def test_only_calls_that_were_lost_may_end_with_their_node():
    cdrs = [CDR, CDR | {"ending": "node-lost"}, CDR | {"ending": "busy"}]

    assert ended_wrongly(cdrs, died=1) == ["call c1 ended as busy"]
    assert len(ended_wrongly(cdrs, died=0)) == 2


def test_every_fault_has_a_name_of_its_own():
    names = [fault.name for fault in FAULTS]

    assert len(names) == len(set(names))


def test_only_active_destinations_that_get_new_work_serve():
    def of_set(number: int, *flags: str) -> dict[str, object]:
        return {"SET": {"ID": number, "TARGETS": [{"DEST": {"URI": "sip:x", "FLAGS": flag}} for flag in flags]}}

    answer = {"result": {"RECORDS": [of_set(1, "AP", "IP", "TP"), of_set(2, "AP")]}}

    assert serving_in(answer) == 1
    assert serving_in({"error": {"message": "No Destination Sets"}}) == 0
