"""What makes a fault passed or not, and how long new calls were held up."""

from dataclasses import replace

import pytest

from trunkline.conditions import serving_in
from trunkline.faults.catalogue import FAULTS
from trunkline.faults.outcome import Outcome
from trunkline.faults.trial import Probes

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
        ([("a", 0.2, True), ("b", 0.4, True)], 0.0),
        ([("a", 0.2, False), ("b", 0.4, True), ("c", 0.6, False), ("d", 0.8, True)], 0.8),
        ([("a", 0.2, True), ("b", 0.4, False)], None),
        ([], None),
    ],
)
def test_new_calls_flow_again_from_the_first_after_which_none_failed(
    placed: list[tuple[str, float, bool]], seconds: float | None
):
    assert Probes(placed).seconds_to_new_calls == seconds


def test_every_fault_has_a_name_of_its_own():
    names = [fault.name for fault in FAULTS]

    assert len(names) == len(set(names))


def test_only_active_destinations_that_get_new_work_serve():
    def of_set(number: int, *flags: str) -> dict[str, object]:
        return {"SET": {"ID": number, "TARGETS": [{"DEST": {"URI": "sip:x", "FLAGS": flag}} for flag in flags]}}

    answer = {"result": {"RECORDS": [of_set(1, "AP", "IP", "TP"), of_set(2, "AP")]}}

    assert serving_in(answer) == 1
    assert serving_in({"error": {"message": "No Destination Sets"}}) == 0
