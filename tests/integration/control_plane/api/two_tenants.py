"""Two tenants with all that a tenant can have, and for every id of one its twin: of the same form, and nobody's.

A stranger must not be able to tell the two apart.
"""

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import redis
from api_house import ROLES, USER_PASSWORD, Client, House, a_flow, signed_in, trunk, user
from api_house import World as Users

from callmodel import keys
from callmodel.callstate import CallState, Direction, LegRole, LegState
from callmodel.cdr import Cdr, CdrLeg
from callmodel.codec import to_wire
from callmodel.edgesnapshot import NodeHealth
from callmodel.endings import Ending, EndingClass
from callmodel.ids import E164, CallId, Extension, LegId, NodeId, RecordingId, TenantId, TrunkId, uuid7
from callmodel.privacy import mask_number
from control_plane.config import ControlPlaneSettings
from control_plane.facts.livecalls import LiveCalls
from control_plane.features.calls.followups import FollowUpKind, Reason
from control_plane.features.calls.followups_store import FollowUpStore
from control_plane.features.calls.store import CallStore
from control_plane.features.recordings.ledger import CallOver, FileArchived, RecordingOwed, object_key_of
from control_plane.features.recordings.store import LedgerStore
from control_plane.resources import close_resources, open_resources
from control_plane.times import day_of, now_ms
from control_plane.web.context import Resources

ACME, BOLT = "acme", "bolt"
NODE = NodeId("node-1")
SHARED_SITE = "branch-1"
CUSTOMERS = {ACME: "+8613812345678", BOLT: "+8613987654321"}
AUDIO = b"OggS of acme alone"
PROVIDER = "provider"
"""The role, for tests, of an outsourcing firm's user: manager in the second tenant and nothing in the first."""
OWN_WORDS = {
    *("extension", "queue_id", "flow_id", "prompt_id", "calendar_id"),
    *("list_id", "template_id", "campaign_id", "lead_id", "file_id"),
}
"""Kinds of ids that tenants choose, each for itself."""
STRANGERS = (*ROLES, PROVIDER, "nobody")


@dataclass
class Estate:
    """Ids by kind (`tenant_id`, `call_id`, ...): the first tenant's, and what the second may use itself."""

    house: House
    users: Users
    day: str
    of_acme: dict[str, list[str]] = field(default_factory=dict)
    of_bolt: dict[str, list[str]] = field(default_factory=dict)
    twins: dict[str, str] = field(default_factory=dict)
    untold: list[str] = field(default_factory=list)
    """What is the first tenant's and no id: names, notes, customers' numbers in clear and masked."""

    def client_of(self, stranger: str) -> Client:
        if stranger == "nobody":
            return Client(self.house.url)
        return self.users.users[(BOLT, stranger)]

    def original(self, text: str) -> str:
        """Return a text with each twin's name replaced by the name of the one it is a twin of."""
        for name in sorted(self.twins, key=len, reverse=True):
            text = text.replace(self.twins[name], name)
        return text

    @property
    def told_by_nobody(self) -> list[str]:
        """All of the first tenant's that tells: what a tenant names itself says nothing, as any may have the same."""
        ids = [name for kind, names in self.of_acme.items() if kind not in OWN_WORDS | {"after"} for name in names]
        return [*ids, *self.untold]


async def build_estate(house: House) -> Estate:
    """Fill a house with both tenants: configuration through the API, calls and recordings into the stores."""
    admin = await signed_in(house.url)
    estate = Estate(house, Users(house.url, admin), day_of(now_ms()))
    await admin.make("/sites", {"site_id": SHARED_SITE, "name": "Shared floor", "kind": "branch"})
    await admin.make("/trunks", trunk("carrier-hq"))
    settings = {name.removeprefix("TRUNKLINE_").lower(): value for name, value in house.environment.items()
                if name.startswith("TRUNKLINE_")}  # fmt: skip
    resources = open_resources(ControlPlaneSettings(**settings))  # type: ignore[arg-type]
    try:
        for place, tenant_id in enumerate((ACME, BOLT), start=1):
            ids = await _configure(estate, tenant_id, place)
            await _leave_calls(resources, TenantId(tenant_id), ids)
            (estate.of_acme if tenant_id == ACME else estate.of_bolt).update(ids)
        health = NodeHealth(NODE, "127.0.0.1:5060", 100, 0, False, now_ms())
        await resources.redis.sadd(keys.NODES, NODE)  # type: ignore[misc]
        await resources.redis.set(keys.heartbeat(NODE), json.dumps(to_wire(health)), ex=3600)
    finally:
        await close_resources(resources)
    for tenant_id, ids in ((ACME, estate.of_acme), (BOLT, estate.of_bolt)):
        ids["after"] = await _page_tokens(estate, tenant_id)
    estate.twins = {name: _twin(name, kind) for kind, names in estate.of_acme.items() for name in names}
    # A number that a client gives comes back masked.
    estate.twins |= {mask_number(name): mask_number(estate.twins[name]) for name in estate.of_acme["number"]}
    return estate


async def _configure(estate: Estate, tenant_id: str, place: int) -> dict[str, list[str]]:
    admin, secret_name = estate.users.admin, f"Of {tenant_id.upper()} alone"
    extensions, numbers = [f"{place}001", f"{place}002"], [f"+862155550{place}01", f"+862155550{place}02"]
    made = await admin.make("/tenants", {"tenant_id": tenant_id, "name": secret_name})
    trunk_id = f"carrier-{tenant_id}"
    await admin.make("/trunks", trunk(trunk_id, name=secret_name, tenant_ids=[tenant_id]))
    for extension, number in zip(extensions, numbers, strict=True):
        body = {"extension": extension, "site_id": SHARED_SITE, "display_name": secret_name}
        await admin.make(f"/tenants/{tenant_id}/stations", body)
        await admin.make("/numbers", {"number": number, "tenant_id": tenant_id, "route_to": extension})
    queue_ids = [f"sales-{place}", f"billing-{place}"]
    for queue_id in queue_ids:
        await admin.make(f"/tenants/{tenant_id}/queues", {"queue_id": queue_id, "name": secret_name})
    flow_ids = [f"day-{place}", f"night-{place}"]
    for flow_id in flow_ids:
        document = a_flow() | {"name": secret_name}
        await admin.make(f"/tenants/{tenant_id}/flows", {"flow_id": flow_id, "document": document})
        for edit in (1, 1):
            await admin.call("POST", f"/tenants/{tenant_id}/flows/{flow_id}/publish", {"edit": edit})
    calendar_ids = [f"office-{place}", f"shop-{place}"]
    for calendar_id in calendar_ids:
        calendar = {"calendar_id": calendar_id, "name": secret_name, "time_zone": "Asia/Shanghai"}
        await admin.make(f"/tenants/{tenant_id}/calendars", calendar)
    prompt_ids = [f"hello-{place}", f"bye-{place}"]
    for prompt_id in prompt_ids:
        await admin.make(f"/tenants/{tenant_id}/prompts", {"prompt_id": prompt_id, "name": secret_name})
    list_ids, template_ids = [f"bought-{place}", f"found-{place}"], [f"seller-{place}"]
    campaign_ids = [f"spring-{place}", f"autumn-{place}"]
    for list_id, campaign_id in zip(list_ids, campaign_ids, strict=True):
        await admin.make(f"/tenants/{tenant_id}/lists", {"list_id": list_id, "name": secret_name})
        campaign = {"campaign_id": campaign_id, "kind": "preview", "lists": [{"list_id": list_id}]}
        await admin.make(f"/tenants/{tenant_id}/campaigns", campaign | {"name": secret_name})
    for template_id in template_ids:
        saved = await admin.call("PUT", f"/tenants/{tenant_id}/list-templates/{template_id}", {"number": "phone"})
        assert saved.status == 200, saved.body
    hook = {"url": f"https://hook-of-{tenant_id}.example/"}
    assert (await admin.call("PUT", f"/tenants/{tenant_id}/webhook", hook)).status == 200
    vips = [CUSTOMERS[tenant_id], f"+8613700000{place}00"]
    vip_ids = [
        (await admin.make(f"/tenants/{tenant_id}/vips", {"number": each, "name": secret_name}))["vip_id"]
        for each in vips
    ]
    names = {role: f"{role}.{tenant_id}" for role in ROLES}
    people = [user(name, tenant_id, role) | {"display_name": secret_name} for role, name in names.items()]
    names[PROVIDER] = f"firm.{tenant_id}"
    people.append(user(names[PROVIDER], tenant_id, "manager") | {"belongs_to": "provider:firm-of-many"})
    user_ids = [(await admin.make("/users", person))["user_id"] for person in people]
    for role, name in names.items():
        estate.users.users[(tenant_id, role)] = await signed_in(estate.house.url, name, USER_PASSWORD)
    if tenant_id == ACME:
        customer = CUSTOMERS[ACME]
        estate.untold += [secret_name, customer, customer[1:], customer[3:], customer[-8:], f"{customer[3:6]}****"]
    calls = [uuid7(now_ms(), secrets.randbits(74)) for _ in range(3)]
    return {
        "tenant_id": [tenant_id],
        "extension": extensions,
        "number": numbers,
        "trunk_id": [trunk_id],
        "domain": [made["domain"]],
        "user_id": user_ids,
        "queue_id": queue_ids,
        "flow_id": flow_ids,
        "prompt_id": prompt_ids,
        "calendar_id": calendar_ids,
        "vip_id": vip_ids,
        "list_id": list_ids,
        "template_id": template_ids,
        "campaign_id": campaign_ids,
        "lead_id": [f"{list_id}.1" for list_id in list_ids],
        "file_id": [f"national-{place}"],
        "username": list(names.values()),
        "call_id": calls,
        "leg_id": [f"{call_id}-1" for call_id in calls],
        "recording_id": [f"{call_id}-r1" for call_id in calls],
        "object_key": [object_key_of(TenantId(tenant_id), RecordingId(f"{call_id}-r1"), "ogg") for call_id in calls],
    }


async def _leave_calls(resources: Resources, tenant_id: TenantId, ids: dict[str, list[str]]) -> None:
    """Two calls that have ended, one recorded and archived, one whose recording is owed; and one that is talking."""
    customer, station = E164(CUSTOMERS[tenant_id]), Extension(ids["extension"][0])
    trunk_id, at = TrunkId(ids["trunk_id"][0]), now_ms()
    calls, ledger = CallStore(resources.store, resources.cipher), LedgerStore(resources.store)
    follow_ups = FollowUpStore(resources.store, resources.retention)
    call_ids = [CallId(call_id) for call_id in ids["call_id"]]
    for call_id in call_ids[:2]:
        legs = (
            CdrLeg(LegId(f"{call_id}-1"), LegRole.AGENT, LegState.ENDED, at, ended_ms=at + 9000, extension=station),
            CdrLeg(LegId(f"{call_id}-2"), LegRole.CUSTOMER, LegState.ENDED, at, ended_ms=at + 9000, number=customer,
                   trunk_id=trunk_id),
        )  # fmt: skip
        cdr = Cdr(call_id, tenant_id, NODE, 3, Direction.OUTBOUND, CallState.ENDED, customer[3:], at, legs,
                  answered_ms=at + 1, ended_ms=at + 9000, ending=Ending.COMPLETED, ending_class=EndingClass.SUCCESS,
                  talk_seconds=8.9, extension=station, number=customer, trunk_id=trunk_id,
                  recording_id=RecordingId(f"{call_id}-r1"))  # fmt: skip
        await calls.write(tenant_id, [cdr])
        await follow_ups.add(tenant_id, cdr, Reason(FollowUpKind.MISSED, "no-answer"))
        for fact in (RecordingOwed(at), CallOver(8.9, at + 9000)):
            await ledger.advance(tenant_id, RecordingId(f"{call_id}-r1"), call_id, fact)
    key = ids["object_key"][0]
    info = await resources.objects.put(key, AUDIO, content_type="audio/ogg")
    archived = FileArchived(8.9, key, info.sha256, len(AUDIO), "ogg", now_ms())
    await ledger.advance(tenant_id, RecordingId(f"{call_ids[0]}-r1"), call_ids[0], archived)
    live = Cdr(call_ids[2], tenant_id, NODE, 2, Direction.OUTBOUND, CallState.TALKING, customer, at,
               extension=station, number=customer)  # fmt: skip
    await LiveCalls(resources.redis).show(tenant_id, live)
    await resources.redis.set(keys.call_owner(tenant_id, call_ids[2]), NODE, ex=3600)


async def _page_tokens(estate: Estate, tenant_id: str) -> list[str]:
    """The second pages of all of a tenant's listings, and of HQ's."""
    found = set()
    for path in LISTINGS:
        page = await estate.users.admin.get(path.format(tenant=tenant_id, day=estate.day, limit=1))
        found.add(page["next"])
    assert None not in found, "every listing has a second page"
    return sorted(found)


LISTINGS = (
    "/tenants?limit={limit}",
    "/users?limit={limit}",
    "/trunks?limit={limit}",
    "/numbers?limit={limit}",
    "/tenants/{tenant}/users?limit={limit}",
    "/tenants/{tenant}/stations?limit={limit}",
    "/tenants/{tenant}/numbers?limit={limit}",
    "/tenants/{tenant}/queues?limit={limit}",
    "/tenants/{tenant}/agents?limit={limit}",
    "/tenants/{tenant}/flows?limit={limit}",
    "/tenants/{tenant}/vips?limit={limit}",
    "/tenants/{tenant}/prompts?limit={limit}",
    "/tenants/{tenant}/calendars?limit={limit}",
    "/tenants/{tenant}/lists?limit={limit}",
    "/tenants/{tenant}/campaigns?limit={limit}",
    "/tenants/{tenant}/calls?day={day}&limit={limit}",
    "/tenants/{tenant}/follow-ups?day={day}&limit={limit}",
    "/tenants/{tenant}/recordings?day={day}&limit={limit}",
    "/tenants/{tenant}/audit?day={day}&limit={limit}",
)
OTHER_READS = (
    "/tenants/{tenant}",
    "/tenants/{tenant}/webhook",
    "/tenants/{tenant}/calls?state=live&limit={limit}",
    "/tenants/{tenant}/agent-states?limit={limit}",
    "/tenants/{tenant}/queue-states?limit={limit}",
    "/tenants/{tenant}/recordings/gaps?day={day}&limit={limit}",
    "/tenants/{tenant}/recordings/summary?day={day}",
)


def _twin(name: str, kind: str) -> str:
    """Return an id of the same form that nobody has."""
    if kind in ("call_id", "user_id"):
        return f"{name[:-4]}fffe" if not name.endswith("fffe") else f"{name[:-4]}fffd"
    if kind == "leg_id":
        return f"{_twin(name.removesuffix('-1'), 'call_id')}-1"
    if kind == "recording_id":
        return f"{_twin(name.removesuffix('-r1'), 'call_id')}-r1"
    if kind == "object_key":
        recording_id = name.rpartition("/")[2].removesuffix(".ogg")
        return name.replace(recording_id, _twin(recording_id, "recording_id"))
    if kind == "after" and "-" in name:
        return _twin(name, "call_id")
    if kind == "after":
        return f"{'B' if name[0] == 'A' else 'A'}{name[1:]}"
    if kind == "vip_id":
        return f"{name[:-4]}{'beef' if name[-4:] != 'beef' else 'cafe'}"
    if kind == "lead_id":
        return f"{name.removesuffix('.1')}-twin.1"
    if kind in OWN_WORDS and kind != "extension":
        return f"{name}-twin"
    if kind in ("extension", "number"):
        return f"{name[:-3]}9{name[-2:]}"
    return name.replace(ACME, "nobo")


async def belongings(estate: Estate) -> dict[str, Any]:
    """Return all that the first tenant has, as HQ sees it, with its files and the orders given for its calls."""
    admin, found = estate.users.admin, {}
    for path in (*LISTINGS, *OTHER_READS):
        told = path.format(tenant=ACME, day=estate.day, limit=500)
        found[told] = (await admin.get(told)) if "{tenant}" in path else _of_acme((await admin.get(told))["items"])
    objects = Path(estate.house.environment["TRUNKLINE_OBJECTS_URL"].removeprefix("file://")) / ACME
    for path in sorted(objects.rglob("*")):
        if path.is_file():
            found[path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
    with redis.Redis.from_url(estate.house.environment["TRUNKLINE_REDIS_URL"], decode_responses=True) as server:
        orders: Any = server.xrange(keys.node_orders(NODE))
        found["orders"] = [fields for _, fields in orders if f'"{ACME}"' in fields["m"]]
        found["owner"] = server.get(keys.call_owner(TenantId(ACME), CallId(estate.of_acme["call_id"][2])))
    return found


def _of_acme(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [item for item in items if f'"{ACME}"' in json.dumps(item) or f":{ACME}" in json.dumps(item)]
