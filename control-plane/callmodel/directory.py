"""What the platform knows of tenants, stations, trunks and numbers: the snapshot that decisions are made on.

The control plane publishes it; a media node decides on the last one it has.
"""

from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property

from callmodel.ids import E164, Extension, SiteId, TenantId, TrunkId
from callmodel.limits import Limits
from callmodel.numbers import DiallingPlan

DEFAULT_TIME_ZONE = "UTC"


class CallerRuleKind(Enum):
    FIXED = "fixed"
    REGION = "region"
    ROTATING = "rotating"


@dataclass(frozen=True)
class CallerRule:
    """Which of its numbers a tenant shows to the people it calls.

    FIXED: `numbers[0]`.  REGION: the number under the longest prefix of the callee's number in `regions`, else
    `numbers[0]`.  ROTATING: each call the next of `numbers`.
    """

    kind: CallerRuleKind = CallerRuleKind.FIXED
    numbers: tuple[E164, ...] = ()
    regions: dict[str, E164] = field(default_factory=dict)


@dataclass(frozen=True)
class Tenant:
    tenant_id: TenantId
    name: str
    domain: str
    """The SIP domain that its phones register in; also the digest realm."""
    dialling: DiallingPlan = DiallingPlan()
    caller_rule: CallerRule = CallerRule()
    max_channels: int = 100
    ring_timeout_seconds: int = 60
    records_calls: bool = True
    limits: Limits = Limits()
    time_zone: str = DEFAULT_TIME_ZONE
    """By its IANA name, such as `Asia/Shanghai`."""


@dataclass(frozen=True)
class Location:
    """Where a site is, for those who send help there: a civic address by its parts (RFC 5139), and a point (WGS 84).

    `country`: two letters (ISO 3166-1); every part may be empty.
    """

    country: str = ""
    province: str = ""
    city: str = ""
    district: str = ""
    street: str = ""
    house: str = ""
    building: str = ""
    floor: str = ""
    room: str = ""
    postal_code: str = ""
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True)
class Site:
    """A place where phones are, as far as it matters to their calls."""

    site_id: SiteId
    time_zone: str | None = None
    """By its IANA name; None for the tenant's, whichever it is that has stations there."""
    dialling: DiallingPlan | None = None
    """How its people write numbers down, None for as their tenant's do."""
    emergency_caller: E164 | None = None
    """The number that emergency calls of its phones show, by which a carrier finds the place: any of HQ's."""
    trunk_ids: tuple[TrunkId, ...] = ()
    """The trunks whose carrier accepts `emergency_caller`; empty for all."""
    location: Location | None = None


@dataclass(frozen=True)
class Station:
    """A phone that an agent is seated at."""

    tenant_id: TenantId
    extension: Extension
    site_id: SiteId
    display_name: str = ""


@dataclass(frozen=True)
class Rate:
    """What calls to a prefix cost on a trunk.  `prefix` is E.164 with its plus sign; `+` alone is anywhere."""

    prefix: str
    cost_per_minute: float
    cost_class: str


@dataclass(frozen=True)
class Trunk:
    trunk_id: TrunkId
    name: str
    rates: tuple[Rate, ...]
    max_channels: int = 30
    priority: int = 100
    enabled: bool = True
    tenant_ids: tuple[TenantId, ...] = ()
    """Whose calls it may carry; empty for every tenant's."""


@dataclass(frozen=True)
class Did:
    """A number that HQ owns, lent to one tenant; calls to it ring the station `route_to`."""

    number: E164
    tenant_id: TenantId
    route_to: Extension | None = None
    trunk_ids: tuple[TrunkId, ...] = ()
    """The trunks whose carrier accepts it as calling number; empty for all."""


@dataclass(frozen=True)
class Directory:
    """Everything routing needs, for all tenants of the platform."""

    version: int = 0
    tenants: tuple[Tenant, ...] = ()
    stations: tuple[Station, ...] = ()
    trunks: tuple[Trunk, ...] = ()
    numbers: tuple[Did, ...] = ()
    sites: tuple[Site, ...] = ()

    @cached_property
    def _tenants(self) -> dict[TenantId, Tenant]:
        return {tenant.tenant_id: tenant for tenant in self.tenants}

    @cached_property
    def _stations(self) -> dict[tuple[TenantId, str], Station]:
        return {(station.tenant_id, station.extension): station for station in self.stations}

    @cached_property
    def _numbers(self) -> dict[str, Did]:
        return {did.number: did for did in self.numbers}

    @cached_property
    def _trunks(self) -> dict[TrunkId, Trunk]:
        return {trunk.trunk_id: trunk for trunk in self.trunks}

    @cached_property
    def _sites(self) -> dict[SiteId, Site]:
        return {site.site_id: site for site in self.sites}

    def site_of(self, site_id: SiteId | None) -> Site | None:
        return self._sites.get(site_id) if site_id is not None else None

    def time_zone_of(self, tenant_id: TenantId, site_id: SiteId | None = None) -> str:
        """Return the time zone of a tenant's people at a site: the site's, else the tenant's."""
        site, tenant = self.site_of(site_id), self.tenant_of(tenant_id)
        if site is not None and site.time_zone is not None:
            return site.time_zone
        return tenant.time_zone if tenant is not None else DEFAULT_TIME_ZONE

    def tenant_of(self, tenant_id: TenantId) -> Tenant | None:
        return self._tenants.get(tenant_id)

    def station_of(self, tenant_id: TenantId, extension: str) -> Station | None:
        return self._stations.get((tenant_id, extension))

    def did_of(self, number: str) -> Did | None:
        """Return the number's entry whoever holds it: the one look-up that comes before the tenant is known."""
        return self._numbers.get(number)

    def trunk_of(self, trunk_id: TrunkId) -> Trunk | None:
        return self._trunks.get(trunk_id)
