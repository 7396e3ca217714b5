"""Simulated shifts: what becomes of each call, and that the pacings do what they are for."""

import itertools
import random

import pytest

from callmodel.pacing import Pacer, Power, Progressive
from callmodel.pacing.simulation import Fate, Scenario, simulate

HOUR = 3600.0


class Asks:
    """A pacing that launches what it is told, and keeps what it has seen."""

    def __init__(self, *lines: int) -> None:
        self._lines = list(lines)
        self.facts, self.snapshots = [], []

    def observe(self, fact) -> None:
        self.facts.append(fact)

    def lines_to_launch(self, now, snapshot) -> int:
        self.snapshots.append(snapshot)
        return self._lines.pop(0) if self._lines else 0


def fate(*, answered: bool = True, machine: bool = False, after: float = 5.0, talk: float = 60.0) -> Fate:
    return Fate(0.0 if answered else 1.0, machine, after, after, 25.0, talk, 10.0)


def fates(seed: int):
    chance = random.Random(seed)
    while True:
        yield Fate(
            chance.random(),
            chance.random() < 0.3,
            1 + chance.gammavariate(3, 3),
            18.0,
            25.0,
            chance.expovariate(1 / 120),
            chance.expovariate(1 / 20),
        )


def shift(pacing, *fates_of_calls: Fate, agents: int = 1, **more):
    return simulate(Scenario(agents, lambda at: 0.5, HOUR, **more), pacing, iter(fates_of_calls))


def told(pacing: Asks) -> list[str]:
    return [type(fact).__name__ for fact in pacing.facts]


def test_a_person_who_answers_gets_the_free_agent():
    pacing = Asks(1)
    seen = shift(pacing, fate())

    assert told(pacing) == ["CallAnswered", "CustomerConnected", "TalkEnded", "WrapUpEnded"]
    assert (seen.launched, seen.answered, seen.abandoned) == (1, 1, 0)
    assert seen.productive == pytest.approx(70 / HOUR)


def test_who_answers_with_nobody_free_is_abandoned_after_the_grace():
    pacing = Asks(2)
    seen = shift(pacing, fate(), fate(after=6.0))

    assert (seen.answered, seen.abandoned, seen.worst_half_hour) == (2, 1, 0.5)
    assert next(fact.at for fact in pacing.facts if type(fact).__name__ == "CustomerAbandoned") == 8.0


def test_an_agent_who_is_free_within_the_grace_takes_the_customer():
    seen = shift(Asks(2), fate(talk=10.0), fate(after=24.0))

    assert (seen.answered, seen.abandoned) == (2, 0)


def test_machines_and_silence_take_no_agent():
    pacing = Asks(2)
    seen = shift(pacing, fate(machine=True), fate(answered=False))

    assert told(pacing) == ["CallAnswered", "CallUnanswered"]
    assert (seen.answered, seen.productive) == (0, 0.0)


def test_no_more_calls_than_lines_and_leads():
    assert shift(Asks(9), *[fate(answered=False)] * 9, lines_an_agent=3.0).launched == 3

    pacing = Asks(3, 3)
    ended = shift(pacing, *[fate(answered=False)] * 9, agents=5, leads=4)
    assert (ended.launched, ended.list_ended_at) == (4, 1.0)
    assert len(pacing.snapshots) == 2, "of a list that is over nothing is asked"


def test_agents_who_leave_take_their_calls_with_them():
    pacing = Asks(2)
    seen = shift(pacing, fate(talk=1_000.0), fate(talk=1_000.0), agents=2, leave_at=100.0, leaving=1)

    assert len(pacing.snapshots[-1].agents) == 1
    assert seen.productive_seconds == pytest.approx(1_010 + 95)
    assert seen.signed_in_seconds == HOUR + 100


def test_half_hours_add_up_to_the_shift():
    seen = simulate(Scenario(10, lambda at: 0.3, HOUR), Power(2.0), fates(1))

    assert sum(each.answered for each in seen.half_hours) == seen.answered
    assert sum(each.abandoned for each in seen.half_hours) == seen.abandoned
    assert sum(each.productive_seconds for each in seen.half_hours) == pytest.approx(seen.productive_seconds)


def test_progressive_abandons_nobody_and_predictive_keeps_agents_busier_within_the_cap():
    scenario = Scenario(20, lambda at: 0.25, HOUR)
    careful, ours = simulate(scenario, Progressive(), fates(2)), simulate(scenario, Pacer(), fates(2))

    assert careful.abandoned == 0
    assert ours.productive > 1.25 * careful.productive
    assert ours.abandonment <= 0.03


def test_wrong_beginnings_and_a_turning_list_stay_near_the_cap():
    wrong = Pacer(answer_rate=0.05, talk_seconds=30.0, wrap_up_seconds=5.0)
    turning = Scenario(20, lambda at: 0.1 if at < HOUR / 2 else 0.5, HOUR)

    assert simulate(turning, wrong, fates(3)).abandonment < 0.04


def test_a_shift_can_be_repeated():
    runs = [simulate(Scenario(5, lambda at: 0.3, HOUR), Pacer(), fates(4)) for _ in range(2)]

    assert runs[0].half_hours == runs[1].half_hours


def test_all_sites_as_one_pool_lose_less_than_each_alone():
    def busy(agents: int) -> float:
        return simulate(Scenario(agents, lambda at: 0.25, HOUR), Pacer(), fates(5)).productive

    assert busy(40) > busy(10) + 0.03


def test_common_fates_are_taken_in_the_order_of_launch():
    source = itertools.count()
    taken = (fate(answered=False)._replace(talk=float(next(source))) for _ in range(100))

    simulate(Scenario(2, lambda at: 0.5, 60.0), Progressive(), taken)
    assert next(source) == 6, "two agents, three rounds of 25 s"
