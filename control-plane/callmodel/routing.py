"""Where a call goes: to a station of its tenant (on the net, no trunk) or out through one of HQ's trunks."""

from dataclasses import dataclass

from callmodel.callernumbers import CallerNumberError, caller_pool_of, carried_by
from callmodel.directory import Lookups, Tenant
from callmodel.endings import Ending
from callmodel.ids import E164, Extension, SiteId, TenantId, TrunkId
from callmodel.limits import Limits, is_allowed
from callmodel.numbers import UndiallableNumberError, is_extension, to_e164
from callmodel.trunks import trunks_for


@dataclass(frozen=True)
class TrunkOffer:
    """One trunk that may carry the call, with its limit, price, and the caller numbers its carrier accepts."""

    trunk_id: TrunkId
    max_channels: int
    cost_class: str
    caller_pool: tuple[E164, ...]
    cost_per_minute: float = 0.0


@dataclass(frozen=True)
class TrunkPlan:
    """Out to the public network: the offers in the order to try."""

    number: E164
    offers: tuple[TrunkOffer, ...]
    tenant_max_channels: int
    ring_timeout_seconds: int
    records: bool
    limits: Limits = Limits()


@dataclass(frozen=True)
class StationPlan:
    """On the net, to a station of the tenant."""

    extension: Extension
    site_id: SiteId
    ring_timeout_seconds: int
    records: bool


@dataclass(frozen=True)
class Refusal:
    """The call goes nowhere, and why."""

    ending: Ending


Plan = TrunkPlan | StationPlan | Refusal


def plan_call(directory: Lookups, tenant_id: TenantId, dialled: str, *, wanted_caller: str | None = None) -> Plan:
    """Return where a call of a tenant's station goes.

    dialled: an extension of the tenant, or a public number in any form that the tenant's country writes.
    wanted_caller: the caller number the agent asks for, E.164; None leaves it to the tenant's rule.
    """
    tenant = directory.tenant_of(tenant_id)
    if tenant is None:
        return Refusal(Ending.INTERNAL_ERROR)
    if is_extension(dialled):
        return _to_station(directory, tenant, dialled)
    try:
        number = to_e164(dialled, tenant.dialling)
    except UndiallableNumberError:
        return Refusal(Ending.NUMBER_UNDIALLABLE)
    own = directory.did_of(number)
    if own is not None and own.tenant_id == tenant_id and own.route_to is not None and wanted_caller is None:
        # The tenant dials its own number: no carrier needs to see this call.
        return _to_station(directory, tenant, own.route_to)
    return _to_trunk(directory, tenant, number, wanted_caller)


def plan_inbound(directory: Lookups, dialled: str) -> tuple[TenantId | None, Plan]:
    """Return whose call a carrier brings, and where it goes.  `dialled` is the DID as the edge normalised it."""
    did = directory.did_of(dialled)
    tenant = directory.tenant_of(did.tenant_id) if did is not None else None
    if did is None or tenant is None:
        return None, Refusal(Ending.NUMBER_INVALID)
    if did.route_to is None:
        return tenant.tenant_id, Refusal(Ending.STATION_UNREACHABLE)
    return tenant.tenant_id, _to_station(directory, tenant, did.route_to, records=tenant.records_calls)


def _to_station(directory: Lookups, tenant: Tenant, extension: str, *, records: bool = False) -> Plan:
    # Colleagues talking to each other are not recorded: no customer is on the line.
    station = directory.station_of(tenant.tenant_id, extension)
    if station is None:
        return Refusal(Ending.EXTENSION_UNKNOWN)
    return StationPlan(station.extension, station.site_id, tenant.ring_timeout_seconds, records)


def _to_trunk(directory: Lookups, tenant: Tenant, number: E164, wanted_caller: str | None) -> Plan:
    if not is_allowed(tenant.limits, number):
        return Refusal(Ending.DESTINATION_BLOCKED)
    try:
        pool = caller_pool_of(directory, tenant, number, wanted_caller)
    except CallerNumberError as error:
        return Refusal(error.ending)
    offers = tuple(
        TrunkOffer(trunk.trunk_id, trunk.max_channels, rate.cost_class, carried, rate.cost_per_minute)
        for trunk, rate in trunks_for(directory, tenant.tenant_id, number)
        if (carried := carried_by(directory, pool, trunk.trunk_id))
    )
    if not offers:
        return Refusal(Ending.NO_TRUNK)
    seconds = tenant.ring_timeout_seconds
    return TrunkPlan(number, offers, tenant.max_channels, seconds, tenant.records_calls, tenant.limits)
