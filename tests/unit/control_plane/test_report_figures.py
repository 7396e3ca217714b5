"""Figures of reports: what a record adds to which sums, what follows from sums, and where intervals begin."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from callmodel.sight import COSTS
from control_plane.features.reports.counting import ALL, QUARTER_MS, Kind, add, count
from control_plane.features.reports.figures import FIGURES, figures_of, values_of
from control_plane.features.reports.intervals import Interval, begin_of, next_of
from control_plane.features.reports.service import _serves
from control_plane.features.reports.store import Summed
from control_plane.times import slot_begins_ms, slot_ends_ms

AT = 1_780_000_000_000 // QUARTER_MS * QUARTER_MS


def record(**more: Any) -> dict[str, Any]:
    """A call from outside, taken from a queue after 10 s, as a row keeps it: times of legs from its beginning."""
    customer = {"leg_id": "~-1", "role": "customer", "started_ms": 0, "answered_ms": 0, "ended_ms": 40_000,
                "trunk_id": "carrier", "cost_micros": 500, "voice": [1500, 0, 1, 4.2, 0, 1500, 0, 1, 4]}  # fmt: skip
    agent = {"leg_id": "~-2", "role": "agent", "started_ms": 5_000, "answered_ms": 10_000, "ended_ms": 40_000,
             "extension": "1001", "hold_seconds": 2.5}  # fmt: skip
    return {
        "call_id": "c1", "started_ms": AT + 1, "direction": "inbound", "ending": "completed",
        "answered_ms": AT + 10_001,
        "talk_seconds": 30.0, "hold_seconds": 2.5, "wait_seconds": 10.0, "queue_id": "sales", "queue_seconds": 10.0,
        "agent_id": "u1", "extension": "1001", "cost_micros": 500, "legs": [customer, agent], **more,
    }  # fmt: skip


GIVEN_UP = record(ending="abandoned", talk_seconds=0, wait_seconds=3.0, queue_seconds=3.0, started_ms=AT + QUARTER_MS)
for name in ("agent_id", "answered_ms", "extension", "legs"):
    del GIVEN_UP[name]


def test_a_call_counts_for_tenant_queue_agent_and_trunk_in_the_quarter_in_which_it_began():
    found = count([record(), GIVEN_UP], {"sales": 20})

    assert found[Kind.TENANT][AT][ALL] == {
        "calls": 1, "inbound": 1, "answered": 1, "talk_ms": 30_000, "hold_ms": 2_500, "wait_ms": 10_000,
        "longest_wait_ms": 10_000, "cost_micros": 500, "ending:completed": 1,
    }  # fmt: skip
    assert found[Kind.QUEUE][AT]["sales"] == {
        "offered": 1, "answered": 1, "answered_in_target": 1, "wait_ms": 10_000, "answer_wait_ms": 10_000,
        "longest_wait_ms": 10_000, "talk_ms": 30_000,
    }  # fmt: skip
    assert found[Kind.QUEUE][AT + QUARTER_MS]["sales"] == {
        "offered": 1, "abandoned": 1, "abandoned_soon": 1, "wait_ms": 3_000, "longest_wait_ms": 3_000
    }  # fmt: skip
    assert found[Kind.AGENT] == {
        AT: {"user:u1": {"calls": 1, "inbound": 1, "answered": 1, "talk_ms": 30_000, "hold_ms": 2_500}}
    }
    assert found[Kind.TRUNK][AT]["carrier"] == {
        "attempts": 1, "inbound": 1, "answered": 1, "busy_ms": 40_000, "mos_hundredths": 820, "mos_count": 2,
        "cost_micros": 500,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "subject"),
    [
        ({}, "user:u1"),
        ({"agent_id": None, "asked_by": "ana"}, "name:ana"),
        ({"agent_id": None}, "station:1001"),
    ],
)
def test_an_agent_is_who_took_the_call_else_who_placed_it_else_the_station(changes: dict[str, Any], subject: str):
    assert list(count([record(**changes)], {})[Kind.AGENT][AT]) == [subject]


def test_whoever_was_answered_late_is_not_within_the_target():
    assert "answered_in_target" not in count([record()], {"sales": 5})[Kind.QUEUE][AT]["sales"]


def test_sums_of_times_that_are_joined_give_the_figures_of_both():
    together: dict[str, int] = {}
    for quarter in count([record(), GIVEN_UP], {"sales": 20})[Kind.QUEUE].values():
        add(together, quarter["sales"])

    values = values_of(figures_of(Kind.QUEUE, priced=False), together)

    assert (values["offered"], values["service_level"], values["abandoned_share"]) == (2, 50.0, 50.0)
    assert (values["mean_answer"], values["mean_wait"], values["longest_wait"]) == (10.0, 6.5, 10.0)


def test_of_nothing_there_are_no_averages():
    values = values_of(figures_of(Kind.TRUNK, priced=True), {})

    assert (values["attempts"], values["cost"]) == (0, 0)
    assert {values[name] for name in ("answered_share", "mean_busy", "mos")} == {None}


def test_every_figure_says_what_it_means_and_costs_are_for_those_alone_who_may_see_them():
    for kind, figures in FIGURES.items():
        assert len({figure.name for figure in figures}) == len(figures)
        assert all(figure.definition.endswith(".") for figure in figures)
        assert not {figure.name for figure in figures_of(kind, priced=False)} & {"cost", *COSTS}
    assert "cost" in {figure.name for figure in figures_of(Kind.TRUNK, priced=True)}


SLOT = "2026-05-06T10:00"
SLOT_ENDS = slot_ends_ms(slot_begins_ms(SLOT))
MINUTE = 60_000


@pytest.mark.parametrize(
    ("summed_after", "now_after", "serves"),
    [
        (-20, -19.5, True),
        (-20, -18, False),
        (40, 49, True),
        (40, 60, False),
        (119, 600, False),
        (120, 100_000, True),
    ],
    ids=["now", "now, old", "just over", "just over, old", "not settled", "settled"],
)
def test_sums_serve_for_good_once_calls_are_over_and_before_that_a_while(
    summed_after: float, now_after: float, serves: bool
):
    summed = Summed(SLOT, {}, int(SLOT_ENDS + summed_after * MINUTE))

    assert _serves(summed, int(SLOT_ENDS + now_after * MINUTE)) is serves


def at(zone: str, *when: int) -> int:
    return int(datetime(*when, tzinfo=ZoneInfo(zone)).timestamp() * 1000)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("zone", "interval", "moment", "begins"),
    [
        ("Asia/Shanghai", Interval.QUARTER, (2026, 5, 6, 9, 44), (2026, 5, 6, 9, 30)),
        ("Asia/Kathmandu", Interval.HOUR, (2026, 5, 6, 9, 44), (2026, 5, 6, 9, 0)),
        ("Asia/Shanghai", Interval.DAY, (2026, 5, 6, 0, 5), (2026, 5, 6)),
        ("Asia/Shanghai", Interval.WEEK, (2026, 5, 10, 23, 59), (2026, 5, 4)),
        ("Europe/Berlin", Interval.DAY, (2026, 3, 29, 12, 0), (2026, 3, 29)),
    ],
)
def test_intervals_begin_by_the_tenants_clock(
    zone: str, interval: Interval, moment: tuple[int, ...], begins: tuple[int, ...]
):
    assert begin_of(interval, at(zone, *moment), ZoneInfo(zone)) == at(zone, *begins)


@pytest.mark.parametrize("day", [(2026, 3, 29), (2026, 10, 25), (2026, 6, 1)], ids=["23 h", "25 h", "24 h"])
def test_days_follow_each_other_though_a_clock_is_changed(day: tuple[int, int, int]):
    berlin = ZoneInfo("Europe/Berlin")
    begins = at("Europe/Berlin", *day)

    following = next_of(Interval.DAY, begins, berlin)

    assert following == begin_of(Interval.DAY, following, berlin)
    assert begin_of(Interval.DAY, following - 1, berlin) == begins
