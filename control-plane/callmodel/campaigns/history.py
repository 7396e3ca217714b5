"""What a campaign's calls were like, as counted by the hour when each is settled: what a simulation learns from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from callmodel.flows.calendars import zone_of

LEAST_ATTEMPTS, LEAST_ANSWERS = 200, 50
"""Before these, chance says more than the campaign."""
LEAST_IN_HOUR = 60
"""Attempts of an hour of the day, before it has an answer rate of its own."""
DAY_HOURS = 24


@dataclass(frozen=True)
class HourCount:
    """What was counted in an hour.  Times are sums, in milliseconds.  `at_ms`: when the hour began.

    answered: customers who had an agent, or went without; abandoned: of these, who went without.
    attempts: that count.  people, machines: of these, who answered.  talks: with an agent.  rung_ms: of those whom
    people answered, from the node's taking of the claim.  wrap_ups: that ended.
    """

    at_ms: int
    answered: int = 0
    abandoned: int = 0
    attempts: int = 0
    people: int = 0
    machines: int = 0
    rung_ms: int = 0
    talks: int = 0
    talk_ms: int = 0
    wrap_ups: int = 0
    wrap_up_ms: int = 0


@dataclass(frozen=True)
class Learnt:
    """What history says; None where it says too little.  Shares of 1, times seconds; by_hour: 24, or none.

    answer_rate: attempts that people or machines answered.  machines: of those.
    """

    attempts: int = 0
    answer_rate: float | None = None
    machines: float | None = None
    by_hour: tuple[float, ...] = ()
    answer_seconds: float | None = None
    talk_seconds: float | None = None
    wrap_up_seconds: float | None = None


def learnt_from(hours: Sequence[HourCount], time_zone: str) -> Learnt:
    """Return what the hours say of the campaign's calls.  time_zone: whose days its hours are of."""
    attempts = sum(each.attempts for each in hours)
    people, machines = sum(each.people for each in hours), sum(each.machines for each in hours)
    talks, wrap_ups = sum(each.talks for each in hours), sum(each.wrap_ups for each in hours)
    rate = (people + machines) / attempts if attempts >= LEAST_ATTEMPTS else None
    enough = people + machines >= LEAST_ANSWERS
    return Learnt(
        attempts=attempts,
        answer_rate=rate,
        machines=machines / (people + machines) if enough else None,
        by_hour=_by_hour(hours, time_zone, rate) if rate is not None else (),
        answer_seconds=_mean_seconds(sum(each.rung_ms for each in hours), people),
        talk_seconds=_mean_seconds(sum(each.talk_ms for each in hours), talks),
        wrap_up_seconds=_mean_seconds(sum(each.wrap_up_ms for each in hours), wrap_ups),
    )


def _by_hour(hours: Sequence[HourCount], time_zone: str, rate: float) -> tuple[float, ...]:
    attempts, answers = [0] * DAY_HOURS, [0] * DAY_HOURS
    for each in hours:
        hour = datetime.fromtimestamp(each.at_ms / 1000, zone_of(time_zone)).hour
        attempts[hour] += each.attempts
        answers[hour] += each.people + each.machines
    return tuple(
        answered / made if made >= LEAST_IN_HOUR else rate for answered, made in zip(answers, attempts, strict=True)
    )


def _mean_seconds(sum_ms: int, count: int) -> float | None:
    return max(sum_ms / count / 1000, 1.0) if count >= LEAST_ANSWERS else None
