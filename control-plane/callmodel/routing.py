"""Where a call goes: to a station of its tenant (on the net, no trunk) or out through one of HQ's trunks."""

from dataclasses import dataclass, replace

from callmodel.agentkeys import CODES, KeyPlan, language_of
from callmodel.callernumbers import CallerNumberError, caller_pool_of, carried_by, emergency_callers, shows_site
from callmodel.directory import Did, Lookups, Site, Tenant
from callmodel.dtmf import Dtmf
from callmodel.endings import Ending
from callmodel.flows.calendars import Calendar
from callmodel.flows.document import DEFAULT_LANGUAGE, Flow, calendars_of, ringing
from callmodel.handdialling import Asked, asked_of
from callmodel.ids import E164, CalendarId, Extension, PromptId, ShortNumber, SiteId, TenantId, TrunkId
from callmodel.limits import Limits, is_allowed
from callmodel.locations import Location
from callmodel.numbers import (
    DiallingPlan,
    UndiallableNumberError,
    emergency_number,
    is_extension,
    service_number,
    to_e164,
)
from callmodel.privacy import number_hash
from callmodel.trunks import trunks_for, trunks_for_emergency
from callmodel.vips import Vip, VipRules, by_pattern

EMERGENCY_RING_SECONDS = 180
LINK_SECONDS = 10
"""Nobody has to pick up: as long as the slowest node may need to say what it knows."""
EMERGENCY_CLASS = "emergency"
"""The cost class of emergency calls: they cost nothing, so that no spend can stand against them."""


@dataclass(frozen=True)
class TrunkOffer:
    """One trunk that may carry the call, with its limit, price, and the caller numbers its carrier accepts."""

    trunk_id: TrunkId
    max_channels: int
    cost_class: str
    caller_pool: tuple[E164, ...]
    cost_per_minute: float = 0.0
    dtmf: Dtmf = Dtmf.AUTO


@dataclass(frozen=True)
class TrunkPlan:
    """Out to the public network: the offers in the order to try.

    `is_emergency`: no limit holds, and every trunk is tried.  `location`: of the site, for an emergency call.
    asked: what has to be asked first, where a person dials it by hand.
    """

    number: E164
    offers: tuple[TrunkOffer, ...]
    tenant_max_channels: int
    ring_timeout_seconds: int
    records: bool
    limits: Limits = Limits()
    is_emergency: bool = False
    location: Location | None = None
    asked: Asked | None = None


@dataclass(frozen=True)
class StationPlan:
    """On the net, to a station.  `tenant_id`: whose it is, None for the call's own tenant."""

    extension: Extension
    site_id: SiteId
    ring_timeout_seconds: int
    records: bool
    tenant_id: TenantId | None = None


@dataclass(frozen=True)
class LinkPlan:
    """Into another call that the party's own phone is in, wherever it lives.

    dialog: the Call-ID by which that phone knows it.
    """

    dialog: str
    ring_timeout_seconds: int = LINK_SECONDS


@dataclass(frozen=True)
class Refusal:
    """The call goes nowhere, and why."""

    ending: Ending


@dataclass(frozen=True)
class FlowPlan:
    """Into a flow, in the version that the call keeps until it ends, with what is known of the caller.

    language: of the number that was dialled; None for the flow's own.  notice: what the caller hears of recording,
    before an agent hears the caller.  calendar_id: of the number; `calendars`: that one, and those that the flow
    names.  dialling: how the tenant's people write numbers down.  max_channels: of the tenant.  full_flow: for
    callers for whom no channel is left but those that are kept for VIPs.
    """

    flow: Flow
    records: bool
    language: str | None = None
    notice: PromptId | None = None
    vip: Vip | None = None
    calendar_id: CalendarId | None = None
    calendars: tuple[Calendar, ...] = ()
    dialling: DiallingPlan = DiallingPlan()
    vip_rules: VipRules = VipRules()
    max_channels: int = 0
    full_flow: Flow | None = None


Plan = TrunkPlan | StationPlan | Refusal


def plan_call(
    directory: Lookups,
    tenant_id: TenantId,
    dialled: str,
    *,
    site_id: SiteId | None = None,
    wanted_caller: str | None = None,
) -> Plan:
    """Return where a call of a tenant's station goes.

    dialled: an extension of the tenant, a short number, or a public number in any form that the people there write.
    site_id: where the station is.  wanted_caller: the caller number the agent asks for, E.164; None leaves it to the
    tenant's rule.
    """
    tenant = directory.tenant_of(tenant_id)
    if tenant is None:
        return Refusal(Ending.INTERNAL_ERROR)
    site = directory.site_of(site_id)
    dialling = _dialling_at(tenant, site)
    emergency = emergency_number(dialled, dialling)
    if emergency is not None:
        return _to_emergency(directory, tenant, site, emergency)
    if is_extension(dialled) and directory.station_of(tenant_id, dialled) is not None:
        return _to_station(directory, tenant, dialled)
    service = service_number(dialled, dialling)
    if service is not None:
        return _to_trunk(directory, tenant, service, wanted_caller, country=dialling.country_code)
    if is_extension(dialled):
        return Refusal(Ending.EXTENSION_UNKNOWN)
    try:
        number = to_e164(dialled, dialling)
    except UndiallableNumberError:
        return Refusal(Ending.NUMBER_UNDIALLABLE)
    own = directory.did_of(number)
    if own is not None and own.tenant_id == tenant_id and own.route_to is not None and wanted_caller is None:
        # The tenant dials its own number: no carrier needs to see this call.
        return _to_station(directory, tenant, own.route_to)
    return _to_trunk(directory, tenant, number, wanted_caller)


def plan_dialled(
    directory: Lookups, tenant_id: TenantId, dialled: str, *, site_id: SiteId, wanted_caller: str | None
) -> Plan | FlowPlan | KeyPlan:
    """Return where a station's own call goes: as `plan_call` says, and into a flow by a number of its tenant's.

    So people hear what their customers hear, and colleagues wait in line like anybody.  An agent's codes go nowhere.
    """
    tenant = directory.tenant_of(tenant_id)
    if tenant is not None and (key := CODES.get(dialled)) is not None:
        return KeyPlan(key, language_of(_dialling_at(tenant, directory.site_of(site_id)).country_code))
    plan = plan_call(directory, tenant_id, dialled, site_id=site_id, wanted_caller=wanted_caller)
    if tenant is None or not isinstance(plan, TrunkPlan) or plan.is_emergency or wanted_caller is not None:
        return plan
    own = directory.did_of(plan.number)
    if own is None or own.tenant_id != tenant_id or own.flow_id is None:
        return plan
    flow = directory.flow_of(tenant_id, own.flow_id)
    if flow is None:
        return plan
    return replace(_into_flow(directory, tenant, own, flow, None), records=tenant.records_internal_calls)


def is_emergency(directory: Lookups, tenant_id: TenantId, site_id: SiteId | None, dialled: str) -> bool:
    """Say whether what a station dials is an emergency number where it is."""
    tenant = directory.tenant_of(tenant_id)
    return (
        tenant is not None and emergency_number(dialled, _dialling_at(tenant, directory.site_of(site_id))) is not None
    )


def plan_inbound(
    directory: Lookups, dialled: str, caller: E164 | None = None
) -> tuple[TenantId | None, Plan | FlowPlan]:
    """Return whose call a carrier brings, and where it goes.

    `dialled` is the DID as the edge normalised it.  caller: the customer's number, None where nobody told it.
    """
    did = directory.did_of(dialled)
    tenant = directory.tenant_of(did.tenant_id) if did is not None else None
    if did is None or tenant is None:
        return None, Refusal(Ending.NUMBER_INVALID)
    if did.flow_id is not None and (flow := directory.flow_of(tenant.tenant_id, did.flow_id)) is not None:
        return tenant.tenant_id, _into_flow(directory, tenant, did, flow, caller)
    if did.route_to is None:
        return tenant.tenant_id, Refusal(Ending.STATION_UNREACHABLE)
    station = _to_station(directory, tenant, did.route_to, records=tenant.records_calls)
    asks = did.notice is not None or tenant.vip_rules.reserved_channels
    if asks and isinstance(station, StationPlan):
        flow = ringing(station.extension, station.ring_timeout_seconds, did.language or DEFAULT_LANGUAGE)
        return tenant.tenant_id, _into_flow(directory, tenant, did, flow, caller)
    return tenant.tenant_id, station


def _into_flow(directory: Lookups, tenant: Tenant, did: Did, flow: Flow, caller: E164 | None) -> FlowPlan:
    vip, rules = _vip_of(directory, tenant, caller), tenant.vip_rules
    full = directory.flow_of(tenant.tenant_id, rules.full_flow) if rules.full_flow is not None else None
    flows = (flow, *((full,) if full is not None else ()))
    named = sorted({calendar_id for each in flows for calendar_id in calendars_of(each)})
    if did.calendar_id is not None and did.calendar_id not in named:
        named.append(did.calendar_id)
    known = (directory.calendar_of(tenant.tenant_id, calendar_id) for calendar_id in named)
    calendars = tuple(calendar for calendar in known if calendar is not None)
    return FlowPlan(
        flow,
        tenant.records_calls,
        did.language,
        did.notice,
        vip,
        did.calendar_id,
        calendars,
        tenant.dialling,
        rules,
        tenant.max_channels,
        full,
    )


def _vip_of(directory: Lookups, tenant: Tenant, caller: E164 | None) -> Vip | None:
    """Return who the caller is by the tenant's list, else by its patterns."""
    if caller is None:
        return None
    hashed = number_hash(tenant.number_key, caller)
    listed = directory.vip_of(tenant.tenant_id, hashed)
    return listed if listed is not None else by_pattern(tenant.vip_rules, tenant.tenant_id, caller, hashed)


def _to_station(directory: Lookups, tenant: Tenant, extension: str, *, records: bool | None = None) -> Plan:
    """records: None for a call between stations, which the tenant has a rule for: no customer is on the line."""
    station = directory.station_of(tenant.tenant_id, extension)
    if station is None:
        return Refusal(Ending.EXTENSION_UNKNOWN)
    wanted = tenant.records_internal_calls if records is None else records
    return StationPlan(station.extension, station.site_id, tenant.ring_timeout_seconds, wanted)


def _dialling_at(tenant: Tenant, site: Site | None) -> DiallingPlan:
    return site.dialling if site is not None and site.dialling is not None else tenant.dialling


def _to_emergency(directory: Lookups, tenant: Tenant, site: Site | None, number: ShortNumber) -> Plan:
    country = E164(f"+{_dialling_at(tenant, site).country_code}")
    trunks = trunks_for_emergency(directory, tenant.tenant_id, country)
    # The place is found by the number: a carrier that takes the site's comes first.
    trunks.sort(key=lambda trunk: not shows_site(site, trunk.trunk_id))
    if not trunks:
        return Refusal(Ending.NO_TRUNK)
    return TrunkPlan(
        number,
        tuple(
            TrunkOffer(
                trunk.trunk_id,
                trunk.max_channels,
                EMERGENCY_CLASS,
                emergency_callers(directory, tenant, site, trunk.trunk_id),
                dtmf=trunk.dtmf,
            )
            for trunk in trunks
        ),
        tenant.max_channels,
        EMERGENCY_RING_SECONDS,
        tenant.records_calls,
        is_emergency=True,
        location=site.location if site is not None else None,
    )


def _to_trunk(
    directory: Lookups, tenant: Tenant, number: E164, wanted_caller: str | None, *, country: str = ""
) -> Plan:
    """country: of a short number, which costs what its country does, and is blocked as if behind its code."""
    public = E164(f"+{country}{number}") if country else number
    if not is_allowed(tenant.limits, public):
        return Refusal(Ending.DESTINATION_BLOCKED)
    try:
        pool = caller_pool_of(directory, tenant, public, wanted_caller)
    except CallerNumberError as error:
        return Refusal(error.ending)
    rated_as = E164(f"+{country}") if country else number
    offers = tuple(
        TrunkOffer(trunk.trunk_id, trunk.max_channels, rate.cost_class, carried, rate.cost_per_minute, trunk.dtmf)
        for trunk, rate in trunks_for(directory, tenant.tenant_id, rated_as)
        if (carried := carried_by(directory, pool, trunk.trunk_id))
    )
    if not offers:
        return Refusal(Ending.NO_TRUNK)
    seconds = tenant.ring_timeout_seconds
    asked = asked_of(tenant.hand_dialling, public)
    most = tenant.ordinary_channels
    return TrunkPlan(number, offers, most, seconds, tenant.records_calls, tenant.limits, asked=asked)
