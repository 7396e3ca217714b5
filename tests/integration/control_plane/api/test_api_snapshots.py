"""What edges and media nodes run on follows each change, within a second, and says what they need."""

import hashlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from api_house import House, World, fresh, trunk
from published import published
from redis.asyncio import Redis

from callmodel import keys
from callmodel.directory import Directory
from callmodel.edgesnapshot import EdgeSnapshot, MediaProtection
from callmodel.routing import TrunkPlan, plan_call
from servicekit.redisio import connect
from servicekit.snapshots import Published


@pytest.fixture
async def redis(house: House) -> AsyncIterator[Redis]:
    client = connect(house.environment["TRUNKLINE_REDIS_URL"])
    yield client
    await client.aclose()


async def test_media_nodes_can_route_a_call_over_what_was_configured(world: World, redis: Redis):
    tenant, carrier, number = fresh("t"), fresh("c"), f"+8610{int(fresh('n')[2:], 16) % 10**8:08}"
    await world.admin.make("/tenants", {"tenant_id": tenant, "name": "Firm"})
    await world.admin.make("/trunks", trunk(carrier, tenant_ids=[tenant], rates=[rate("+8613")]))
    await world.admin.make("/numbers", {"number": number, "tenant_id": tenant, "trunk_ids": [carrier]})
    await world.admin.call("PATCH", f"/tenants/{tenant}", {"caller_rule": {"numbers": [number]}})

    directory = await published(
        redis, keys.DIRECTORY, lambda found: (made := found.tenant_of(tenant)) and made.caller_rule.numbers
    )

    plan = plan_call(directory, tenant, "013812345678")
    assert isinstance(plan, TrunkPlan)
    assert [(offer.trunk_id, offer.caller_pool) for offer in plan.offers] == [(carrier, (number,))]


async def test_edges_know_whom_to_admit_and_where_trunks_lead(world: World, redis: Redis):
    tenant, carrier = fresh("t"), fresh("c")
    await world.admin.make("/tenants", {"tenant_id": tenant, "name": "Firm"})
    body = {"extension": "1001", "site_id": "branch-1", "media": "srtp"}
    made = await world.admin.make(f"/tenants/{tenant}/stations", body)
    await world.admin.make("/trunks", trunk(carrier))

    edge = await published(redis, keys.EDGE, lambda found: has_trunk(found, carrier) and has_station(found, tenant))

    [station] = [each for each in edge.stations if each.tenant_id == tenant]
    [peering] = [each for each in edge.trunks if each.trunk_id == carrier]
    assert edge.domains[made["domain"]] == tenant
    assert station.ha1 == hashlib.md5(f"1001:{made['domain']}:{made['password']}".encode()).hexdigest()
    assert station.media is MediaProtection.SRTP and station.site_id in edge.branches
    assert [gateway.host for gateway in peering.gateways] == ["127.0.30.1", "127.0.30.2"]
    assert peering.credentials.ha1 == hashlib.md5(b"hq-1:carrier.example:from the contract").hexdigest()


async def test_what_goes_away_goes_from_the_snapshots(world: World, redis: Redis):
    tenant, carrier, site = fresh("t"), fresh("c"), fresh("s")
    await world.admin.make("/sites", {"site_id": site, "name": "Far away"})
    await world.admin.make("/tenants", {"tenant_id": tenant, "name": "Firm"})
    await world.admin.make(f"/tenants/{tenant}/stations", {"extension": "1001", "site_id": site})
    await world.admin.make("/trunks", trunk(carrier))
    await published(redis, keys.EDGE, lambda found: has_trunk(found, carrier) and has_station(found, tenant))

    await world.admin.call("DELETE", f"/tenants/{tenant}/stations/1001")
    await world.admin.call("PATCH", f"/trunks/{carrier}", {"enabled": False})
    await world.admin.call("PATCH", f"/sites/{site}", {"enabled": False})

    def all_went(found: EdgeSnapshot) -> bool:
        return not (site in found.branches or has_trunk(found, carrier) or has_station(found, tenant))

    await published(redis, keys.EDGE, all_went)


async def test_nothing_changed_is_no_new_version(world: World, redis: Redis):
    async def versions() -> dict[str, int]:
        status = await world.admin.get("/platform/status")
        return {snapshot["name"]: snapshot["version"] for snapshot in status["snapshots"]}

    name = fresh("s")
    await world.admin.make("/sites", {"site_id": name, "name": "Once"})
    await published(redis, keys.EDGE, lambda found: name in found.branches)
    before = await versions()
    # Setting what is set already publishes the same content.
    await world.admin.call("PATCH", f"/sites/{name}", {"name": "Twice"})
    await world.admin.make("/sites", {"site_id": f"{name}-2", "name": "After"})
    await published(redis, keys.EDGE, lambda found: f"{name}-2" in found.branches)

    after = await versions()
    assert after["directory"] > before["directory"]
    assert after["edge"] > before["edge"]


async def test_setting_what_is_set_is_no_new_version(world: World, redis: Redis):
    edge, name = Published(redis, keys.EDGE), fresh("s")
    await world.admin.make("/sites", {"site_id": name, "name": "Once"})
    await published(redis, keys.EDGE, lambda found: name in found.branches)
    before = (await edge.index())["platform"]

    await world.admin.call("PATCH", f"/sites/{name}", {"name": "Twice"})
    # What is told later is published later: the name has been read by then.
    tenant = fresh("t")
    await world.admin.make("/tenants", {"tenant_id": tenant, "name": "Firm"})
    await published(redis, keys.EDGE, lambda found: tenant in found.domains.values())

    assert (await edge.index())["platform"] == before, "a site's name is not published"


async def test_a_change_of_one_tenant_costs_only_its_part(world: World, redis: Redis):
    tenant, other = fresh("t"), fresh("t")
    for each in (tenant, other):
        await world.admin.make("/tenants", {"tenant_id": each, "name": "Firm"})
    await published(redis, keys.EDGE, lambda found: {tenant, other} <= set(found.domains.values()))
    edge = Published(redis, keys.EDGE)
    before = await edge.index()

    await world.admin.make(f"/tenants/{tenant}/stations", {"extension": "1001", "site_id": "branch-1"})
    await published(redis, keys.EDGE, lambda found: has_station(found, tenant))

    after = await edge.index()
    assert {name for name in after if after[name] != before.get(name)} == {f"tenant:{tenant}"}


async def test_a_number_goes_with_whoever_holds_it(world: World, redis: Redis):
    first, second = fresh("t"), fresh("t")
    number = f"+8610{int(fresh('n')[2:], 16) % 10**8:08}"
    for tenant in (first, second):
        await world.admin.make("/tenants", {"tenant_id": tenant, "name": "Firm"})
    await world.admin.make("/numbers", {"number": number, "tenant_id": first})

    def holder(found: Directory) -> str | None:
        did = found.did_of(number)
        return did.tenant_id if did else None

    await published(redis, keys.DIRECTORY, lambda found: holder(found) == first)
    await world.admin.call("DELETE", f"/numbers/{number}/tenant")
    await published(redis, keys.DIRECTORY, lambda found: holder(found) is None)
    await published(redis, keys.EDGE, lambda found: number not in found.numbers)

    await world.admin.call("PUT", f"/numbers/{number}/tenant", {"tenant_id": second})
    await published(redis, keys.DIRECTORY, lambda found: holder(found) == second)
    await published(redis, keys.EDGE, lambda found: number in found.numbers)


async def test_media_nodes_know_what_time_it_is_where(world: World, redis: Redis):
    tenant, near, far = fresh("t"), fresh("s"), fresh("s")
    await world.admin.make("/tenants", {"tenant_id": tenant, "name": "Firm", "time_zone": "Asia/Shanghai"})
    await world.admin.make("/sites", {"site_id": near, "name": "Near"})
    await world.admin.make("/sites", {"site_id": far, "name": "Far", "time_zone": "Asia/Urumqi"})

    directory = await published(redis, keys.DIRECTORY, lambda found: found.site_of(far) and found.tenant_of(tenant))
    zones = [directory.time_zone_of(tenant, site) for site in (None, near, far)]
    await world.admin.call("PATCH", f"/sites/{far}", {"time_zone": None})
    later = await published(redis, keys.DIRECTORY, lambda found: found.site_of(far).time_zone is None)

    assert zones == ["Asia/Shanghai", "Asia/Shanghai", "Asia/Urumqi"]
    assert later.time_zone_of(tenant, far) == "Asia/Shanghai"
    assert later.time_zone_of("nobody", None) == "UTC"


# The platform's part and each tenant's are published one after the other: who asks about both waits for both.


def has_trunk(found: EdgeSnapshot, trunk_id: str) -> bool:
    return any(each.trunk_id == trunk_id for each in found.trunks)


def has_station(found: EdgeSnapshot, tenant_id: str) -> bool:
    return any(each.tenant_id == tenant_id for each in found.stations)


def rate(prefix: str) -> dict[str, Any]:
    return {"prefix": prefix, "cost_per_minute": 0.05, "cost_class": "mobile"}


async def test_media_nodes_and_edges_know_who_calls_for_help_where(world: World, redis: Redis):
    tenant, carrier, site, number = fresh("t"), fresh("c"), fresh("s"), f"+8628{int(fresh('n')[2:], 16) % 10**8:08}"
    dialling = {"service_numbers": ["96xxx"]}
    await world.admin.make("/tenants", {"tenant_id": tenant, "name": "Firm", "dialling": dialling})
    await world.admin.make("/trunks", trunk(carrier, tenant_ids=[tenant], rates=[rate("+8613")], no_ring_ms=2000))
    await world.admin.make("/numbers", {"number": number, "trunk_ids": [carrier]})
    place = {"city": "Chengdu", "latitude": 30.5}
    body = {"site_id": site, "name": "Chengdu", "emergency_caller": number, "location": place}
    await world.admin.make("/sites", body | {"dialling": {"emergency_numbers": ["110"]}})

    directory = await published(redis, keys.DIRECTORY, lambda found: found.site_of(site) and found.tenant_of(tenant))
    edge = await published(redis, keys.EDGE, lambda found: site in found.site_dialling and tenant in found.dialling)

    plan = plan_call(directory, tenant, "110", site_id=site)
    assert isinstance(plan, TrunkPlan) and plan.is_emergency
    assert (plan.offers[0].trunk_id, plan.offers[0].caller_pool) == (carrier, (number,))
    assert plan.location is not None and (plan.location.city, plan.location.latitude) == ("Chengdu", 30.5)
    assert edge.site_dialling[site].emergency == ("110",)
    assert edge.dialling[tenant].services == ("96xxx",)
    assert [each.no_ring_ms for each in edge.trunks if each.trunk_id == carrier] == [2000]
