"""What edges and media nodes run on follows each change, within a second, and says what they need."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from api_house import House, World, fresh, trunk
from redis.asyncio import Redis

from callmodel import keys
from callmodel.codec import ShapeError, from_wire
from callmodel.directory import StoredDirectory, trunks_in
from callmodel.edgesnapshot import (
    BRANCH,
    DOMAIN,
    NUMBER,
    STATION,
    TENANT,
    TRUNK,
    EdgeStation,
    EdgeTrunk,
    MediaProtection,
    station_key,
)
from callmodel.entries import TableEntries
from callmodel.routing import TrunkPlan, plan_call
from servicekit.redisio import connect
from servicekit.snapshots import Published


@pytest.fixture
async def redis(house: House) -> AsyncIterator[Redis]:
    client = connect(house.environment["TRUNKLINE_REDIS_URL"])
    yield client
    await client.aclose()


async def published(redis: Redis, key: str, wanted: Callable[[TableEntries], object]) -> TableEntries:
    """Return all that is published once it is as wanted."""
    parts = Published(redis, key)
    async with asyncio.timeout(5):
        while True:
            names = await parts.names()
            documents = await parts.documents(*names) if names else []
            entries = TableEntries(*(document for document in documents if document is not None))
            if wanted(entries):
                return entries
            await asyncio.sleep(0.02)


def directory_in(entries: TableEntries) -> StoredDirectory:
    def refuse(error: ShapeError) -> None:
        raise error

    return StoredDirectory(entries, tuple(trunks_in(entries, refuse)), refuse)


async def test_media_nodes_can_route_a_call_over_what_was_configured(world: World, redis: Redis):
    tenant, carrier, number = fresh("t"), fresh("c"), f"+8610{int(fresh('n')[2:], 16) % 10**8:08}"
    await world.admin.make("/tenants", {"tenant_id": tenant, "name": "Firm"})
    await world.admin.make("/trunks", trunk(carrier, tenant_ids=[tenant], rates=[rate("+8613")]))
    await world.admin.make("/numbers", {"number": number, "tenant_id": tenant, "trunk_ids": [carrier]})
    await world.admin.call("PATCH", f"/tenants/{tenant}", {"caller_rule": {"numbers": [number]}})

    entries = await published(
        redis,
        keys.DIRECTORY,
        lambda found: (made := directory_in(found).tenant_of(tenant)) and made.caller_rule.numbers,
    )

    plan = plan_call(directory_in(entries), tenant, "013812345678")
    assert isinstance(plan, TrunkPlan)
    assert [(offer.trunk_id, offer.caller_pool) for offer in plan.offers] == [(carrier, (number,))]


async def test_edges_know_whom_to_admit_and_where_trunks_lead(world: World, redis: Redis):
    tenant, carrier = fresh("t"), fresh("c")
    await world.admin.make("/tenants", {"tenant_id": tenant, "name": "Firm"})
    body = {"extension": "1001", "site_id": "branch-1", "media": "srtp"}
    made = await world.admin.make(f"/tenants/{tenant}/stations", body)
    await world.admin.make("/trunks", trunk(carrier))

    edge = await published(redis, keys.EDGE, lambda found: found.get(TRUNK, carrier))

    station = from_wire(EdgeStation, edge.get(STATION, station_key(made["domain"], "1001")))
    peering = from_wire(EdgeTrunk, edge.get(TRUNK, carrier))
    assert edge.get(DOMAIN, made["domain"]) == {"tenant_id": tenant}
    assert station.ha1 == hashlib.md5(f"1001:{made['domain']}:{made['password']}".encode()).hexdigest()
    assert station.media is MediaProtection.SRTP and edge.get(BRANCH, station.site_id) is not None
    assert [gateway.host for gateway in peering.gateways] == ["127.0.30.1", "127.0.30.2"]
    assert peering.credentials.ha1 == hashlib.md5(b"hq-1:carrier.example:from the contract").hexdigest()


async def test_what_goes_away_goes_from_the_snapshots(world: World, redis: Redis):
    tenant, carrier, site = fresh("t"), fresh("c"), fresh("s")
    await world.admin.make("/sites", {"site_id": site, "name": "Far away"})
    await world.admin.make("/tenants", {"tenant_id": tenant, "name": "Firm"})
    made = await world.admin.make(f"/tenants/{tenant}/stations", {"extension": "1001", "site_id": site})
    await world.admin.make("/trunks", trunk(carrier))
    station = station_key(made["domain"], "1001")
    await published(redis, keys.EDGE, lambda found: found.get(TRUNK, carrier) and found.get(STATION, station))

    await world.admin.call("DELETE", f"/tenants/{tenant}/stations/1001")
    await world.admin.call("PATCH", f"/trunks/{carrier}", {"enabled": False})
    await world.admin.call("PATCH", f"/sites/{site}", {"enabled": False})

    edge = await published(redis, keys.EDGE, lambda found: found.get(BRANCH, site) is None)
    assert edge.get(STATION, station) is None
    assert edge.get(TRUNK, carrier) is None


async def test_nothing_changed_is_no_new_version(world: World, redis: Redis):
    async def versions() -> dict[str, int]:
        status = await world.admin.get("/platform/status")
        return {snapshot["name"]: snapshot["version"] for snapshot in status["snapshots"]}

    name = fresh("s")
    await world.admin.make("/sites", {"site_id": name, "name": "Once"})
    await published(redis, keys.EDGE, lambda found: found.get(BRANCH, name) is not None)
    before = await versions()
    # Setting what is set already publishes the same content.
    await world.admin.call("PATCH", f"/sites/{name}", {"name": "Twice"})
    await world.admin.make("/sites", {"site_id": f"{name}-2", "name": "After"})
    await published(redis, keys.EDGE, lambda found: found.get(BRANCH, f"{name}-2") is not None)

    after = await versions()
    assert after["directory"] == before["directory"], "sites are not in the directory"
    assert after["edge"] > before["edge"]


async def test_a_change_of_one_tenant_costs_only_its_part(world: World, redis: Redis):
    tenant, other = fresh("t"), fresh("t")
    for each in (tenant, other):
        await world.admin.make("/tenants", {"tenant_id": each, "name": "Firm"})
    await published(redis, keys.EDGE, lambda found: found.get(TENANT, tenant) and found.get(TENANT, other))
    edge = Published(redis, keys.EDGE)
    before = await edge.index()

    made = await world.admin.make(f"/tenants/{tenant}/stations", {"extension": "1001", "site_id": "branch-1"})
    await published(redis, keys.EDGE, lambda found: found.get(STATION, station_key(made["domain"], "1001")))

    after = await edge.index()
    assert {name for name in after if after[name] != before.get(name)} == {f"tenant:{tenant}"}


async def test_a_number_goes_with_whoever_holds_it(world: World, redis: Redis):
    first, second = fresh("t"), fresh("t")
    number = f"+8610{int(fresh('n')[2:], 16) % 10**8:08}"
    for tenant in (first, second):
        await world.admin.make("/tenants", {"tenant_id": tenant, "name": "Firm"})
    await world.admin.make("/numbers", {"number": number, "tenant_id": first})

    def holder(found: TableEntries) -> str | None:
        did = directory_in(found).did_of(number)
        return did.tenant_id if did else None

    await published(redis, keys.DIRECTORY, lambda found: holder(found) == first)
    await world.admin.call("DELETE", f"/numbers/{number}/tenant")
    await published(redis, keys.DIRECTORY, lambda found: holder(found) is None)
    edge = await published(redis, keys.EDGE, lambda found: found.get(NUMBER, number) is None)
    assert edge.get(TENANT, first) is not None

    await world.admin.call("PUT", f"/numbers/{number}/tenant", {"tenant_id": second})
    await published(redis, keys.DIRECTORY, lambda found: holder(found) == second)
    await published(redis, keys.EDGE, lambda found: found.get(NUMBER, number) is not None)


def rate(prefix: str) -> dict[str, Any]:
    return {"prefix": prefix, "cost_per_minute": 0.05, "cost_class": "mobile"}
