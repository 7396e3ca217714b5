"""Strangers' connections: who is cut, when, and who never."""

import random

import pytest

from edge_proxy.connections import Closing, Connection, Limits, Strangers, level, source_of

CARRIER, OFFICE, ATTACKER = "198.51.100.7", "203.0.113.50", "192.0.2.66"


def strangers(seconds: float = 20, per_source: int = 5, in_all: int = 100) -> Strangers:
    return Strangers(Limits(seconds, per_source, in_all), lambda source: source == CARRIER)


def crowd(source: str, count: int, first: int = 1, *, proven: bool = False) -> list[Connection]:
    return [Connection(first + place, source, proven) for place in range(count)]


def test_a_stranger_has_its_seconds_from_the_first_look_whatever_it_sends():
    watch = strangers(seconds=20)
    come = crowd(ATTACKER, 1)

    assert watch.closing(come, 100) == []
    assert watch.closing(come, 119.9) == []
    assert watch.closing(come, 120) == [Closing(1, ATTACKER, "late")]


def test_who_has_said_who_it_is_stays_for_ever():
    watch = strangers(seconds=20)

    assert watch.closing(crowd(OFFICE, 500, proven=True), 0) == []
    assert watch.closing(crowd(OFFICE, 500, proven=True), 9999) == []


def test_who_says_it_in_time_is_no_stranger_any_more():
    watch = strangers(seconds=20)
    watch.closing(crowd(OFFICE, 1), 0)

    assert watch.closing(crowd(OFFICE, 1, proven=True), 25) == []


def test_a_carriers_silent_connections_stay():
    watch = strangers(seconds=20)
    watch.closing(crowd(CARRIER, 50), 0)

    assert watch.closing(crowd(CARRIER, 50), 60) == []


def test_beyond_its_quota_an_address_loses_those_who_came_first():
    watch = strangers(per_source=3)
    assert watch.closing(crowd(ATTACKER, 2, first=10), 0) == []

    closed = watch.closing([*crowd(ATTACKER, 3, first=12), *crowd(ATTACKER, 2, first=10), *crowd(OFFICE, 3)], 1)

    assert closed == [Closing(10, ATTACKER, "quota"), Closing(11, ATTACKER, "quota")]


def test_the_known_of_an_office_do_not_count_for_its_strangers():
    watch = strangers(per_source=5)
    known = crowd(OFFICE, 400, first=100, proven=True)

    assert watch.closing([*known, *crowd(OFFICE, 5)], 0) == []
    assert {each.id for each in watch.closing([*known, *crowd(OFFICE, 6)], 1)} == {1}


def test_when_all_are_too_many_the_fullest_addresses_give_way():
    watch = strangers(per_source=10, in_all=12)

    closed = watch.closing([*crowd("192.0.2.1", 9), *crowd("192.0.2.2", 8, first=20), *crowd(OFFICE, 2, first=40)], 0)

    assert {each.reason for each in closed} == {"full"}
    assert [each.id for each in closed] == [*range(1, 5), *range(20, 23)], "five each are left, and the office's two"


def test_an_address_of_ipv6_is_the_network_that_a_customer_has():
    watch = strangers(per_source=2)
    come = [Connection(place, f"2001:db8:1:2::{place:x}", proven=False) for place in range(1, 5)]

    assert [each.id for each in watch.closing(come, 0)] == [1, 2]
    assert source_of("2001:db8:1:2::9") != source_of("2001:db8:1:3::9")


def test_a_new_connection_with_an_old_number_has_its_own_time():
    watch = strangers(seconds=20)
    watch.closing(crowd(ATTACKER, 1), 0)
    watch.closing([], 10)

    assert watch.closing(crowd(OFFICE, 1), 30) == []


@pytest.mark.parametrize("seed", range(50))
def test_whoever_comes_the_limits_hold_and_nobody_is_cut_without_need(seed: int):
    chance = random.Random(seed)
    limits = Limits(20, chance.randint(1, 9), chance.randint(1, 40))
    come = [Connection(place, f"192.0.2.{chance.randint(1, 8)}", chance.random() < 0.2) for place in range(60)]
    closed = {each.id for each in Strangers(limits, lambda _: False).closing(come, 0)}

    left = [each for each in come if not each.proven and each.id not in closed]
    assert not closed & {each.id for each in come if each.proven}
    assert len(left) <= limits.in_all
    crowds = [sum(each.source == source for each in left) for source in {each.source for each in come}]
    assert max(crowds) <= limits.per_source
    if len(left) < limits.in_all - len(crowds) and closed:
        assert max(crowds) == limits.per_source, "cut for the quota alone"


@pytest.mark.parametrize(
    ("counts", "most", "each"),
    [([], 9, 0), ([3, 3], 9, 3), ([5, 5, 5], 9, 3), ([256, 256, 10], 100, 45), ([3, 3, 3], 2, 0)],
)
def test_level_is_what_each_may_keep(counts: list[int], most: int, each: int):
    assert level(counts, most) == each
