"""Tenants, sites, users, stations, trunks and numbers over HTTP: what is taken, what is refused and why."""

import asyncio
import hashlib
import sqlite3
from typing import Any

import pytest
from api_house import ROLES, USER_PASSWORD, Client, House, World, fresh, signed_in, trunk
from redis import Redis

from callmodel import keys
from callmodel.ids import TenantId
from control_plane.retention import Kept


async def new_tenant(world: World, **changes: Any) -> str:
    tenant_id = fresh("t")
    await world.admin.make("/tenants", {"tenant_id": tenant_id, "name": "Some Firm"} | changes)
    return tenant_id


def new_number() -> str:
    return f"+8621{int(fresh('n')[2:], 16) % 10**8:08}"


async def test_a_tenant_gets_a_domain_of_its_own(world: World):
    tenant_id = await new_tenant(world)
    tenant = await world.admin.get(f"/tenants/{tenant_id}")

    assert tenant["domain"] == f"{tenant_id}.trunkline.test"
    again = await world.admin.call("POST", "/tenants", {"tenant_id": tenant_id, "name": "Again"})
    taken = await world.admin.call(
        "POST", "/tenants", {"tenant_id": fresh("t"), "name": "Thief", "domain": tenant["domain"]}
    )
    assert (again.status, again.error_id) == (409, "tenant-exists")
    assert (taken.status, taken.error_id) == (409, "domain-taken")


@pytest.mark.parametrize("domain", ["trunkline.test", "branch.trunkline.test", "x.branch.trunkline.test"])
async def test_the_platforms_own_domains_are_kept(world: World, domain: str):
    answer = await world.admin.call("POST", "/tenants", {"tenant_id": fresh("t"), "name": "X", "domain": domain})

    assert (answer.status, answer.error_id) == (422, "domain-reserved")


async def test_no_tenant_is_called_platform(world: World):
    answer = await world.admin.call("POST", "/tenants", {"tenant_id": "platform", "name": "X"})

    assert (answer.status, answer.error_id) == (422, "tenant-id-reserved")


@pytest.mark.parametrize(
    "field, value",
    [
        ("domain", "no-dot"),
        ("domain", "UPPER.example"),
        ("domain", "a_b.example"),
        ("domain", "acme.example;lr"),
        ("domain", "acme.example\r\nVia: x"),
        ("domain", "192.0.2.1"),
        ("tenant_id", "Acme"),
        ("tenant_id", "a"),
        ("tenant_id", "../etc"),
        ("name", 'x" <sip:evil@example>'),
        ("name", "line\nbreak"),
        ("max_channels", 0),
        ("max_channels", "10"),
        ("colour", "red"),
    ],
)
async def test_what_would_break_sip_is_refused_with_advice(world: World, field: str, value: Any):
    body = {"tenant_id": fresh("t"), "name": "Firm", field: value}
    answer = await world.admin.call("POST", "/tenants", body)

    assert answer.status == 422 and answer.error_id == "invalid-request"
    assert answer.body["errors"][0]["where"] == f"body.{field}"
    assert len(answer.body["errors"][0]["message"]) > 10


async def test_a_domain_with_stations_stays(world: World):
    tenant_id = await new_tenant(world)
    moved = await world.admin.call("PATCH", f"/tenants/{tenant_id}", {"domain": f"{tenant_id}.example"})
    await world.admin.make(f"/tenants/{tenant_id}/stations", {"extension": "100", "site_id": "branch-1"})
    stuck = await world.admin.call("PATCH", f"/tenants/{tenant_id}", {"domain": f"{tenant_id}.other.example"})

    assert moved.status == 200 and moved.body["domain"] == f"{tenant_id}.example"
    assert (stuck.status, stuck.error_id) == (409, "domain-in-use")
    # The domain it had before is free again.
    await new_tenant(world, domain=f"{tenant_id}.trunkline.test")


async def test_a_manager_changes_rules_and_not_limits(world: World):
    manager = world.users[("acme", "manager")]
    rule = {"kind": "rotating", "numbers": [world.ids["acme"]["number"]]}

    ruled = await manager.call("PATCH", "/tenants/acme", {"caller_rule": rule, "ring_timeout_seconds": 30})
    limits = {kind.value: 30 for kind in Kept} | {"max_channels": 9999}
    raised = [await manager.call("PATCH", "/tenants/acme", {name: limit}) for name, limit in limits.items()]

    assert ruled.status == 200 and ruled.body["caller_rule"] == rule | {"regions": {}}
    assert {(each.status, each.error_id) for each in raised} == {(403, "forbidden")}
    changed = await world.admin.call("PATCH", f"/tenants/{await new_tenant(world)}", limits)
    assert changed.status == 200 and limits.items() <= changed.body.items()


async def test_limits_are_hqs_to_set_and_reach_the_media_nodes_whole(world: World, house: House):
    tenant_id = await new_tenant(world)
    path = f"/tenants/{tenant_id}"
    born = (await world.admin.get(path))["limits"]
    limits = {"blocked_prefixes": ["+"], "allowed_prefixes": ["+86"], "spend_per_day": 12.5}

    given = await world.admin.call("PATCH", path, {"limits": limits})
    tried = await world.users[("acme", "manager")].call("PATCH", "/tenants/acme", {"limits": {}})

    defaults = {"hard_stop": 1.5, "calls_per_minute": None, "station_calls_per_minute": 20}
    assert born == defaults | {"allowed_prefixes": [], "blocked_prefixes": [], "spend_per_day": None}
    assert given.body["limits"] == (await world.admin.get(path))["limits"] == defaults | limits
    assert (tried.status, tried.error_id) == (403, "forbidden")


@pytest.mark.parametrize(
    "limits",
    [
        {"allowed_prefixes": ["86"]},
        {"spend_per_day": -1},
        {"hard_stop": 0.5},
        {"station_calls_per_minute": 0},
    ],
)
async def test_limits_that_mean_nothing_are_refused(world: World, limits: dict[str, Any]):
    answer = await world.admin.call("PATCH", "/tenants/acme", {"limits": limits})

    assert (answer.status, answer.error_id) == (422, "invalid-request")
    assert answer.body["errors"][0]["where"].startswith("body.limits")


async def test_a_prefix_is_allowed_or_blocked(world: World):
    limits = {"allowed_prefixes": ["+86"], "blocked_prefixes": ["+86"]}
    answer = await world.admin.call("PATCH", "/tenants/acme", {"limits": limits})

    assert (answer.status, answer.error_id) == (422, "prefix-allowed-and-blocked")


async def test_spend_of_today_is_for_managers_and_hq(world: World, house: House):
    tenant_id = await new_tenant(world)
    await world.admin.call("PATCH", f"/tenants/{tenant_id}", {"limits": {"spend_per_day": 10}})
    before = await world.admin.get(f"/tenants/{tenant_id}/spend")
    with Redis(port=house.redis_port) as redis:
        redis.hset(keys.spend(TenantId(tenant_id), before["day"]), "total", 8_500_000)

    after = await world.admin.get(f"/tenants/{tenant_id}/spend")
    asked = {role: (await world.users[("acme", role)].call("GET", "/tenants/acme/spend")).status for role in ROLES}

    assert (before["spent"], before["level"]) == (0, "free")
    assert after | {"day": ""} == {"day": "", "spent": 8.5, "limit": 10, "hard_stop": 15, "level": "near"}
    assert asked == {"agent": 403, "supervisor": 403, "manager": 200, "client": 403}


async def test_a_caller_rule_names_only_numbers_that_the_tenant_holds(world: World):
    rule = {"kind": "region", "numbers": [], "regions": {"+8610": world.ids["bolt"]["number"]}}
    answer = await world.users[("acme", "manager")].call("PATCH", "/tenants/acme", {"caller_rule": rule})

    assert (answer.status, answer.error_id) == (422, "caller-number-not-held")


async def test_users_see_their_tenants_and_no_other(world: World):
    mine = await world.users[("acme", "agent")].get("/tenants")

    assert [tenant["tenant_id"] for tenant in mine["items"]] == ["acme"]


async def test_a_stations_password_is_shown_once_and_never_kept(world: World, house: House):
    tenant_id = await new_tenant(world)
    made = await world.admin.make(f"/tenants/{tenant_id}/stations", {"extension": "1001", "site_id": "branch-1"})
    shown = await world.admin.get(f"/tenants/{tenant_id}/stations/1001")
    listed = await world.admin.get(f"/tenants/{tenant_id}/stations")

    assert len(made["password"]) >= 20 and made["domain"] == f"{tenant_id}.trunkline.test"
    assert "password" not in shown and "ha1" not in shown and listed["items"] == [shown]
    ha1 = hashlib.md5(f"1001:{made['domain']}:{made['password']}".encode()).hexdigest()
    raw = store_bytes(house)
    assert b"1001" in raw and made["password"].encode() not in raw and ha1.encode() not in raw


async def test_a_station_can_be_given_a_password_that_is_good_enough(world: World):
    path = f"/tenants/{await new_tenant(world)}/stations"
    await world.admin.make(path, {"extension": "100", "site_id": "branch-1", "password": "Xk7-tulip-9981"})

    weak = await world.admin.call("PUT", f"{path}/100/password", {"password": "aaaaaaaaaaaa"})
    short = await world.admin.call("PUT", f"{path}/100/password", {"password": "short"})
    given = await world.admin.call("PUT", f"{path}/100/password", {"password": "another-Tulip-77"})
    made = await world.admin.call("PUT", f"{path}/100/password", {})

    assert (weak.status, weak.error_id) == (422, "password-weak")
    assert short.status == 422 and "short" not in str(short.body["errors"])
    assert given.body["password"] == "another-Tulip-77"
    assert made.body["password"] != given.body["password"]


async def test_an_extension_is_taken_once(world: World):
    path = f"/tenants/{await new_tenant(world)}/stations"
    body = {"extension": "100", "site_id": "branch-1"}
    answers = await asyncio.gather(*(world.admin.call("POST", path, body) for _ in range(5)))

    assert sorted(answer.status for answer in answers) == [201, 409, 409, 409, 409]
    assert {answer.error_id for answer in answers if answer.status == 409} == {"extension-taken"}


async def test_a_station_moves_and_goes(world: World):
    path = f"/tenants/{await new_tenant(world)}/stations"
    await world.admin.make(path, {"extension": "100", "site_id": "branch-1"})

    nowhere = await world.admin.call("PATCH", f"{path}/100", {"site_id": "atlantis"})
    moved = await world.admin.call("PATCH", f"{path}/100", {"display_name": "Desk 7", "media": "srtp"})
    gone = await world.admin.call("DELETE", f"{path}/100")
    again = await world.admin.call("DELETE", f"{path}/100")

    assert (nowhere.status, nowhere.error_id) == (422, "site-unknown")
    assert (moved.body["display_name"], moved.body["media"], moved.body["site_id"]) == ("Desk 7", "srtp", "branch-1")
    assert (gone.status, again.status) == (204, 404)


async def test_a_carriers_password_goes_in_and_never_comes_out(world: World, house: House):
    trunk_id = fresh("carrier")
    secret = fresh("contract-secret")
    credentials = {"username": "hq-1", "realm": "carrier.example", "password": secret}
    made = await world.admin.make("/trunks", trunk(trunk_id, credentials=credentials))
    raw = store_bytes(house)

    assert made["credentials"] == {"username": "hq-1", "realm": "carrier.example"}
    assert secret not in str(await world.admin.get(f"/trunks/{trunk_id}"))
    assert secret.encode() not in raw
    assert hashlib.md5(f"hq-1:carrier.example:{secret}".encode()).hexdigest().encode() not in raw


async def test_a_trunk_s_media_networks_are_told_and_change(world: World):
    trunk_id = fresh("carrier")
    made = await world.admin.make("/trunks", trunk(trunk_id))
    told = await world.admin.call("PATCH", f"/trunks/{trunk_id}", {"media_networks": ["127.0.31.0/24"]})
    after = await world.admin.get(f"/trunks/{trunk_id}")

    assert made["media_networks"] == []
    assert told.body["media_networks"] == after["media_networks"] == ["127.0.31.0/24"]


async def test_a_trunk_changes(world: World):
    trunk_id = fresh("carrier")
    await world.admin.make("/trunks", trunk(trunk_id, registers=True))
    path = f"/trunks/{trunk_id}"

    changed = await world.admin.call("PATCH", path, {"enabled": False, "gateways": [{"host": "sip.carrier.example"}]})
    stuck = await world.admin.call("DELETE", f"{path}/credentials")
    await world.admin.call("PATCH", path, {"registers": False})
    dropped = await world.admin.call("DELETE", f"{path}/credentials")
    after = await world.admin.get(path)

    assert changed.body["gateways"] == [{"host": "sip.carrier.example", "port": 5060, "transport": "udp"}]
    assert (stuck.status, stuck.error_id) == (422, "credentials-missing")
    assert dropped.status == 204 and after["credentials"] is None and after["enabled"] is False


@pytest.mark.parametrize(
    "changes",
    [
        {"gateways": []},
        {"gateways": [{"host": "256.1.1.1"}]},
        {"gateways": [{"host": "carrier example"}]},
        {"gateways": [{"host": "x", "port": 0}]},
        {"gateways": [{"host": "x", "transport": "sctp"}]},
        {"sources": ["0.0.0.0/0"]},
        {"sources": ["carrier.example"]},
        {"media_networks": ["0.0.0.0/0"]},
        {"media_networks": ["carrier.example"]},
        {"rates": [{"prefix": "86", "cost_per_minute": 1, "cost_class": "national"}]},
        {"rates": [{"prefix": "+86", "cost_per_minute": -1, "cost_class": "national"}]},
        {"credentials": {"username": 'a"b', "realm": "r", "password": "p"}},
        {"credentials": None, "registers": True},
        {"tenant_ids": ["nowhere"]},
    ],
    ids=str,
)
async def test_a_trunk_that_could_not_work_is_refused(world: World, changes: dict[str, Any]):
    answer = await world.admin.call("POST", "/trunks", trunk(fresh("carrier"), **changes))

    assert answer.status == 422, answer.body


async def test_a_number_has_one_holder(world: World):
    number = new_number()
    await world.admin.make("/numbers", {"number": number})
    tenants = [await new_tenant(world) for _ in range(4)]

    answers = await asyncio.gather(
        *(world.admin.call("PUT", f"/numbers/{number}/tenant", {"tenant_id": tenant}) for tenant in tenants)
    )

    assert sorted(answer.status for answer in answers) == [200, 409, 409, 409]
    holder = (await world.admin.get(f"/numbers/{number}"))["tenant_id"]
    lists = [(await world.admin.get(f"/tenants/{tenant}/numbers"))["items"] for tenant in tenants]
    assert [bool(items) for items in lists] == [tenant == holder for tenant in tenants]


async def test_a_number_taken_back_leads_nowhere_and_can_be_lent_again(world: World):
    number = new_number()
    first, second = await new_tenant(world), await new_tenant(world)
    await world.admin.make(f"/tenants/{first}/stations", {"extension": "100", "site_id": "branch-1"})
    await world.admin.make("/numbers", {"number": number, "tenant_id": first, "route_to": "100"})

    assert (await world.admin.call("DELETE", f"/numbers/{number}/tenant")).status == 204
    lent = await world.admin.call("PUT", f"/numbers/{number}/tenant", {"tenant_id": second})

    assert lent.body["tenant_id"] == second and lent.body["route_to"] is None
    assert (await world.admin.get(f"/tenants/{first}/numbers"))["items"] == []


@pytest.mark.parametrize(
    "number", ["13812345678", "+0123456789", "+86", "+8621555501000000", "+86-21", "tel:+862155550100"]
)
async def test_a_number_has_its_country_code(world: World, number: str):
    answer = await world.admin.call("POST", "/numbers", {"number": number})

    assert answer.status == 422 and "country code" in answer.body["detail"]


async def test_a_number_rings_a_station_of_its_tenant(world: World):
    ids = world.ids["acme"]
    manager = world.users[("acme", "manager")]
    path = f"/tenants/acme/numbers/{ids['number']}/route"

    unknown = await manager.call("PUT", path, {"route_to": "9999"})
    nowhere = await manager.call("PUT", path, {"route_to": None})
    back = await manager.call("PUT", path, {"route_to": ids["extension"]})

    assert (unknown.status, unknown.error_id) == (422, "extension-unknown")
    assert nowhere.body["route_to"] is None and back.body["route_to"] == ids["extension"]


async def test_a_tenants_user_has_roles_there_only(world: World):
    body = {"display_name": "X", "password": USER_PASSWORD, "belongs_to": "tenant:acme"}
    elsewhere = await world.admin.call(
        "POST", "/users", body | {"username": fresh("u"), "roles": {"bolt": ["agent"]}}
    )
    hq = await world.admin.call("POST", "/users", body | {"username": fresh("u"), "is_hq_admin": True})
    provider = await world.admin.call(
        "POST",
        "/users",
        body
        | {
            "username": fresh("u"),
            "belongs_to": "provider:northwind",
            "roles": {"acme": ["agent"], "bolt": ["agent"]},
        },
    )

    assert (elsewhere.status, elsewhere.error_id) == (422, "roles-not-allowed")
    assert (hq.status, hq.error_id) == (422, "roles-not-allowed")
    assert provider.status == 201


async def test_a_user_name_is_taken_once_whatever_its_case(world: World):
    name = fresh("ann")
    body = {"display_name": "X", "password": USER_PASSWORD, "belongs_to": "platform"}
    answers = await asyncio.gather(
        *(
            world.admin.call("POST", "/users", body | {"username": each})
            for each in (name, name.upper(), name.title())
        )
    )

    assert sorted(answer.status for answer in answers) == [201, 409, 409]
    await signed_in(world.url, name.upper(), USER_PASSWORD)


async def test_managers_see_their_users_and_no_word_of_other_tenants(world: World):
    name = fresh("both")
    await world.admin.make(
        "/users",
        {
            "username": name,
            "display_name": "Both",
            "password": USER_PASSWORD,
            "belongs_to": "provider:northwind",
            "roles": {"acme": ["agent"], "bolt": ["manager"]},
        },
    )
    listed = (await world.users[("acme", "manager")].get("/tenants/acme/users?limit=500"))["items"]

    [both] = [user for user in listed if user["username"] == name]
    assert both["roles"] == ["agent"] and "bolt" not in str(listed)


async def test_nobody_takes_their_own_rights(world: World):
    me = await world.admin.get("/auth/me")

    answer = await world.admin.call("PATCH", f"/users/{me['user_id']}", {"is_hq_admin": False})

    assert (answer.status, answer.error_id) == (409, "own-account")


async def test_listings_come_in_pages(world: World):
    path = f"/tenants/{await new_tenant(world)}/stations"
    for extension in range(100, 107):
        await world.admin.make(path, {"extension": str(extension), "site_id": "branch-1"})

    seen, query = [], "?limit=3"
    while query:
        page = await world.admin.get(path + query)
        seen.append([station["extension"] for station in page["items"]])
        query = f"?limit=3&after={page['next']}" if page["next"] else ""
    foreign = await world.admin.call("GET", "/tenants/acme/stations?after=Zm9yZWlnbi10b2tlbg")

    assert seen == [["100", "101", "102"], ["103", "104", "105"], ["106"]]
    assert foreign.status == 422 and foreign.error_id == "invalid-request"


async def test_changes_leave_an_audit_row(world: World):
    from datetime import UTC, datetime

    tenant_id = await new_tenant(world)
    await world.admin.make(f"/tenants/{tenant_id}/stations", {"extension": "100", "site_id": "branch-1"})
    trail = await world.admin.get(f"/tenants/{tenant_id}/audit?day={datetime.now(UTC):%Y-%m-%d}")

    assert [(row["actor"], row["action"], row["address"]) for row in trail["items"]] == [
        ("admin", "stations.create", "127.0.0.1")
    ]


@pytest.mark.parametrize(
    "data, headers, status, error_id",
    [
        (b"{", {"Content-Type": "application/json"}, 400, "malformed-json"),
        (b"\xff\xfe", {"Content-Type": "application/json"}, 400, "malformed-json"),
        (b"[]", {"Content-Type": "application/json"}, 422, "invalid-request"),
        (b"tenant_id=x", {"Content-Type": "application/x-www-form-urlencoded"}, 415, "unsupported-media-type"),
        (b'{"x":"' + b"y" * 300_000 + b'"}', {"Content-Type": "application/json"}, 413, "body-too-large"),
    ],
    ids=["cut short", "not UTF-8", "a list", "a form", "oversized"],
)
async def test_bodies_that_are_no_good(
    world: World, data: bytes, headers: dict[str, str], status: int, error_id: str
):
    answer = await world.admin.call("POST", "/tenants", data=data, headers=headers)

    assert (answer.status, answer.error_id) == (status, error_id)
    assert answer.headers["Content-Type"] == "application/problem+json"


async def test_unknown_addresses_and_methods_are_problems_too(world: World):
    nowhere = await Client(world.url).call("GET", "/no/such/thing")
    wrong = await Client(world.url).call("DELETE", "/tenants")

    assert (nowhere.status, nowhere.error_id) == (404, "not-found")
    assert (wrong.status, wrong.error_id, wrong.headers["Allow"]) == (405, "method-not-allowed", "GET, POST")
    assert wrong.headers["X-Content-Type-Options"] == "nosniff" and wrong.headers["X-Request-Id"]


def store_bytes(house: House) -> bytes:
    """Return everything that is on disk of the store, write-ahead log included."""
    path = house.environment["TRUNKLINE_STORE_URL"].removeprefix("sqlite:///")
    with sqlite3.connect(path) as connection:
        return "\n".join(connection.iterdump()).encode()


OFFICE = {"country": "CN", "city": "Chengdu", "street": "Tianfu Avenue", "latitude": 30.57, "longitude": 104.06}


async def test_a_site_has_a_way_to_dial_a_number_for_emergencies_and_a_place(world: World):
    site, number = fresh("s"), new_number()
    await world.admin.make("/numbers", {"number": number})
    body = {"site_id": site, "name": "Manila", "dialling": {"country_code": "63"}, "location": OFFICE}
    made = await world.admin.make("/sites", body | {"emergency_caller": number})
    changed = await world.admin.call(
        "PATCH", f"/sites/{site}", {"dialling": {"country_code": "63", "emergency_numbers": ["911", "117"]}}
    )
    cleared = await world.admin.call("PATCH", f"/sites/{site}", {"emergency_caller": None, "location": None})

    assert (made["emergency_caller"], made["location"]["city"], made["location"]["room"]) == (number, "Chengdu", "")
    assert made["dialling"]["emergency_numbers"] is None
    assert changed.body["dialling"]["emergency_numbers"] == ["911", "117"]
    assert (cleared.body["emergency_caller"], cleared.body["location"]) == (None, None)
    assert cleared.body["dialling"] == changed.body["dialling"]


async def test_a_site_shows_no_number_that_hq_has_not(world: World):
    number = new_number()
    answer = await world.admin.call(
        "POST", "/sites", {"site_id": fresh("s"), "name": "Nowhere", "emergency_caller": number}
    )

    assert (answer.status, answer.error_id) == (422, "number-unknown")


@pytest.mark.parametrize(
    "dialling", [{"emergency_numbers": ["1"]}, {"emergency_numbers": ["11x"]}, {"service_numbers": ["x12"]}]
)
async def test_short_numbers_have_a_form(world: World, dialling: dict[str, Any]):
    answer = await world.admin.call(
        "POST", "/tenants", {"tenant_id": fresh("t"), "name": "Firm", "dialling": dialling}
    )

    assert (answer.status, answer.error_id) == (422, "invalid-request")


async def test_a_manager_does_not_say_what_passes_the_limits(world: World):
    manager = world.users[("acme", "manager")]
    mine = await manager.call("PATCH", "/tenants/acme", {"dialling": {"service_numbers": ["96xxx"]}})
    not_mine = await manager.call("PATCH", "/tenants/acme", {"dialling": {"emergency_numbers": ["96110"]}})

    assert (mine.status, not_mine.status) == (200, 403)
    await world.admin.call("PATCH", "/tenants/acme", {"dialling": {}})


async def test_no_station_has_an_emergency_number_of_its_place(world: World):
    tenant_id, site = await new_tenant(world), fresh("s")
    await world.admin.make("/sites", {"site_id": site, "name": "Manila", "dialling": {"country_code": "63"}})
    at_home = await world.admin.call(
        "POST", f"/tenants/{tenant_id}/stations", {"extension": "120", "site_id": "branch-1"}
    )
    there = await world.admin.call("POST", f"/tenants/{tenant_id}/stations", {"extension": "120", "site_id": site})

    assert (at_home.status, at_home.error_id) == (422, "extension-for-help")
    assert there.status == 201


async def test_a_trunk_says_how_its_carrier_writes_and_rings(world: World):
    carrier = fresh("c")
    made = await world.admin.make("/trunks", trunk(carrier))
    wanted = {"no_ring_ms": 4000, "country_code": "63", "trusts_identity": False}
    changed = await world.admin.call("PATCH", f"/trunks/{carrier}", wanted)
    cleared = await world.admin.call("PATCH", f"/trunks/{carrier}", {"country_code": None})

    assert (made["no_ring_ms"], made["country_code"], made["trusts_identity"]) == (6000, None, True)
    assert {name: changed.body[name] for name in wanted} == wanted
    assert (cleared.body["country_code"], cleared.body["trusts_identity"]) == (None, False)
