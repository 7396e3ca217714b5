"""No id of one tenant is reachable by another: on every route and in every place where an id can stand.

Each request is made twice, once with ids of the first tenant and once with ids of the same form that nobody has.  A
stranger gets the same answer to both, whatever their role.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from api_house import run, running
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from two_tenants import ACME, BOLT, PROVIDER, SHARED_SITE, STRANGERS, Estate, belongings, build_estate

from control_plane.app import ROUTES
from control_plane.web import Route
from control_plane.web.openapi import build_document

DOCUMENT = build_document(ROUTES, "http://nowhere")
KINDS = {
    "tenant_ids": "tenant_id", "roles": "tenant_id", "trunk_ids": "trunk_id", "route_to": "extension",
    "numbers": "number", "regions": "number", "caller_number": "number", "caller": "number", "domain": "domain",
    "queues": "queue_id", "own_agent": "user_id", "music": "prompt_id", "comfort": "prompt_id",
    "notice": "prompt_id", "mobile": "number", "message": "prompt_id", "abandon_message": "prompt_id",
    "agents": "user_id", "agent_id": "user_id", "full_flow": "flow_id",
    "to": "extension", "by": "extension", "of": "extension",
    **{name: name for name in ("tenant_id", "trunk_id", "extension", "number", "user_id", "call_id", "recording_id",
                               "leg_id", "queue_id", "flow_id", "prompt_id", "calendar_id", "vip_id",
                               "list_id", "template_id", "campaign_id", "lead_id", "file_id", "username", "after")},
}  # fmt: skip
"""What kind of id stands under a name of the document."""
NO_TENANTS = {
    # A tenant whose brand is shown before anybody signs in: public.
    "brand_id",
    "language",
    "customer",
    "site_id",
    "serial",
    "provider",
    "pool",
    "cost_class",
    "teams",
    "emergency_caller",
    "emergency_numbers",
}
"""Written like ids, and no tenant's: places, their certificates and numbers are HQ's, and shared; teams and languages
are words, and a customer's token is good in its own tenant only."""
FIXED = {"password": "a-pass-phrase-of-11", "site_id": SHARED_SITE, "serial": "7f", "belongs_to": f"tenant:{ACME}",
         "refresh_token": "x" * 43}  # fmt: skip
WITHOUT_IDS = {"Mapping": {"number": "phone"}}
"""Shapes with names as if of ids, that are none: a mapping's `number` is the column that has them."""
STRONGEST = ("manager", PROVIDER) * 3
"""Asked in the name of more often: the others are told sooner that they may not."""
EXAMPLES = {False: 20, True: 40}
"""Of requests to a route of a tenant's, by whether it has a body."""
VOLATILE = {
    "request_id",
    "secret",
    "vip_id",
    "created_ms",
    "added_ms",
    "changed_ms",
    "since_ms",
    "password",
    "call_id",
    "customer",
    "token",
    "at_ms",
}
"""What differs each time; a customer's token and a VIP's id follow from the number given, in the asker's tenant."""
# A snapshot follows a change of the configuration when it can, so what changes it is asked last; and last of all what
# names a flow in a tenant's settings, which keeps that one flow from being archived.
IN_ORDER = sorted(ROUTES, key=lambda route: (route.configures, route.operation_id == "tenants.change"))


@dataclass
class Request:
    """One to be made, with whose ids are in it."""

    method: str
    path: str
    query: dict[str, str]
    body: Any
    used: set[str] = field(default_factory=set)

    def told_as(self, change: Callable[[str], str]) -> tuple[str, str, Any]:
        """Return method, address and body with the ids in it changed."""
        query = f"?{urlencode({name: change(value) for name, value in self.query.items()})}" if self.query else ""
        path = "/".join(quote(change(part), safe="") for part in self.path.split("/"))
        return self.method, path + query, _changed(self.body, change)


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    for house in running(tmp_path_factory.mktemp("two-tenants"), TRUNKLINE_SIGN_IN_ATTEMPTS="1000000"):
        yield run(build_estate(house))


def test_every_place_that_is_written_like_an_id_is_known_as_one_or_as_none():
    of_paths = {
        parameter["schema"]["pattern"] for item in DOCUMENT["paths"].values() for operation in item.values()
        for parameter in operation["parameters"] if parameter["in"] == "path" and "pattern" in parameter["schema"]
    }  # fmt: skip

    names = {name for name, pattern in patterns_in(DOCUMENT) if pattern in of_paths}

    assert names - set(KINDS) - NO_TENANTS == set()


@pytest.mark.parametrize("route", IN_ORDER, ids=lambda route: f"{route.method} {route.path}")
def test_no_id_of_one_tenant_is_reachable_by_another(estate: Estate, route: Route):
    before = run(belongings(estate))

    @settings(
        max_examples=EXAMPLES[route.signature.body is not None] if "tenant_id" in route.placeholders else 8,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.sampled_from((*STRANGERS, *STRONGEST)), st.data())
    def same_answer_as_for_what_nobody_has(stranger: str, data: st.DataObject) -> None:
        request = request_for(data.draw, estate, route)
        run(compare(estate, stranger, request))

    same_answer_as_for_what_nobody_has()
    assert run(belongings(estate)) == before


async def compare(estate: Estate, stranger: str, request: Request) -> None:
    """Make a request as it is, and with twins for the first tenant's ids."""
    client = estate.client_of(stranger)
    if not request.used and request.method != "GET":
        return
    answers = [await client.call(*request.told_as(lambda name: name))]
    if request.used:
        answers.append(await client.call(*request.told_as(lambda name: estate.twins.get(name, name))))
    said = [(answer.status, estate.original(json.dumps(without_volatile(answer.body)))) for answer in answers]
    assert said[0] == said[-1], f"{stranger} can tell {request.used} from nothing"
    of_others = [name for name in estate.told_by_nobody if not any(name in given for given in request.used)]
    assert [name for name in of_others if name in json.dumps(answers[0].body)] == []


@pytest.mark.parametrize("stranger", STRANGERS)
async def test_a_link_is_good_for_its_own_file_alone(estate: Estate, stranger: str):
    of_acme, of_bolt = estate.of_acme["object_key"][0], estate.of_bolt["object_key"][0]
    path = f"/tenants/{BOLT}/recordings/{estate.of_bolt['recording_id'][0]}/download"
    link = (await estate.users.users[(BOLT, "manager")].get(path))["url"]
    own, query = link.split("?")
    client = estate.client_of(stranger)

    answers = [
        await client.call(method, f"/../../objects/{key}?{query}")
        for key in (of_acme, estate.twins[of_acme])
        for method in ("GET", "PUT")
    ]

    assert of_bolt in own
    assert {(answer.status, answer.error_id) for answer in answers} == {(403, "link-refused")}
    assert len({json.dumps(answer.body) for answer in answers}) == 1


def request_for(draw: Callable[[st.SearchStrategy[Any]], Any], estate: Estate, route: Route) -> Request:
    """Draw a request that fits the document, with ids of both tenants in its places."""
    operation = DOCUMENT["paths"][f"/api/v1{route.path}"][route.method.lower()]
    drawn = _Drawn(draw, estate)
    path, query = route.path, {}
    for parameter in operation["parameters"]:
        name, schema = parameter["name"], parameter["schema"]
        if parameter["in"] == "path":
            path = path.replace(f"{{{name}}}", drawn.text(name, schema))
        elif name == "day":
            query[name] = estate.day
        elif schema.get("type") != "integer" and draw(st.booleans()):
            query[name] = drawn.text(name, schema)
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    body = None if content is None else drawn.value("", content["schema"])
    return Request(route.method, path, query, body, drawn.used)


class _Drawn:
    """Values that fit a schema; remembers which ids of the first tenant it gave out."""

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any], estate: Estate) -> None:
        self._draw, self._estate = draw, estate
        self.used: set[str] = set()

    def value(self, name: str, schema: dict[str, Any]) -> Any:
        """Return a value under a name of the document."""
        if "$ref" in schema:
            shape = schema["$ref"].rpartition("/")[2]
            return WITHOUT_IDS.get(shape) or self.value(name, _resolved(schema["$ref"]))
        if "anyOf" in schema:
            return self.value(name, next(part for part in schema["anyOf"] if part.get("type") != "null"))
        if "const" in schema or "enum" in schema:
            return self._draw(st.sampled_from(schema.get("enum", [schema.get("const")])))
        match schema.get("type"):
            case "object":
                return self._object(name, schema)
            case "array":
                return [self.value(name, schema["items"]) for _ in range(max(1, schema.get("minItems", 0)))]
            case "string":
                return self.text(name, schema)
            case "boolean":
                return self._draw(st.booleans())
            case "integer" | "number":
                return schema.get("minimum", 0)
        return None

    def text(self, name: str, schema: dict[str, Any]) -> str:
        """Return a text: an id of either tenant where one belongs."""
        if "const" in schema or "enum" in schema:
            return str(self.value(name, schema))
        kind = KINDS.get(name)
        if kind is None:
            return FIXED.get(name) or str(next(iter(schema.get("examples", ())), "sold"))
        theirs, own = self._estate.of_acme[kind], self._estate.of_bolt[kind]
        # Nothing behind a foreign tenant's name is looked at: more often the way leads through one's own.
        chosen = str(self._draw(st.sampled_from([*theirs, *own] if kind != "tenant_id" else [*theirs, *own, *own])))
        if chosen in theirs:
            self.used.add(chosen)
        return chosen

    def _object(self, name: str, schema: dict[str, Any]) -> dict[str, Any]:
        properties, needed = schema.get("properties", {}), schema.get("required", ())
        # One at a time: one that is refused hides the others.  What holds no id is of no matter here.
        optional = [key for key, part in properties.items() if key not in needed and holds_ids(key, part)]
        more = [self._draw(st.sampled_from(optional))] if optional else []
        made = {key: self.value(key, properties[key]) for key in (*needed, *more)}
        for pattern, part in schema.get("patternProperties", {}).items():
            made[self.text(name, {"pattern": pattern})] = self.value(name, part)
        return made


def holds_ids(name: str, schema: dict[str, Any]) -> bool:
    """Say whether an id may stand somewhere below a name of the document."""
    if "$ref" in schema:
        return schema["$ref"].rpartition("/")[2] not in WITHOUT_IDS and holds_ids(name, _resolved(schema["$ref"]))
    below = [(name, schema[key]) for key in ("items",) if key in schema]
    below += [(name, part) for part in (*schema.get("anyOf", ()), *schema.get("patternProperties", {}).values())]
    below += schema.get("properties", {}).items()
    return name in KINDS or any(holds_ids(each, part) for each, part in below)


def _resolved(reference: str) -> dict[str, Any]:
    return dict(DOCUMENT["components"]["schemas"][reference.rpartition("/")[2]])


def _changed(body: Any, change: Callable[[str], str]) -> Any:
    if isinstance(body, dict):
        return {change(name): _changed(value, change) for name, value in body.items()}
    if isinstance(body, list):
        return [_changed(item, change) for item in body]
    return change(body) if isinstance(body, str) else body


def without_volatile(body: Any) -> Any:
    """Return an answer without what differs each time."""
    if isinstance(body, dict):
        return {name: without_volatile(value) for name, value in body.items() if name not in VOLATILE}
    return [without_volatile(item) for item in body] if isinstance(body, list) else body


def patterns_in(schema: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield each pattern of a document with the name that it stands under."""
    if isinstance(schema, list):
        for part in schema:
            yield from patterns_in(part, name)
    elif isinstance(schema, dict):
        if isinstance(schema.get("pattern"), str):
            yield schema.get("name", name), schema["pattern"]
        for key, part in schema.items():
            if key == "properties":
                for each, of_it in part.items():
                    yield from patterns_in(of_it, each)
            elif key == "patternProperties":
                yield from ((name, pattern) for pattern in part)
                yield from patterns_in(list(part.values()), name)
            else:
                yield from patterns_in(part, str(schema.get("name", name)))
