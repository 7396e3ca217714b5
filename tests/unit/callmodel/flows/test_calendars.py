"""Opening hours by local time, on holidays, and around changes of summer time."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callmodel.flows.calendars import WEEKDAYS, Calendar, SpecialDay, is_open, next_change, problems_of
from callmodel.ids import CalendarId

OFFICE = dict.fromkeys(WEEKDAYS[:5], ("09:00-12:00", "13:00-17:30"))


def calendar(zone: str = "Europe/Berlin", *days: SpecialDay, hours: dict[str, tuple[str, ...]] = OFFICE) -> Calendar:
    return Calendar(CalendarId("office"), zone, hours, days)


def at(text: str, zone: str = "Europe/Berlin", fold: int = 0) -> int:
    """Milliseconds since 1970 of a local time."""
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).timestamp()) * 1000


@pytest.mark.parametrize(
    ("text", "opened"),
    [
        ("2026-09-21 09:00", True),
        ("2026-09-21 08:59:59", False),
        ("2026-09-21 12:00", False),
        ("2026-09-21 12:59", False),
        ("2026-09-21 17:29:59", True),
        ("2026-09-21 17:30", False),
        ("2026-09-19 10:00", False),
    ],
)
def test_weekdays_have_hours(text, opened):
    assert is_open(calendar(), at(text)) is opened


def test_hours_are_local():
    noon_in_shanghai = at("2026-09-21 14:00", "Asia/Shanghai")

    assert is_open(calendar("Asia/Shanghai"), noon_in_shanghai)
    assert not is_open(calendar("Europe/Berlin"), noon_in_shanghai)


def test_holidays_are_closed_each_year_or_once():
    known = calendar("Europe/Berlin", SpecialDay("12-25", name="Christmas"), SpecialDay("2026-09-22", name="Outing"))

    assert not is_open(known, at("2026-12-25 10:00"))
    assert not is_open(known, at("2028-12-25 10:00"))
    assert not is_open(known, at("2026-09-22 10:00"))
    assert is_open(known, at("2027-09-22 10:00"))


def test_days_between_the_years_are_closed_over_the_turn():
    known = calendar("Europe/Berlin", SpecialDay("12-24", "01-02"))

    assert not is_open(known, at("2026-12-31 10:00"))
    assert not is_open(known, at("2027-01-01 10:00"))
    assert is_open(known, at("2027-01-04 10:00"))


def test_golden_week_is_closed_and_a_saturday_is_worked_for_it():
    known = calendar(
        "Asia/Shanghai", SpecialDay("2026-10-01", "2026-10-07"), SpecialDay("2026-10-10", open=("09:00-16:00",))
    )

    assert not is_open(known, at("2026-10-05 10:00", "Asia/Shanghai"))
    assert is_open(known, at("2026-10-10 15:59", "Asia/Shanghai"))
    assert not is_open(known, at("2026-10-10 16:00", "Asia/Shanghai"))


def test_afternoon_may_be_closed_by_itself():
    known = calendar("Europe/Berlin", SpecialDay("2026-12-24", closed=("12:00-24:00",)))

    assert is_open(known, at("2026-12-24 11:00"))
    assert not is_open(known, at("2026-12-24 14:00"))


def test_what_is_opened_counts_more_than_what_is_closed():
    known = calendar(
        "Europe/Berlin", SpecialDay("12-24", "12-31"), SpecialDay("2026-12-28", closed=(), open=("10:00-11:00",))
    )

    assert is_open(known, at("2026-12-28 10:30"))
    assert not is_open(known, at("2026-12-28 11:30"))


# -- changes


def test_next_change_is_the_end_of_the_span_or_the_next_beginning():
    assert next_change(calendar(), at("2026-09-21 10:00")) == at("2026-09-21 12:00")
    assert next_change(calendar(), at("2026-09-21 12:00")) == at("2026-09-21 13:00")
    assert next_change(calendar(), at("2026-09-18 18:00")) == at("2026-09-21 09:00")


def test_spans_that_meet_are_one():
    known = calendar(hours={"mon": ("09:00-12:00", "12:00-17:00")})

    assert next_change(known, at("2026-09-21 10:00")) == at("2026-09-21 17:00")


def test_midnight_between_open_days_is_no_change():
    known = calendar(hours={"mon": ("20:00-24:00",), "tue": ("00:00-02:00",)})

    assert next_change(known, at("2026-09-21 21:00")) == at("2026-09-22 02:00")


@pytest.mark.parametrize("hours", [{}, dict.fromkeys(WEEKDAYS, ("00:00-24:00",))])
def test_calendar_that_never_changes_says_so(hours):
    assert next_change(calendar(hours=hours), at("2026-09-21 10:00")) is None


# -- summer time: Berlin skips 02:00 to 03:00 on 2026-03-29, and has that hour twice on 2026-10-25

NIGHT = dict.fromkeys(WEEKDAYS, ("02:15-02:45",))
LATE = dict.fromkeys(WEEKDAYS, ("01:00-02:30",))


def test_hour_that_is_skipped_is_open_for_nobody():
    known = calendar(hours=NIGHT)

    assert next_change(known, at("2026-03-28 03:00")) == at("2026-03-30 02:15")


def test_span_that_is_cut_by_the_change_ends_with_it():
    known = calendar(hours=LATE)

    assert is_open(known, at("2026-03-29 01:59:59"))
    assert not is_open(known, at("2026-03-29 03:00"))
    assert next_change(known, at("2026-03-29 01:30")) == at("2026-03-29 03:00")


def test_hour_that_comes_twice_is_open_twice():
    known = calendar(hours=NIGHT)
    first, second = at("2026-10-25 02:15"), at("2026-10-25 02:15", fold=1)
    assert second - first == 3_600_000

    assert next_change(known, at("2026-10-25 01:00")) == first
    assert next_change(known, first) == at("2026-10-25 02:45")
    assert next_change(known, at("2026-10-25 02:45")) == second
    assert next_change(known, second) == at("2026-10-25 02:45", fold=1)


def test_office_hours_do_not_move_with_the_clocks():
    assert next_change(calendar(), at("2026-03-27 18:00")) == at("2026-03-30 09:00")


ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Shanghai", "UTC", "America/Sao_Paulo"]
minutes = st.integers(0, 24 * 60 - 1)
spans = st.tuples(minutes, minutes).map(sorted).filter(lambda pair: pair[0] < pair[1])
texts = spans.map(lambda pair: f"{pair[0] // 60:02}:{pair[0] % 60:02}-{pair[1] // 60:02}:{pair[1] % 60:02}")
day_names = st.dates(datetime(2026, 1, 1).date(), datetime(2027, 12, 31).date()).map(lambda day: day.isoformat())
specials = st.builds(SpecialDay, day_names, closed=st.lists(texts).map(tuple), open=st.lists(texts).map(tuple))
calendars = st.builds(
    Calendar,
    st.just(CalendarId("any")),
    st.sampled_from(ZONES),
    st.dictionaries(st.sampled_from(WEEKDAYS), st.lists(texts, max_size=3).map(tuple)),
    st.lists(specials, max_size=3).map(tuple),
)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(lambda each: int(each.timestamp()) * 1000)


@settings(max_examples=150, deadline=None)
@given(calendars, moments)
def test_nothing_changes_before_the_next_change_and_something_does_then(known, at_ms):
    assert problems_of(known) == []
    then = next_change(known, at_ms)
    if then is None:
        return
    assert then > at_ms
    assert is_open(known, then) is not is_open(known, at_ms)
    assert is_open(known, then - 1) is is_open(known, at_ms)
    for part in range(1, 60):
        between = at_ms + (then - 1 - at_ms) * part // 60
        assert is_open(known, between) is is_open(known, at_ms)


@settings(max_examples=100, deadline=None)
@given(calendars, moments)
def test_a_week_of_minutes_is_as_open_as_its_changes_say(known, at_ms):
    at_ms -= at_ms % 60_000
    opened, then = is_open(known, at_ms), next_change(known, at_ms)
    for minute in range(0, 2 * 24 * 60, 7):
        moment = at_ms + minute * 60_000
        while then is not None and moment >= then:
            opened, then = not opened, next_change(known, then)
        assert is_open(known, moment) is opened


# -- what is wrong with one


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (calendar("Mars/Olympus"), "`Mars/Olympus` is no time zone"),
        (calendar("../etc/passwd"), "is no time zone"),
        (calendar(hours={"monday": ()}), "`monday` is no weekday"),
        (calendar(hours={"mon": ("9-17",)}), "`9-17` is no span of a day"),
        (calendar(hours={"mon": ("22:00-06:00",)}), "over midnight, write two"),
        (calendar(hours={"mon": ("09:00-24:30",)}), "is no span"),
        (calendar("UTC", SpecialDay("25.12.")), "`25.12.` is no date"),
        (calendar("UTC", SpecialDay("2026-02-30")), "`2026-02-30` is no date"),
        (calendar("UTC", SpecialDay("2026-02-03", "02-04")), "are a date and a yearly day"),
        (calendar("UTC", SpecialDay("2026-02-03", "2026-02-01")), "2026-02-03 is after 2026-02-01"),
        (calendar("UTC", SpecialDay("12-24", open=("noon",))), "`noon` is no span"),
    ],
)
def test_calendar_that_is_wrong_is_told_what(wrong, said):
    assert said in "\n".join(problems_of(wrong))


def test_calendar_of_no_zone_goes_by_utc_rather_than_not_at_all():
    known = calendar("Mars/Olympus", hours={"mon": ("09:00-10:00",)})

    assert is_open(known, at("2026-09-21 09:30", "UTC"))
    assert next_change(known, at("2026-09-21 09:30", "UTC")) - at("2026-09-21 09:30", "UTC") == int(
        timedelta(minutes=30).total_seconds() * 1000
    )
