"""Every route that the OpenAPI document names: who is let in, who is told no, and for whom there is nothing."""

import json
import re
import urllib.request

import pytest
from api_house import ROLES, Client, House, World

from control_plane.app import ROUTES
from control_plane.people.permissions import GRANTS, Permission, Role
from control_plane.web import Access, Route
from control_plane.web.dispatch import FILE_TYPE

PLACEHOLDER = re.compile(r"\{(\w+)\}")
TENANT_ROUTES = [route for route in ROUTES if "tenant_id" in route.placeholders]
OTHER_ROUTES = [route for route in ROUTES if "tenant_id" not in route.placeholders]
MISSING_IDS = {
    "site_id": "branch-1",
    "trunk_id": "carrier-a",
    "user_id": "01990000-0000-7000-8000-000000000099",
    "serial": "7f",
    "version": "1",
    "language": "en",
    "brand_id": "nowhere",
    "leg_id": "01990000-0000-7000-8000-000000000001-1",
    "part": "0",
    "file_id": "court-2026",
    "scope": "system",
}


def named(route: Route) -> str:
    return f"{route.method} {route.path}"


def path_of(route: Route, ids: dict[str, str]) -> str:
    path = PLACEHOLDER.sub(lambda match: (MISSING_IDS | ids)[match[1]], route.path)
    return f"{path}?day=2026-01-01" if route.signature.query and "day" in route.signature.query.model_fields else path


def test_document_and_served_routes_are_the_same(house: House):
    document = json.load(urllib.request.urlopen(f"{house.url}/api/v1/openapi.json", timeout=10))

    told = {(method.upper(), path) for path, item in document["paths"].items() for method in item}
    assert told == {(route.method, f"/api/v1{route.path}") for route in ROUTES}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("route", TENANT_ROUTES, ids=named)
async def test_another_tenants_things_do_not_exist(world: World, route: Route, role: str):
    stranger = world.users[("acme", role)]

    foreign = await stranger.call(route.method, path_of(route, world.ids["bolt"]), body_for(route))
    nowhere = await stranger.call(
        route.method, path_of(route, world.ids["bolt"] | {"tenant_id": "nowhere"}), body_for(route)
    )

    assert foreign.status == 404 and foreign.error_id == "not-found"
    assert without_request(foreign.body) == without_request(nowhere.body), "a foreign tenant and none look the same"


@pytest.mark.parametrize("tenant_id", ["nowhere", "platform", "No%20Where"])
@pytest.mark.parametrize("route", TENANT_ROUTES, ids=named)
async def test_a_tenant_that_is_not_there_is_not_found_by_hq_either(world: World, route: Route, tenant_id: str):
    path = path_of(route, world.ids["bolt"] | {"tenant_id": tenant_id})

    answer = await world.admin.call(route.method, path, valid_body(route))

    assert (answer.status, answer.error_id) == (404, "not-found"), answer.body


# Whoever sends such a thing gives it its name.
NAMED_BY_WHO_SENDS_IT = {"lists.save_template", "do-not-call.send_file"}
OWNED = [
    route
    for route in TENANT_ROUTES
    if len(route.placeholders) > 1 and route.operation_id not in NAMED_BY_WHO_SENDS_IT
]


@pytest.mark.parametrize("route", OWNED, ids=named)
async def test_another_tenants_ids_lead_nowhere_inside_ones_own(world: World, route: Route):
    manager = world.users[("acme", "manager")]

    path = path_of(route, world.ids["bolt"] | {"tenant_id": "acme"})
    if route.signature.file or route.signature.stream:
        answer = await manager.call(route.method, path, data=b"RIFF", headers={"Content-Type": FILE_TYPE})
    else:
        answer = await manager.call(route.method, path, valid_body(route))

    assert answer.status == 404, answer.body


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("route", TENANT_ROUTES, ids=named)
async def test_a_role_may_what_the_table_says(world: World, route: Route, role: str):
    assert isinstance(route.needs, Permission)
    answer = await world.users[("acme", role)].call(route.method, path_of(route, LOST_IDS), body_for(route))

    if route.needs in GRANTS[Role(role)]:
        assert answer.status not in (401, 403), answer.body
    else:
        assert answer.status == 403 and answer.error_id == "forbidden"


# Signs the user out of all that follows.
STAYING = [route for route in OTHER_ROUTES if route.operation_id != "auth.sign_out_everywhere"]


@pytest.mark.parametrize("route", STAYING, ids=named)
async def test_the_platform_is_managed_by_hq_alone(world: World, route: Route):
    answer = await world.users[("acme", "manager")].call(
        route.method, path_of(route, world.ids["acme"]), body_for(route)
    )

    assert (answer.status == 403) == isinstance(route.needs, Permission), answer.body


@pytest.mark.parametrize("route", [route for route in ROUTES if route.needs is not Access.PUBLIC], ids=named)
async def test_nobody_gets_in_without_a_token(world: World, route: Route):
    answer = await Client(world.url).call(route.method, path_of(route, world.ids["acme"]), body_for(route))

    assert answer.status == 401 and answer.headers["WWW-Authenticate"] == "Bearer"


READS = [
    route
    for route in TENANT_ROUTES
    if route.method == "GET"
    and not set(route.placeholders) & {"call_id", "recording_id", "lead_id"}
    and route.operation_id not in ("lists.refused", "reports.download")
]


ASKED = {"reports.show": "?kind=queue&since_ms=0&until_ms=3600000"}


@pytest.mark.parametrize("route", READS, ids=named)
async def test_hq_reads_what_strangers_can_not(world: World, route: Route):
    answer = await world.admin.call("GET", path_of(route, world.ids["bolt"]) + ASKED.get(route.operation_id, ""))

    assert answer.status == 200, answer.body


LOST_IDS = {
    "tenant_id": "acme",
    "extension": "9999",
    "number": "+8621555599",
    "queue_id": "nowhere",
    "flow_id": "nowhere",
    "prompt_id": "nowhere",
    "calendar_id": "nowhere",
    "vip_id": "f" * 32,
    "call_id": "01990000-0000-7000-8000-0000000000ff",
    "recording_id": "01990000-0000-7000-8000-0000000000ff",
    "list_id": "nowhere",
    "template_id": "nowhere",
    "campaign_id": "nowhere",
    "lead_id": "nowhere.1",
}


def body_for(route: Route) -> dict[str, str] | None:
    # Nothing that could succeed: access is decided before the body is looked at.
    return {"nonsense": "x"} if route.signature.body is not None else None


def valid_body(route: Route) -> dict[str, object] | None:
    bodies: dict[str, dict[str, object]] = {
        "calls.transfer": {"to": "1001"},
        "calls.consult": {"to": "1001"},
        "calls.consult_step": {"step": "swap"},
        "calls.join": {"to": "1001"},
        "calls.hold": {"held": True},
        "calls.pick_up": {"extension": "1001"},
        "calls.supervise": {"extension": "1001", "mode": "listening"},
        "calls.take_over": {"extension": "1001"},
        "calls.pause": {"paused": True},
        "calls.call_back": {"extension": "1001"},
        "calls.call_customer": {"extension": "1001"},
        "calls.rejoin": {"extension": "1001"},
        "calls.approve": {"hours": 1},
        "calls.dispose": {"disposition": "sold"},
        "numbers.route": {"route_to": "1001"},
        "prompts.speak": {"text": "Good day."},
        "tenants.put_webhook": {"url": "https://acme.example/hook"},
        "stations.seat": {"user_id": None},
        "flows.save": {"edit": 1, "document": {}},
        "flows.look_over": {"document": {}},
        "flows.rehearse": {"document": {}},
        "flows.publish": {"edit": 1},
        "flows.roll_back": {"version": 1},
        "agents.pause": {"reason": "lunch"},
        "leads.share_out": {"takers": [{"team": "night"}]},
        "leads.take_back": {"team": "night"},
        "leads.skip": {"reason": "not-now"},
        "leads.dispose": {"disposition": "sold"},
        "do-not-call.forbid": {"number": "+8613812345678"},
        "do-not-call.allow": {"number": "+8613812345678"},
        "do-not-call.look_up": {"number": "+8613812345678"},
    }
    return bodies.get(route.operation_id, {}) if route.signature.body is not None else None


def without_request(problem: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in problem.items() if name != "request_id"}
