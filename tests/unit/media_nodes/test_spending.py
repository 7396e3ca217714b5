"""What a node knows of tenants' spend: alarms, and whose calls have to end."""

import logging
from dataclasses import replace

import pytest

from callmodel.directory import Directory, Tenant
from callmodel.ids import CallId, TenantId, TrunkId
from callmodel.limits import Limits
from callmodel.spend import Bill
from media_nodes.spending import Spending
from tests.unit.callmodel.stories import ACME, CLAIMING, TALKING

DAY = "2023-11-14"
CLAIM = (CallId("c1"), TrunkId("t1"))


def spending(limit: float | None = 10.0) -> Spending:
    tenant = Tenant(ACME, "Acme", "acme.example", limits=Limits(spend_per_day=limit))
    return Spending(lambda: Directory(tenants=(tenant,)))


def test_settling_twice_is_harmless():
    known = spending()
    known.book(ACME, CLAIM, Bill(DAY, 60))
    known.book(ACME, CLAIM, Bill(DAY, 90))

    for _ in range(2):
        known.settle(ACME, CLAIM, Bill(DAY, 70))

    assert known.known(ACME, DAY) == 70


def test_redis_has_the_last_word():
    known = spending()
    known.book(ACME, CLAIM, Bill(DAY, 60))
    known.hear(ACME, DAY, 500)
    known.book(ACME, CLAIM, Bill(DAY, 80))

    assert known.known(ACME, DAY) == 520


def test_alarm_is_raised_once_for_each_level(caplog: pytest.LogCaptureFixture):
    known = spending()
    with caplog.at_level(logging.WARNING):
        for total in (1, 8, 9, 9, 10, 11, 15, 16):
            known.hear(ACME, DAY, total * 1_000_000)

    assert [record.level for record in caplog.records] == ["near", "reached", "stopped"]  # type: ignore[attr-defined]
    assert {record.alarm for record in caplog.records} == {"spend-limit"}  # type: ignore[attr-defined]


def test_calls_are_stopped_by_the_limit_as_it_is_now_and_only_those_on_trunks():
    for limit, stopped in ((10.0, True), (12.0, False), (None, False)):
        known = spending(limit)
        known.hear(ACME, DAY, 15_000_000)
        other = replace(TALKING, tenant_id=TenantId("globex"))

        assert known.to_stop([TALKING, CLAIMING, other]) == ([TALKING] if stopped else [])


def test_the_day_before_yesterday_is_forgotten():
    known = spending()
    for day in ("2026-01-01", "2026-01-02", "2026-01-03"):
        known.hear(ACME, day, 5)

    assert [known.known(ACME, f"2026-01-0{n}") for n in (1, 2, 3)] == [0, 5, 5]
