"""What an edge needs to know: who may register, which branch speaks for whom, where trunks lead.

HQ's edges get all of it; a branch gets the part of its own site, without trunks.
"""

import json
from dataclasses import dataclass, field
from enum import Enum

from callmodel.codec import ShapeError, from_wire
from callmodel.ids import E164, Extension, NodeId, SiteId, TenantId, TrunkId
from callmodel.numbers import DiallingPlan


class MediaProtection(Enum):
    RTP = "rtp"
    SRTP = "srtp"
    WEBRTC = "webrtc"
    """DTLS-SRTP with ICE, as browsers do."""


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
    """One address of a carrier.  `transport`: udp, tcp or tls."""

    host: str
    port: int = 5060
    transport: str = "udp"


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


@dataclass(frozen=True)
class EdgeSnapshot:
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


def health_of(heartbeat: str | None) -> NodeHealth | None:
    """Return what a heartbeat says; None for a node that is silent, or that nobody understands."""
    try:
        return None if heartbeat is None else from_wire(NodeHealth, json.loads(heartbeat))
    except (ShapeError, ValueError):
        return None
