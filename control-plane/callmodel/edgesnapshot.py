"""What an edge needs to know: who may register, which branch speaks for whom, where trunks lead.

HQ's edges get all of it, in parts; a branch gets what is its own site's, without trunks.
"""

from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from callmodel.codec import from_wire, to_wire
from callmodel.countrycodes import split_number
from callmodel.entries import Tables
from callmodel.ids import E164, Extension, NodeId, SiteId, TenantId, TrunkId
from callmodel.numbers import DiallingPlan


class MediaProtection(Enum):
    RTP = "rtp"
    SRTP = "srtp"
    WEBRTC = "webrtc"
    """DTLS-SRTP with ICE, as browsers do."""
    OPTIONAL = "optional"
    """SRTP where the other side can: keys beside plain RTP, which who can't ignores (RFC 8643)."""


@dataclass(frozen=True)
class EdgeStation:
    """A phone's identity.  `ha1` is MD5(extension:domain:password), RFC 2617; the password itself is kept nowhere."""

    tenant_id: TenantId
    domain: str
    extension: Extension
    ha1: str
    site_id: SiteId
    media: MediaProtection = MediaProtection.RTP


@dataclass(frozen=True)
class Gateway:
    """One address of a carrier, or a name.  `transport`: udp, tcp or tls.

    A name without a port leads where SRV records say; without a transport too, NAPTR records say which (RFC 3263).
    """

    host: str
    port: int | None = 5060
    transport: str | None = "udp"


def usual_port(transport: str) -> int:
    """Return where SIP is spoken over a transport when nothing else is said (RFC 3261, 19.1.2)."""
    return 5061 if transport == "tls" else 5060


@dataclass(frozen=True)
class TrunkCredentials:
    """Digest identity at a carrier.  `ha1` is MD5(username:realm:password)."""

    username: str
    realm: str
    ha1: str


@dataclass(frozen=True)
class EdgeTrunk:
    """`gateways` in the order to try.  `sources`: the addresses that its calls to us come from."""

    trunk_id: TrunkId
    gateways: tuple[Gateway, ...]
    domain: str
    """Host part of From and P-Asserted-Identity towards the carrier."""
    credentials: TrunkCredentials | None = None
    registers: bool = False
    sources: tuple[str, ...] = ()
    no_reply_ms: int = 3000
    """How long a gateway may stay silent before the next one is tried."""
    media_networks: tuple[str, ...] = ()
    """Addresses and networks that its media comes from and goes to; empty for those of gateways and sources."""
    no_ring_ms: int = 6000
    """How long a gateway may leave the caller without ringing or a voice before the next one is tried."""
    country_code: str = ""
    """Whose way of writing numbers the carrier has, such as `86`; empty for that of the number called."""
    trusts_identity: bool = True
    """Whether the carrier's network vouches for P-Asserted-Identity, Diversion and their kin (RFC 3325)."""
    media: MediaProtection = MediaProtection.RTP
    """What it is offered; what it offers itself is answered in its own way."""
    media_learnt: tuple[str, ...] = ()
    """Addresses of its media that were seen and then allowed, beside its `media_networks` or what stands for them."""


@dataclass(frozen=True)
class EdgeSnapshot:
    """What edges need, of one tenant, of the platform itself, of a site or of all of it, as a value."""

    version: int = 0
    domains: dict[str, TenantId] | None = None
    """SIP domain to tenant."""
    stations: tuple[EdgeStation, ...] = ()
    trunks: tuple[EdgeTrunk, ...] = ()
    numbers: tuple[E164, ...] = ()
    branches: tuple[SiteId, ...] = ()
    """Sites whose gateways may connect; their certificates name them as `urn:trunkline:site:<site>`."""
    dialling: dict[TenantId, DiallingPlan] = field(default_factory=dict)
    """How each tenant's people dial: what is an emergency number there."""
    site_dialling: dict[SiteId, DiallingPlan] = field(default_factory=dict)
    """The same of the sites that have a way of their own."""


DOMAIN, TENANT, STATION, TRUNK, NUMBER, BRANCH = "domain", "tenant", "station", "trunk", "number", "branch"
SITE, COUNTRY = "site", "country"


def tables_of(snapshot: EdgeSnapshot) -> Tables:
    """Return a snapshot as the entries that are published.  Domains are looked up in lower case."""
    domains = snapshot.domains or {}
    return {
        DOMAIN: {domain.lower(): {"tenant_id": tenant_id} for domain, tenant_id in domains.items()},
        TENANT: {
            tenant_id: {
                "domain": domain.lower(),
                "dialling": to_wire(snapshot.dialling.get(tenant_id, DiallingPlan())),
            }
            for domain, tenant_id in domains.items()
        },
        STATION: {station_key(each.domain, each.extension): to_wire(each) for each in snapshot.stations},
        TRUNK: {each.trunk_id: to_wire(each) for each in snapshot.trunks},
        NUMBER: {number: {} for number in snapshot.numbers},
        BRANCH: {site_id: {} for site_id in snapshot.branches},
        SITE: {site_id: {"dialling": to_wire(plan)} for site_id, plan in snapshot.site_dialling.items()},
        COUNTRY: {code: {"code": code} for code in {split_number(number)[0] for number in snapshot.numbers}},
    }


def check_entry(kind: str, value: Any) -> None:
    """Raise ShapeError for an entry that could not be read.  Kinds of later versions are fine."""
    shape: type[Any] | None = {STATION: EdgeStation, TRUNK: EdgeTrunk}.get(kind)
    if shape is not None:
        from_wire(shape, value)


def station_key(domain: str, extension: str) -> str:
    """Return the key of a station's entry."""
    return f"{domain.lower()}/{extension}"


@dataclass(frozen=True)
class NodeHealth:
    """A media node's heartbeat.  `sip`: where its Asterisk listens, `host:port` over UDP.

    draining: whether it takes no new calls, because it was asked to drain or because its Asterisk is away.
    spool: `room`, `filling` (alarm), or `full`: its calls go on unrecorded.
    """

    node_id: NodeId
    sip: str
    capacity: int
    calls: int
    draining: bool
    at_ms: int
    spool: str = "room"
    spool_bytes: int = 0
    spool_max_bytes: int = 0
