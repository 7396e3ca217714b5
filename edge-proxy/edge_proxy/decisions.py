"""What the edge may decide about a request, as values: the KEMI script carries them out and adds nothing."""

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from callmodel.edgesnapshot import MediaProtection
from callmodel.vouched import Vouched
from edge_proxy.callers import Told


class PeerKind(Enum):
    """Who a request comes from, as the transport proves it (never as the request says)."""

    OUTSIDE = "outside"
    NODE = "node"
    BRANCH = "branch"
    HQ = "hq"
    EDGE = "edge"
    """Another of HQ's edges, or this one itself over the socket for them."""


class Peer(NamedTuple):
    """`site_id`: the site in a branch's certificate; `is_carrier`: outside, at an address of a carrier's."""

    kind: PeerKind = PeerKind.OUTSIDE
    address: str = ""
    site_id: str = ""
    is_carrier: bool = False

    @property
    def is_trusted(self) -> bool:
        """Say whether it is one of us or a carrier: never banned, since that would cut off everybody behind it."""
        return self.is_carrier or self.kind is not PeerKind.OUTSIDE


class Request(NamedTuple):
    """A request outside of any dialog.  Fields from `station` on are ours, and count only from peers we trust; `told`
    is what a carrier says.
    """

    method: str
    peer: Peer
    from_user: str = ""
    from_domain: str = ""
    to_user: str = ""
    to_domain: str = ""
    target_user: str = ""
    target_domain: str = ""
    authenticated: bool = False
    preferred_identity: str = ""
    told: Told = Told()
    station: str = ""
    site: str = ""
    target: str = ""
    tenant: str = ""
    trunk: str = ""
    caller: str = ""
    traceparent: str = ""
    call: str = ""
    link: str = ""
    refused: str = ""


@dataclass(frozen=True)
class Authenticate:
    """Check the digest (RFC 2617 with HA1), challenge without one; `ha1` None can never match."""

    realm: str
    username: str
    ha1: str | None


@dataclass(frozen=True)
class Reject:
    """Answer with a final response; `strike` counts against the sender's address."""

    code: int
    reason: str
    strike: bool = False


@dataclass(frozen=True)
class ToMediaNode:
    """`target`: user part of the request URI.  `from_user`: replaces the one in From unless None.

    `any_node`: one that drains or is full takes it too.
    """

    target: str
    vouched: Vouched
    from_user: str | None = None
    any_node: bool = False


@dataclass(frozen=True)
class ToStation:
    """Ring the contacts of a station."""

    extension: str
    domain: str
    media: MediaProtection


@dataclass(frozen=True)
class ToTrunk:
    """Out through the gateways of a trunk, one after another."""

    trunk_id: str
    callee: str
    caller: str
    domain: str


@dataclass(frozen=True)
class HqSeen:
    """What a branch's edge sees of HQ.

    `alive`: one of HQ's edges serves, as the dispatcher counts it; `quiet_seconds`: since anything came from HQ.
    """

    alive: bool
    quiet_seconds: float = 0.0


@dataclass(frozen=True)
class ToHq:
    """From a branch up to HQ, which has the media nodes and the trunks."""

    vouched: Vouched


@dataclass(frozen=True)
class ToNextHqEdge:
    """From a branch up to HQ by another of its edges, where one serves."""


@dataclass(frozen=True)
class ToRoute:
    """Follow the Route that HQ put in: the request URI is a contact that this branch gave."""

    media: MediaProtection


@dataclass(frozen=True)
class PassOn:
    """Another edge's call to a contact whose connection is here: that edge has the media, this one the way."""


@dataclass(frozen=True)
class SaveContact:
    """Keep the contact.  `forward`: tell HQ too (a branch)."""

    forward: bool = False


Decision = Authenticate | Reject | ToMediaNode | ToStation | ToTrunk | ToHq | ToRoute | PassOn | SaveContact

NOT_READY = Reject(503, "Not Ready")
