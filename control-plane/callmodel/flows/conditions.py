"""What a branch of a flow may ask: of data, the caller, a calendar, or how a queue stands."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from callmodel.flows.patterns import matches
from callmodel.ids import CalendarId, QueueId

LONGEST_MATCHED = 64
"""Characters of data that a pattern is held against."""


@dataclass(frozen=True)
class DataIs:
    """Data has a value: every test that is given must hold; without one, that it is known at all.

    matches: a regular expression for the whole value.  at_least, at_most: of a number.
    """

    name: str
    equals: str | None = None
    one_of: tuple[str, ...] | None = None
    matches: str | None = None
    at_least: float | None = None
    at_most: float | None = None
    kind: str = "data"


@dataclass(frozen=True)
class CallerIs:
    """Who calls: every test that is given must hold.

    level: of a VIP, at least.  withheld: whether no number is known.  prefixes: the number begins with one of them.
    """

    vip: bool | None = None
    level: int | None = None
    withheld: bool | None = None
    prefixes: tuple[str, ...] | None = None
    kind: str = "caller"


@dataclass(frozen=True)
class CalendarIs:
    """A calendar is open, or closed; null for the calendar of the number that was dialled."""

    calendar_id: CalendarId | None = None
    open: bool = True
    kind: str = "calendar"


@dataclass(frozen=True)
class QueueIs:
    """How a queue stands.  `measure`: one of MEASURES; what is not known holds for nothing."""

    queue_id: QueueId
    measure: str
    at_least: float | None = None
    at_most: float | None = None
    kind: str = "queue"


Condition = DataIs | CallerIs | CalendarIs | QueueIs

MEASURES = ("waiting", "ready", "signed_in", "longest_wait_seconds", "estimate_seconds")


@dataclass(frozen=True)
class Case:
    """Where the call goes if all conditions hold."""

    when: tuple[Condition, ...]
    next: str


def data_holds(condition: DataIs, known: Mapping[str, str]) -> bool:
    """Say whether data is as a condition wants it."""
    value = known.get(condition.name, "")
    tests = []
    if condition.equals is not None:
        tests.append(value == condition.equals)
    if condition.one_of is not None:
        tests.append(value in condition.one_of)
    if condition.matches is not None:
        tests.append(matches(condition.matches, value[:LONGEST_MATCHED]))
    if condition.at_least is not None or condition.at_most is not None:
        tests.append(lies_within(_number(value), condition.at_least, condition.at_most))
    return all(tests) if tests else bool(value)


def lies_within(value: float | None, at_least: float | None, at_most: float | None) -> bool:
    """Say whether a number is known and lies between two others, either of which may be missing."""
    if value is None:
        return False
    return (at_least is None or value >= at_least) and (at_most is None or value <= at_most)


def _number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,6})?", text) else None
