"""What the demo and the end-to-end tests fill the platform with, through the public API as an administrator would."""

from dataclasses import dataclass, field
from typing import Any

from trunkline.apiclient import Api
from trunkline.plan import BRANCH_SITE, HQ_SITE, AddressPlan

CARRIER_REALM = "carrier.example"
CARRIER_ACCOUNT = ("hq-trunk-1", "a-trunk-password")
TENANT = "acme"
TRUNK = "carrier-a"
NUMBERS = ("+862155550100", "+862155550101", "+861055550100")
HQ_STATIONS = 2
CHANNELS = 1000
"""As many calls at once as the simulated carrier takes: no limit that a fault or a test would run into."""

FAST_DIALLERS = {"station_calls_per_minute": None}
"""Simulated agents and tests dial without taking breath."""
USER_PASSWORD = "demo-pass-phrase-1"


@dataclass(frozen=True)
class SeededStation:
    extension: str
    password: str


@dataclass
class Seed:
    """What was made: stations with their passwords, the tenant's numbers, and the branch's enrolment token."""

    tenant_id: str
    domain: str
    numbers: tuple[str, ...]
    branch_stations: list[SeededStation] = field(default_factory=list)
    hq_stations: list[SeededStation] = field(default_factory=list)
    logins: list[tuple[str, str, str]] = field(default_factory=list)
    enrolment_token: str = ""


async def sow(api: Api, plan: AddressPlan, agents: int = 2, hq_stations: int = HQ_STATIONS) -> Seed:
    """Make sites, a tenant with stations, users and numbers, and a trunk to the carrier.  Raises ApiError.

    agents: who dial at the branch.
    """
    await api.post("/sites", {"site_id": HQ_SITE, "name": "Headquarters", "kind": "hq"})
    await api.post("/sites", {"site_id": BRANCH_SITE, "name": "Branch office", "kind": "branch"})
    tenant = await api.post("/tenants", {"tenant_id": TENANT, "name": "Acme"})
    seed = Seed(TENANT, tenant["domain"], NUMBERS)
    await sow_trunk(api, TRUNK, plan.carrier)
    for number in NUMBERS:
        await api.post("/numbers", {"number": number, "tenant_id": TENANT})
    rules = {"caller_rule": caller_rule(), "limits": FAST_DIALLERS, "max_channels": CHANNELS}
    await api.patch(f"/tenants/{TENANT}", rules)
    # One station more than agents: for the softphone of whoever watches.
    branch = [str(1001 + index) for index in range(agents + 1)]
    hq = [str(2001 + index) for index in range(hq_stations)]
    seed.branch_stations = [await sow_station(api, TENANT, extension, BRANCH_SITE) for extension in branch]
    seed.hq_stations = [await sow_station(api, TENANT, extension, HQ_SITE) for extension in hq]
    for name, role in (("manager", "manager"), ("agent", "agent")):
        user_id = (await api.post("/users", user(name, role)))["user_id"]
        seed.logins.append((name, USER_PASSWORD, f"{role} of {TENANT}"))
        if role == "agent":
            # At the station of whoever watches: they can place calls from their softphone by the API, too.
            await api.put(f"/tenants/{TENANT}/stations/{branch[-1]}/user", {"user_id": user_id})
    seed.enrolment_token = (await api.post(f"/sites/{BRANCH_SITE}/enrolment-tokens", {}))["token"]
    return seed


def user(name: str, role: str) -> dict[str, Any]:
    """A user of the tenant with one role in it."""
    return {
        "username": name,
        "display_name": name.capitalize(),
        "password": USER_PASSWORD,
        "belongs_to": f"tenant:{TENANT}",
        "roles": {TENANT: [role]},
    }


def caller_rule() -> dict[str, Any]:
    """Callees in Beijing see the Beijing number, all others one of Shanghai."""
    return {"kind": "region", "numbers": [NUMBERS[0]], "regions": {"+8610": NUMBERS[2]}}


async def sow_trunk(api: Api, trunk_id: str, host: str, **changes: Any) -> None:
    """Make a trunk to a carrier simulator, which asks for digest credentials.  Raises ApiError."""
    user, password = CARRIER_ACCOUNT
    body = {
        "trunk_id": trunk_id,
        "name": f"Carrier at {host}",
        "gateways": [{"host": host, "port": 5060, "transport": "udp"}],
        "domain": CARRIER_REALM,
        "credentials": {"username": user, "realm": CARRIER_REALM, "password": password},
        "rates": [{"prefix": "+86", "cost_per_minute": 0.06, "cost_class": "domestic"}],
        "max_channels": CHANNELS,
        "sources": [host],
    }
    await api.post("/trunks", body | changes)


async def sow_station(api: Api, tenant_id: str, extension: str, site_id: str) -> SeededStation:
    """Make a station with a password that the platform chose.  Raises ApiError."""
    body = {"extension": extension, "site_id": site_id, "display_name": f"Station {extension}"}
    made = await api.post(f"/tenants/{tenant_id}/stations", body)
    return SeededStation(extension, made["password"])
