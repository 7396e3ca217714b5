"""Tenants, sites, users, stations, trunks and numbers over HTTP: what is taken, what is refused and why."""

import asyncio
import hashlib
import sqlite3
from datetime import UTC, datetime
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

    defaults = {
        "hard_stop": 1.5,
        "calls_per_minute": None,
        "station_calls_per_minute": 20,
        "longest_call_minutes": None,
    }
    assert born == defaults | {"allowed_prefixes": [], "blocked_prefixes": [], "spend_per_day": None}
    assert given.body["limits"] == (await world.admin.get(path))["limits"] == defaults | limits
    assert (tried.status, tried.error_id) == (403, "forbidden")


async def test_a_change_of_nested_settings_leaves_their_others_as_they_are(world: World):
    path = f"/tenants/{await new_tenant(world)}"
    number = new_number()
    await world.admin.make("/numbers", {"number": number, "tenant_id": path.rpartition("/")[2]})
    await world.admin.call(
        "PATCH",
        path,
        {
            "limits": {"blocked_prefixes": ["+44"], "spend_per_day": 10, "calls_per_minute": 7},
            "dialling": {"country_code": "49", "outside_prefix": "9"},
            "caller_rule": {"kind": "region", "numbers": [number], "regions": {"+8610": number}},
        },
    )
    before = await world.admin.get(path)

    await world.admin.call("PATCH", path, {"limits": {"spend_per_day": 20}})
    await world.admin.call("PATCH", path, {"limits": {"calls_per_minute": None}})
    await world.admin.call("PATCH", path, {"dialling": {"national_prefix": ""}})
    await world.admin.call("PATCH", path, {"caller_rule": {"kind": "rotating"}})
    await world.admin.call("PATCH", path, {"caller_rule": {"regions": {}}})
    after = await world.admin.get(path)

    assert after["limits"] == before["limits"] | {"spend_per_day": 20, "calls_per_minute": None}
    assert after["limits"]["blocked_prefixes"] == ["+44"]
    assert after["dialling"] == before["dialling"] | {"national_prefix": ""}
    assert after["caller_rule"] == {"kind": "rotating", "numbers": [number], "regions": {}}


async def test_a_prefix_that_is_blocked_already_is_not_allowed_beside_it(world: World):
    path = f"/tenants/{await new_tenant(world)}"
    await world.admin.call("PATCH", path, {"limits": {"blocked_prefixes": ["+44"]}})

    answer = await world.admin.call("PATCH", path, {"limits": {"allowed_prefixes": ["+44"]}})

    assert (answer.status, answer.error_id) == (422, "prefix-allowed-and-blocked")


async def test_changes_at_once_of_one_tenants_limits_are_all_kept_or_told_to_try_again(world: World):
    path = f"/tenants/{await new_tenant(world)}"
    parts = [{"spend_per_day": 5}, {"blocked_prefixes": ["+44"]}, {"calls_per_minute": 9}, {"hard_stop": 3}]

    answers = await asyncio.gather(*(world.admin.call("PATCH", path, {"limits": part}) for part in parts))

    kept = (await world.admin.get(path))["limits"]
    for part, answer in zip(parts, answers, strict=True):
        assert answer.status == 200 or (answer.status, answer.error_id) == (409, "tenant-changed")
        assert answer.status == 409 or part.items() <= kept.items(), "what was taken stays"


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


async def test_tenants_and_sites_have_a_time_zone_that_there_is(world: World):
    path, site = f"/tenants/{await new_tenant(world)}", fresh("s")
    await world.admin.make("/sites", {"site_id": site, "name": "Away"})
    born = [(await world.admin.get(each))["time_zone"] for each in (path, f"/sites/{site}")]

    set_ = [
        (await world.admin.call("PATCH", each, {"time_zone": "Asia/Shanghai"})).body["time_zone"]
        for each in (path, f"/sites/{site}")
    ]
    renamed = await world.admin.call("PATCH", f"/sites/{site}", {"name": "There"})
    wrong = [
        await world.admin.call("PATCH", path, {"time_zone": "Mars/Olympus"}),
        await world.admin.call("PATCH", f"/sites/{site}", {"time_zone": "posix"}),
        await world.admin.call("POST", "/sites", {"site_id": fresh("s"), "name": "X", "time_zone": "CST-8"}),
        await world.admin.call("POST", "/tenants", {"tenant_id": fresh("t"), "name": "X", "time_zone": "Berlin"}),
    ]

    assert born == ["UTC", None] and set_ == ["Asia/Shanghai", "Asia/Shanghai"]
    assert renamed.body["time_zone"] == "Asia/Shanghai"
    assert {(answer.status, answer.error_id) for answer in wrong} == {(422, "time-zone-unknown")}
    odd = await world.admin.call("PATCH", path, {"time_zone": "../etc/passwd"})
    assert (odd.status, odd.error_id) == (422, "invalid-request")


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
    never = await world.admin.call("DELETE", f"{path}/101")

    assert (nowhere.status, nowhere.error_id) == (422, "site-unknown")
    assert (moved.body["display_name"], moved.body["media"], moved.body["site_id"]) == ("Desk 7", "srtp", "branch-1")
    assert (gone.status, again.status, never.status) == (204, 204, 404)


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

    assert changed.body["gateways"] == [{"host": "sip.carrier.example", "port": None, "transport": None}]
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


def a_user(**changes: Any) -> dict[str, Any]:
    return {"name": fresh("n"), "display_name": "Li", "password": USER_PASSWORD, "roles": ["agent"]} | changes


async def test_a_manager_makes_changes_and_disables_users_of_the_tenant(world: World):
    manager, body = world.users[("acme", "manager")], a_user(teams=["north"])
    made = await manager.make("/tenants/acme/users", body)
    path = f"/tenants/acme/users/{made['user_id']}"
    agent = await signed_in(world.url, made["username"], USER_PASSWORD)
    me = await agent.get("/auth/me")

    promoted = await manager.call("PATCH", path, {"roles": ["agent", "supervisor"], "teams": ["north", "south"]})
    disabled = await manager.call("PATCH", path, {"enabled": False})

    assert made["username"] == f"{body['name']}@acme" and made["belongs_here"] and "password" not in made
    assert (me["belongs_to"], me["roles"], me["teams"]) == ("tenant:acme", {"acme": ["agent"]}, {"acme": ["north"]})
    assert (promoted.body["roles"], promoted.body["teams"]) == (["agent", "supervisor"], ["north", "south"])
    assert disabled.body["enabled"] is False and (await agent.call("GET", "/auth/me")).status == 401
    assert (await manager.call("DELETE", path)).status == 204
    assert (await manager.call("POST", f"{path}/restore")).body["archived_ms"] is None


async def test_a_manager_s_users_take_no_name_that_tells_of_others(world: World):
    taken = await world.users[("bolt", "manager")].make("/tenants/bolt/users", a_user())
    name = taken["username"].partition("@")[0]

    again = await world.users[("bolt", "manager")].call("POST", "/tenants/bolt/users", a_user(name=name))
    elsewhere = await world.users[("acme", "manager")].make("/tenants/acme/users", a_user(name=name))

    assert (again.status, again.error_id) == (409, "username-taken")
    assert elsewhere["username"] == f"{name}@acme"


async def test_of_a_firm_s_user_a_manager_sets_the_teams_and_nothing_else(world: World):
    name = fresh("firm")
    body = {"display_name": "Both", "password": USER_PASSWORD, "belongs_to": "provider:northwind"}
    roles = {"acme": ["agent"], "bolt": ["agent"]}
    user_id = (
        await world.admin.make("/users", body | {"username": name, "roles": roles, "teams": {"bolt": ["east"]}})
    )["user_id"]
    manager, path = world.users[("acme", "manager")], f"/tenants/acme/users/{user_id}"

    teamed = await manager.call("PATCH", path, {"teams": ["north"]})
    tried = [await manager.call("PATCH", path, {"enabled": False}), await manager.call("DELETE", path)]

    assert teamed.status == 200 and not teamed.body["belongs_here"]
    assert {(answer.status, answer.error_id) for answer in tried} == {(403, "user-of-others")}
    account = await world.admin.get(f"/users/{user_id}")
    assert (account["roles"], account["teams"]) == (roles, {"acme": ["north"], "bolt": ["east"]})


async def test_a_manager_keeps_their_own_rights_and_password_as_they_are(world: World):
    manager = world.users[("acme", "manager")]
    path = f"/tenants/acme/users/{(await manager.get('/auth/me'))['user_id']}"

    tried = [
        await manager.call("PATCH", path, {"roles": ["agent"]}),
        await manager.call("PATCH", path, {"enabled": False}),
        await manager.call("PATCH", path, {"password": "another-river-of-stars-8"}),
        await manager.call("DELETE", path),
    ]

    assert {(answer.status, answer.error_id) for answer in tried} == {(409, "own-account")}


async def test_who_has_a_role_no_more_is_of_no_team_either(world: World):
    made = await world.users[("acme", "manager")].make("/tenants/acme/users", a_user(teams=["north"]))
    path = f"/users/{made['user_id']}"

    lost = await world.admin.call("PATCH", path, {"roles": {}})
    tried = await world.admin.call("PATCH", path, {"teams": {"acme": ["north"]}})

    assert (lost.body["roles"], lost.body["teams"]) == ({}, {})
    assert (tried.status, tried.error_id) == (422, "roles-not-allowed")


async def test_a_user_is_seated_at_stations_and_stands_up_again(world: World):
    manager, tenant = world.users[("acme", "manager")], "/tenants/acme"
    ann = (await manager.make(f"{tenant}/users", a_user()))["user_id"]
    ben = (await manager.make(f"{tenant}/users", a_user()))["user_id"]
    stations = [f"{tenant}/stations/{extension}" for extension in ("7701", "7702")]
    for station in stations:
        body = {"extension": station[-4:], "site_id": "branch-1", "user_id": ann}
        await manager.make(f"{tenant}/stations", body)

    async def seats(user_id: str) -> list[str]:
        items = (await manager.get(f"{tenant}/stations?user_id={user_id}"))["items"]
        return [station["extension"] for station in items]

    both = await seats(ann)
    handed = await manager.call("PUT", f"{stations[0]}/user", {"user_id": ben})
    stuck = await manager.call("DELETE", f"{tenant}/users/{ann}")
    up = await manager.call("PUT", f"{stations[1]}/user", {"user_id": None})
    left = await manager.call("DELETE", f"{tenant}/users/{ann}")

    assert both == ["7701", "7702"]
    assert handed.body["user_id"] == ben and up.body["user_id"] is None
    assert (await seats(ann), await seats(ben)) == ([], ["7701"])
    assert (stuck.status, stuck.error_id) == (409, "in-use")
    assert stuck.body["used_by"] == [{"kind": "station", "id": "7702", "tenant_id": "acme"}]
    assert left.status == 204
    assert (await manager.call("DELETE", stations[0])).status == 204
    assert await seats(ben) == [], "nobody is seated at an archived station"


async def test_only_the_tenant_s_people_are_seated_at_its_stations(world: World):
    bolt = world.users[("bolt", "manager")]
    stranger = (await bolt.make("/tenants/bolt/users", a_user()))["user_id"]
    manager, nobody = world.users[("acme", "manager")], "01990000-0000-7000-8000-000000000099"
    path = f"/tenants/acme/stations/{world.ids['acme']['extension']}/user"

    tried = [await manager.call("PUT", path, {"user_id": user_id}) for user_id in (stranger, nobody)]

    assert {(answer.status, answer.error_id) for answer in tried} == {(422, "user-unknown")}


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


async def trail_of(world: World, path: str) -> list[dict[str, Any]]:
    """The newest first."""
    items = (await world.admin.get(f"{path}/audit?day={datetime.now(UTC):%Y-%m-%d}&limit=500"))["items"]
    assert isinstance(items, list)
    return items


async def test_changes_leave_an_audit_row_that_names_the_thing_and_its_fields_old_and_new(world: World):
    path = f"/tenants/{await new_tenant(world)}"
    station = f"{path}/stations/100"
    await world.admin.make(f"{path}/stations", {"extension": "100", "site_id": "branch-1", "display_name": "Desk"})
    await world.admin.call("PATCH", station, {"display_name": "Door"})
    await world.admin.call("PATCH", path, {"limits": {"spend_per_day": 5}})

    limited, renamed, made = await trail_of(world, path)

    of_station = {"tenant_id": path.rpartition("/")[2], "extension": "100"}
    assert [row["action"] for row in (made, renamed, limited)] == [
        "stations.create", "stations.change", "tenants.change",
    ]  # fmt: skip
    assert {(row["actor"], row["address"]) for row in (made, renamed, limited)} == {("admin", "127.0.0.1")}
    assert made["subject"] == renamed["subject"] == of_station
    assert made["changes"]["display_name"] == {"old": None, "new": "Desk"}
    assert renamed["changes"] == {"display_name": {"old": "Desk", "new": "Door"}}
    assert limited["changes"] == {"limits.spend_per_day": {"old": None, "new": 5}}


async def test_the_audit_tells_that_a_secret_changed_and_never_which_it_is(world: World):
    tenant_id, trunk_id, contract = await new_tenant(world), fresh("carrier"), fresh("contract-secret")
    path = f"/tenants/{tenant_id}"
    made = await world.admin.make(f"{path}/stations", {"extension": "100", "site_id": "branch-1"})
    given = await world.admin.call("PUT", f"{path}/stations/100/password", {"password": "another-Tulip-77"})
    credentials = {"username": "hq-1", "realm": "carrier.example", "password": contract}
    await world.admin.make("/trunks", trunk(trunk_id, credentials=credentials))
    await world.admin.call("PATCH", f"/trunks/{trunk_id}", {"credentials": credentials})

    of_tenant, of_platform = await trail_of(world, path), await trail_of(world, "/platform")

    secret = {"old": "withheld", "new": "withheld"}
    changed, created = (row for row in of_platform if row["subject"] == {"trunk_id": trunk_id})
    assert of_tenant[0]["changes"] == {"password": secret}
    assert changed["changes"] == {"credentials.password": secret}
    assert created["changes"]["name"] == {"old": None, "new": "Carrier A"}
    told = str(of_tenant) + str(of_platform)
    assert [each for each in (made["password"], given.body["password"], contract) if each in told] == []


async def test_whoever_is_created_is_named_in_the_audit(world: World):
    tenant_id = await new_tenant(world)
    user = {"username": fresh("u"), "display_name": "U", "password": USER_PASSWORD, "belongs_to": "platform"}
    user_id = (await world.admin.make("/users", user))["user_id"]

    trail = await trail_of(world, "/platform")

    subjects = [row["subject"] for row in trail]
    assert {"tenant_id": tenant_id} in subjects and {"user_id": user_id} in subjects


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
    wanted = {"no_ring_ms": 4000, "country_code": "63", "trusts_identity": False, "media": "srtp", "dtmf": "info"}
    changed = await world.admin.call("PATCH", f"/trunks/{carrier}", wanted)
    cleared = await world.admin.call("PATCH", f"/trunks/{carrier}", {"country_code": None})

    assert (made["no_ring_ms"], made["country_code"], made["trusts_identity"]) == (6000, None, True)
    assert (made["media"], made["dtmf"]) == ("optional", "auto")
    assert {name: changed.body[name] for name in wanted} == wanted
    assert (cleared.body["country_code"], cleared.body["trusts_identity"]) == (None, False)
