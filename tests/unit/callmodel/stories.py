"""People, places and calls in the states that stories begin from."""

from dataclasses import replace

from callmodel.beginnings import CallAsked, CustomerCalled, StationDialled
from callmodel.calls import Step, advance, begin
from callmodel.callstate import Call
from callmodel.directory import CallerRule, CallerRuleKind, Did, Directory, Rate, Station, Tenant, Trunk
from callmodel.facts import Fact, LegAnswered, LegRang, TrunkGranted
from callmodel.ids import E164, CallId, Extension, LegId, NodeId, SiteId, TenantId, TrunkId
from callmodel.routing import plan_call, plan_inbound

ACME = TenantId("acme")
GLOBEX = TenantId("globex")
ANA = Extension("1001")
BEN = Extension("1002")
BRANCH = SiteId("branch-1")
NODE = NodeId("media-1")
CALL = CallId("0193-call")
AGENT_LEG = LegId("agent-leg")
CUSTOMER_LEG = LegId(f"{CALL}-2")
SECOND_CUSTOMER_LEG = LegId(f"{CALL}-3")
CUSTOMER = E164("+8613812345678")
BEIJING = E164("+861065550001")
SHANGHAI = E164("+862165550002")
GLOBEX_NUMBER = E164("+861065559999")
CHEAP = TrunkId("cheap")
DEAR = TrunkId("dear")
T0 = 1_700_000_000_000

TENANT = Tenant(ACME, "Acme", "acme.example", caller_rule=CallerRule(CallerRuleKind.FIXED, (BEIJING,)))

DIRECTORY = Directory(
    tenants=(TENANT, Tenant(GLOBEX, "Globex", "globex.example")),
    stations=(Station(ACME, ANA, BRANCH), Station(ACME, BEN, SiteId("hq")), Station(GLOBEX, ANA, SiteId("hq"))),
    trunks=(
        Trunk(DEAR, "Dear", (Rate("+", 0.20, "world"),), max_channels=2),
        Trunk(CHEAP, "Cheap", (Rate("+86", 0.02, "national"), Rate("+8610", 0.01, "local")), max_channels=2),
    ),
    numbers=(Did(BEIJING, ACME, BEN), Did(SHANGHAI, ACME), Did(GLOBEX_NUMBER, GLOBEX)),
)


def with_tenant(**changes: object) -> Directory:
    """The directory in which Acme is a little different."""
    changed = replace(TENANT, **changes)  # type: ignore[arg-type]
    return replace(DIRECTORY, tenants=(changed, *DIRECTORY.tenants[1:]))


def dialled(number: str, directory: Directory = DIRECTORY) -> Step:
    """Ana dials a number on her phone."""
    fact = StationDialled(CALL, ACME, NODE, AGENT_LEG, ANA, BRANCH, number, T0)
    return begin(fact, plan_call(directory, ACME, number))


def asked_for(number: str) -> Step:
    """Ana clicks on a number."""
    return begin(CallAsked(CALL, ACME, NODE, ANA, BRANCH, number, "u-ana", T0), plan_call(DIRECTORY, ACME, number))


def customer_called(number: E164 = BEIJING) -> Step:
    """A customer dials one of HQ's numbers."""
    tenant_id, plan = plan_inbound(DIRECTORY, number)
    return begin(CustomerCalled(CALL, tenant_id or ACME, NODE, AGENT_LEG, CUSTOMER, number, CHEAP, T0), plan)


def after(call: Call, *facts: Fact) -> Step:
    """The call after the facts, and the orders that followed from the last of them."""
    orders = []
    for fact in facts:
        call, orders = advance(call, fact)
    return call, orders


GRANTED = TrunkGranted(CUSTOMER_LEG, CHEAP, 0, T0 + 5)
CLAIMING = dialled(CUSTOMER)[0]
DIALLING = after(CLAIMING, GRANTED)[0]
RINGING = after(DIALLING, LegRang(CUSTOMER_LEG, T0 + 500))[0]
TALKING = after(RINGING, LegAnswered(CUSTOMER_LEG, T0 + 4_000))[0]
