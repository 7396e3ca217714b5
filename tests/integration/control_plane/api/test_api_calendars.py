"""Calendars over HTTP: opening hours, what differs from them, and a number that follows them."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from api_house import House, World, a_flow, fresh
from published import published
from redis.asyncio import Redis

from callmodel import keys
from callmodel.flows.calendars import Calendar, SpecialDay
from servicekit.redisio import connect

OFFICE = {
    "calendar_id": "office",
    "time_zone": "Europe/Berlin",
    "hours": {"mon": ["09:00-12:00", "13:00-18:00"], "sun": ["01:00-04:00"]},
    "days": [
        {"date": "12-25", "until": "12-26", "name": "Christmas"},
        {"date": "2026-11-23", "closed": ["13:00-24:00"]},
    ],
}


@pytest.fixture
async def redis(house: House) -> AsyncIterator[Redis]:
    client = connect(house.environment["TRUNKLINE_REDIS_URL"])
    yield client
    await client.aclose()


@pytest.fixture
async def tenant_id(world: World) -> str:
    made = fresh("t")
    await world.admin.make("/tenants", {"tenant_id": made, "name": "Some Firm"})
    return made


def ms_of(*moment: int) -> int:
    return int(datetime(*moment, tzinfo=ZoneInfo("Europe/Berlin")).timestamp() * 1000)  # type: ignore[misc,arg-type]


async def test_media_nodes_have_a_calendar_as_it_was_set_up(world: World, redis: Redis, tenant_id: str):
    made = await world.admin.make(f"/tenants/{tenant_id}/calendars", OFFICE)
    found = await published(redis, keys.DIRECTORY, lambda found: found.calendar_of(tenant_id, "office"))

    assert found.calendar_of(tenant_id, "office") == Calendar(
        "office",
        "Europe/Berlin",
        {"mon": ("09:00-12:00", "13:00-18:00"), "sun": ("01:00-04:00",)},
        (
            SpecialDay("12-25", "12-26", name="Christmas"),
            SpecialDay("2026-11-23", closed=("13:00-24:00",)),
        ),
        tenant_id=tenant_id,
    )
    assert made["days"][1] == {"date": "2026-11-23", "until": None, "closed": ["13:00-24:00"], "open": [], "name": ""}


async def test_one_sees_whether_it_is_open_and_when_that_changes(world: World, tenant_id: str):
    await world.admin.make(f"/tenants/{tenant_id}/calendars", OFFICE)
    path = f"/tenants/{tenant_id}/calendars/office/state"

    async def state(*moment: int) -> tuple[bool, int]:
        seen = await world.admin.get(f"{path}?at_ms={ms_of(*moment)}")
        return seen["open"], seen["next_change_ms"]

    assert await state(2026, 11, 16, 9, 30) == (True, ms_of(2026, 11, 16, 12))
    assert await state(2026, 11, 16, 12, 30) == (False, ms_of(2026, 11, 16, 13))
    # The outing: that afternoon nobody is there.
    assert await state(2026, 11, 23, 14) == (False, ms_of(2026, 11, 29, 1))
    # Summer time begins: of the night's three hours one is skipped.
    assert await state(2027, 3, 28, 1, 30) == (True, ms_of(2027, 3, 28, 4))
    assert ms_of(2027, 3, 28, 4) - ms_of(2027, 3, 28, 1) == 2 * 3_600_000
    assert (await world.admin.get(path))["next_change_ms"] > 0


async def test_a_change_replaces_what_it_names_and_leaves_the_rest(world: World, tenant_id: str):
    path = f"/tenants/{tenant_id}/calendars"
    made = await world.admin.make(path, OFFICE)

    answer = await world.admin.call("PATCH", f"{path}/office", {"hours": {"tue": ["10:00-11:00"]}})

    assert answer.body == made | {"hours": {"tue": ["10:00-11:00"]}} == await world.admin.get(f"{path}/office")


@pytest.mark.parametrize(
    "changes, error_id",
    [
        ({"time_zone": "Europe/Atlantis"}, "time-zone-unknown"),
        ({"hours": {"mon": ["18:00-09:00"]}}, "calendar-not-sound"),
        ({"hours": {"mon": ["24:00-24:30"]}}, "calendar-not-sound"),
        ({"days": [{"date": "02-30"}]}, "calendar-not-sound"),
        ({"days": [{"date": "2026-12-25", "until": "2026-12-24"}]}, "calendar-not-sound"),
        ({"days": [{"date": "2026-12-25", "until": "12-26"}]}, "calendar-not-sound"),
        ({"hours": {"monday": []}}, "invalid-request"),
        ({"hours": {"mon": ["9-17"]}}, "invalid-request"),
    ],
)
async def test_hours_and_days_that_can_not_be_are_refused(
    world: World, tenant_id: str, changes: dict[str, Any], error_id: str
):
    path = f"/tenants/{tenant_id}/calendars"
    made = await world.admin.call("POST", path, OFFICE | changes)
    await world.admin.make(path, OFFICE)
    changed = await world.admin.call("PATCH", f"{path}/office", changes)

    for answer in (made, changed):
        assert (answer.status, answer.error_id) == (422, error_id), answer.body
        assert len(answer.body["detail"]) > 15


async def test_a_number_has_a_calendar_a_language_and_a_notice(world: World, redis: Redis, tenant_id: str):
    path, number = f"/tenants/{tenant_id}", f"+8621{int(fresh('n')[2:], 16) % 10**8:08}"
    await world.admin.make(f"{path}/calendars", OFFICE)
    await world.admin.make(f"{path}/prompts", {"prompt_id": "recorded"})
    await world.admin.make(f"{path}/flows", {"flow_id": "welcome", "document": a_flow()})
    await world.admin.make("/numbers", {"number": number, "tenant_id": tenant_id})
    where = {"flow_id": "welcome", "language": "zh-CN", "calendar_id": "office", "notice": "recorded"}

    given = await world.admin.call("PUT", f"{path}/numbers/{number}/route", where)
    found = await published(redis, keys.DIRECTORY, lambda found: (did := found.did_of(number)) and did.flow_id)
    did = found.did_of(number)
    refused = [
        await world.admin.call("PUT", f"{path}/numbers/{number}/route", where | {name: "nowhere"})
        for name in ("calendar_id", "notice")
    ]
    used = [await world.admin.call("DELETE", f"{path}/{what}") for what in ("calendars/office", "prompts/recorded")]

    assert where.items() <= given.body.items()
    assert (did.flow_id, did.language, did.calendar_id, did.notice) == ("welcome", "zh-CN", "office", "recorded")
    assert [answer.error_id for answer in refused] == ["calendar-unknown", "prompt-unknown"]
    assert [[use["kind"] for use in answer.body["used_by"]] for answer in used] == [["number"], ["number"]]
    # A route is replaced whole.
    bare = await world.admin.call("PUT", f"{path}/numbers/{number}/route", {"flow_id": "welcome"})
    assert (bare.body["language"], bare.body["calendar_id"], bare.body["notice"]) == (None, None, None)
    assert (await world.admin.call("DELETE", f"{path}/calendars/office")).status == 204


async def test_a_calendar_that_a_flow_branches_by_stays(world: World, tenant_id: str):
    path = f"/tenants/{tenant_id}"
    await world.admin.make(f"{path}/calendars", OFFICE)
    closed = {"when": [{"kind": "calendar", "calendar_id": "office", "open": False}], "next": "bye"}
    flow = a_flow(start={"kind": "branch", "cases": [closed], "otherwise": "bye"}, bye={"kind": "hang_up"})
    await world.admin.make(f"{path}/flows", {"flow_id": "welcome", "document": flow})
    assert (await world.admin.call("POST", f"{path}/flows/welcome/publish", {"edit": 1})).status == 200

    used = await world.admin.call("DELETE", f"{path}/calendars/office")

    assert used.body["used_by"] == [{"kind": "flow", "id": "welcome", "tenant_id": tenant_id}]
