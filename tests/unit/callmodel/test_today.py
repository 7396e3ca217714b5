"""Figures of a queue's day: each call once, whatever is told again, and a day as the tenant's calendar has it."""

from datetime import UTC, datetime

import pytest

from callmodel.ids import CallId
from callmodel.today import DayBook, Fate, Today, day_ends_ms

ONE, TWO, THREE = CallId("c1"), CallId("c2"), CallId("c3")
ENDS = 1_000


def a_day(*calls: CallId) -> DayBook:
    book = DayBook()
    for call_id in calls:
        book.offered(call_id, ENDS, 10)
    return book


def test_what_is_told_twice_counts_once():
    book = a_day(ONE, ONE, TWO, THREE)
    for _ in range(2):
        book.befell(ONE, Fate.IN_TIME)
        book.befell(TWO, Fate.ABANDONED)

    assert book.view(20) == Today(3, 1, 1, 1)
    assert book.view(20).service_level == 50.0


def test_who_was_answered_stays_so_and_who_was_thought_lost_may_come_back():
    book = a_day(ONE, TWO)
    book.befell(ONE, Fate.LATE)
    book.befell(ONE, Fate.ABANDONED)
    book.befell(TWO, Fate.ABANDONED)
    book.offered(TWO, ENDS, 30)

    assert book.view(40) == Today(2, 1, 0, 0)
    assert book.view(40).service_level == 0.0
    assert a_day(ONE).view(20).service_level is None, "nothing is decided yet"


def test_a_new_day_begins_with_nothing_and_knows_nobody_of_yesterday():
    book = a_day(ONE)
    assert book.view(ENDS) == Today()

    book.offered(TWO, 2 * ENDS, ENDS)
    book.befell(ONE, Fate.IN_TIME)

    assert book.view(ENDS + 1) == Today(offered=1)


@pytest.mark.parametrize(
    ("zone", "now", "ends"),
    [
        ("Asia/Shanghai", "2026-03-01T15:59:59", "2026-03-01T16:00:00"),
        ("Asia/Shanghai", "2026-03-01T16:00:00", "2026-03-02T16:00:00"),
        ("Europe/Berlin", "2026-03-28T23:30:00", "2026-03-29T22:00:00"),
        ("Nowhere/AtAll", "2026-03-01T16:00:00", "2026-03-02T00:00:00"),
    ],
    ids=["before midnight", "at midnight", "the day that summer time shortens", "a zone nobody knows"],
)
def test_the_day_is_the_tenants(zone: str, now: str, ends: str):
    at, end = (datetime.fromisoformat(each).replace(tzinfo=UTC).timestamp() * 1000 for each in (now, ends))
    assert day_ends_ms(int(at), zone) == end
