"""What the platform knows of tenants, stations, trunks and numbers: what decisions are made on.

The control plane publishes it in parts.  A media node decides on the last it has, and looks up what a call needs.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import Any, Protocol, TypeVar

from callmodel.agents import Agent, SeatedAgent
from callmodel.campaigns.document import Campaign
from callmodel.codec import from_wire, to_wire
from callmodel.dtmf import Dtmf
from callmodel.entries import Tables
from callmodel.flows.calendars import Calendar
from callmodel.flows.document import Flow
from callmodel.handdialling import HandDialling
from callmodel.ids import (
    E164,
    CalendarId,
    CampaignId,
    Extension,
    FlowId,
    PromptId,
    ProviderId,
    QueueId,
    SiteId,
    TenantId,
    TrunkId,
)
from callmodel.limits import Limits
from callmodel.locations import Location
from callmodel.numbers import DiallingPlan
from callmodel.prompts import PromptFile
from callmodel.queues import Queue
from callmodel.vips import Vip, VipRules

DEFAULT_TIME_ZONE = "UTC"
HQ = ProviderId("hq")


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
    records_internal_calls: bool = False
    """Whether calls between its stations are recorded too: no customer is in them."""
    provider_id: ProviderId = HQ
    """Whose agents serve it, and whose pool the agents at its stations are in."""
    number_key: str = ""
    """By which hot state knows customers' numbers: as keyed hashes, never themselves."""
    vip_rules: VipRules = VipRules()
    hand_dialling: HandDialling = HandDialling()

    @property
    def ordinary_channels(self) -> int:
        """How many channels calls may hold that are no VIP's."""
        return max(self.max_channels - self.vip_rules.reserved_channels, 0)


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
    dtmf: Dtmf = Dtmf.AUTO


@dataclass(frozen=True)
class Did:
    """A number that HQ owns, lent to one tenant; calls to it go into its flow, else they ring a station."""

    number: E164
    tenant_id: TenantId
    route_to: Extension | None = None
    """The station that rings where the number has no flow, or one that nobody has published."""
    trunk_ids: tuple[TrunkId, ...] = ()
    """The trunks whose carrier accepts it as calling number; empty for all."""
    flow_id: FlowId | None = None
    language: str | None = None
    """That the flow begins with (BCP 47); None for the flow's own."""
    calendar_id: CalendarId | None = None
    """The tenant's opening hours for it; None for always."""
    notice: PromptId | None = None
    """What callers hear of recording, before an agent hears them."""


class Lookups(Protocol):
    """What a decision may ask."""

    @property
    def trunks(self) -> tuple[Trunk, ...]:
        """All trunks of the platform."""

    def tenant_of(self, tenant_id: TenantId) -> Tenant | None:
        """Return a tenant."""

    def station_of(self, tenant_id: TenantId, extension: str) -> Station | None:
        """Return a station of the tenant."""

    def did_of(self, number: str) -> Did | None:
        """Return the number's entry whoever holds it: the one look-up that comes before the tenant is known."""

    def each_number(self) -> Iterable[Did]:
        """Return all numbers that are lent: as many as there are, one look-up each."""

    def trunk_of(self, trunk_id: TrunkId) -> Trunk | None:
        """Return a trunk."""

    def site_of(self, site_id: SiteId | None) -> Site | None:
        """Return a site."""

    def queue_of(self, tenant_id: TenantId, queue_id: QueueId) -> Queue | None:
        """Return a queue of the tenant."""

    def flow_of(self, tenant_id: TenantId, flow_id: FlowId) -> Flow | None:
        """Return the published version of a flow of the tenant."""

    def calendar_of(self, tenant_id: TenantId, calendar_id: CalendarId) -> Calendar | None:
        """Return a calendar of the tenant."""

    def vip_of(self, tenant_id: TenantId, caller: str) -> Vip | None:
        """Return a customer of the tenant who is one, by the number's keyed hash."""

    def prompt_of(self, tenant_id: TenantId, prompt_id: PromptId) -> PromptFile | None:
        """Return where audio of the tenant lies."""

    def campaign_of(self, tenant_id: TenantId, campaign_id: CampaignId) -> Campaign | None:
        """Return a campaign of the tenant."""

    def each_campaign(self) -> Iterable[Campaign]:
        """Return all campaigns, whichever tenant's: there are few."""

    def agent_at(self, tenant_id: TenantId, extension: Extension) -> Agent | None:
        """Return the agent who is seated at a station, and may sign in there."""

    def time_zone_of(self, tenant_id: TenantId, site_id: SiteId | None = None) -> str:
        """Return the time zone of a tenant's people at a site: the site's, else the tenant's."""


TENANT, STATION, NUMBER, TRUNK, SITE, QUEUE = "tenant", "station", "number", "trunk", "site", "queue"
FLOW, CALENDAR, VIP, PROMPT, AGENT, CAMPAIGN = "flow", "calendar", "vip", "prompt", "agent", "campaign"
_SHAPES: dict[str, type[Any]] = {
    TENANT: Tenant,
    STATION: Station,
    NUMBER: Did,
    TRUNK: Trunk,
    SITE: Site,
    QUEUE: Queue,
    FLOW: Flow,
    CALENDAR: Calendar,
    VIP: Vip,
    PROMPT: PromptFile,
    AGENT: SeatedAgent,
    CAMPAIGN: Campaign,
}

T = TypeVar("T")


class ByKey(ABC):
    """Look-ups by kind and key, wherever the entries lie."""

    @abstractmethod
    def _look_up(self, shape: type[T], kind: str, key: str) -> T | None:
        """Return an entry, None where there is none."""

    def tenant_of(self, tenant_id: TenantId) -> Tenant | None:
        return self._look_up(Tenant, TENANT, tenant_id)

    def station_of(self, tenant_id: TenantId, extension: str) -> Station | None:
        return self._look_up(Station, STATION, _key_in(tenant_id, extension))

    def did_of(self, number: str) -> Did | None:
        return self._look_up(Did, NUMBER, number)

    def trunk_of(self, trunk_id: TrunkId) -> Trunk | None:
        return self._look_up(Trunk, TRUNK, trunk_id)

    def site_of(self, site_id: SiteId | None) -> Site | None:
        return self._look_up(Site, SITE, site_id) if site_id is not None else None

    def queue_of(self, tenant_id: TenantId, queue_id: QueueId) -> Queue | None:
        return self._look_up(Queue, QUEUE, _key_in(tenant_id, queue_id))

    def flow_of(self, tenant_id: TenantId, flow_id: FlowId) -> Flow | None:
        return self._look_up(Flow, FLOW, _key_in(tenant_id, flow_id))

    def calendar_of(self, tenant_id: TenantId, calendar_id: CalendarId) -> Calendar | None:
        return self._look_up(Calendar, CALENDAR, _key_in(tenant_id, calendar_id))

    def vip_of(self, tenant_id: TenantId, caller: str) -> Vip | None:
        return self._look_up(Vip, VIP, _key_in(tenant_id, caller))

    def prompt_of(self, tenant_id: TenantId, prompt_id: PromptId) -> PromptFile | None:
        return self._look_up(PromptFile, PROMPT, _key_in(tenant_id, prompt_id))

    def campaign_of(self, tenant_id: TenantId, campaign_id: CampaignId) -> Campaign | None:
        return self._look_up(Campaign, CAMPAIGN, _key_in(tenant_id, campaign_id))

    def agent_at(self, tenant_id: TenantId, extension: Extension) -> Agent | None:
        seated = self._look_up(SeatedAgent, AGENT, _key_in(tenant_id, extension))
        return None if seated is None else seated.agent

    def time_zone_of(self, tenant_id: TenantId, site_id: SiteId | None = None) -> str:
        site = self.site_of(site_id)
        if site is not None and site.time_zone is not None:
            return site.time_zone
        tenant = self.tenant_of(tenant_id)
        return tenant.time_zone if tenant is not None else DEFAULT_TIME_ZONE


@dataclass(frozen=True)
class Directory(ByKey):
    """What routing needs, of one tenant, of the platform itself or of all of it, as a value."""

    tenants: tuple[Tenant, ...] = ()
    stations: tuple[Station, ...] = ()
    trunks: tuple[Trunk, ...] = ()
    numbers: tuple[Did, ...] = ()
    sites: tuple[Site, ...] = ()
    queues: tuple[Queue, ...] = ()
    flows: tuple[Flow, ...] = ()
    calendars: tuple[Calendar, ...] = ()
    vips: tuple[Vip, ...] = ()
    prompts: tuple[PromptFile, ...] = ()
    agents: tuple[SeatedAgent, ...] = ()
    campaigns: tuple[Campaign, ...] = ()

    @cached_property
    def by_kind(self) -> dict[str, dict[str, Any]]:
        """Everything, by kind and key."""
        return {
            TENANT: {each.tenant_id: each for each in self.tenants},
            STATION: {_key_in(each.tenant_id, each.extension): each for each in self.stations},
            NUMBER: {each.number: each for each in self.numbers},
            TRUNK: {each.trunk_id: each for each in self.trunks},
            SITE: {each.site_id: each for each in self.sites},
            QUEUE: {_key_in(each.tenant_id, each.queue_id): each for each in self.queues},
            FLOW: {_key_in(each.tenant_id, each.flow_id): each for each in self.flows},
            CALENDAR: {_key_in(each.tenant_id, each.calendar_id): each for each in self.calendars},
            VIP: {_key_in(each.tenant_id, each.caller): each for each in self.vips},
            PROMPT: {_key_in(each.tenant_id, each.prompt_id): each for each in self.prompts},
            AGENT: {_key_in(each.tenant_id, each.extension): each for each in self.agents},
            CAMPAIGN: {_key_in(each.tenant_id, each.campaign_id): each for each in self.campaigns},
        }

    def each_number(self) -> Iterable[Did]:
        return self.numbers

    def each_campaign(self) -> Iterable[Campaign]:
        return self.campaigns

    def _look_up(self, shape: type[T], kind: str, key: str) -> T | None:
        found: T | None = self.by_kind[kind].get(key)
        return found


def tables_of(directory: Directory) -> Tables:
    """Return a directory as the entries that are published."""
    return {
        kind: {key: to_wire(each) for key, each in entries.items()} for kind, entries in directory.by_kind.items()
    }


def check_entry(kind: str, value: Any) -> None:
    """Raise ShapeError for an entry that could not be read.  Kinds of later versions are fine."""
    if kind in _SHAPES:
        from_wire(_SHAPES[kind], value)


def _key_in(tenant_id: TenantId, name: str) -> str:
    """Return the key of an entry whose name is unique in its tenant only."""
    return f"{tenant_id}/{name}"
