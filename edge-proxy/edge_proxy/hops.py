"""Where a carrier's gateway is: the addresses behind it, and which of them is tried first (RFC 3263, RFC 2782)."""

import hashlib
import ipaddress
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from callmodel.codec import ShapeError, from_wire
from callmodel.edgesnapshot import Gateway

MOST_HOPS = 16
"""Of one name: more is nothing that a carrier has, and would make each worker hold it."""


@dataclass(frozen=True)
class Hop:
    """One address of a gateway.  priority: the lowest first; weight: its share among those of the same priority.

    target: the name that the address was found by.
    """

    address: str
    port: int = 5060
    transport: str = "udp"
    priority: int = 0
    weight: int = 0
    target: str = ""

    @property
    def uri(self) -> str:
        """The hop as Kamailio is told of it."""
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"sip:{host}:{self.port};transport={self.transport}"


@dataclass(frozen=True)
class Found:
    """Where a gateway's name leads.  former: addresses that it led to lately; calls with them go on."""

    gateway: Gateway
    hops: tuple[Hop, ...]
    former: tuple[str, ...] = ()

    @property
    def addresses(self) -> tuple[str, ...]:
        """All addresses, each once."""
        return tuple(dict.fromkeys((*(hop.address for hop in self.hops), *self.former)))


Places = Mapping[Gateway, Found]


def in_turn(hops: Iterable[Hop], seed: str) -> list[Hop]:
    """Return hops in the order to try: by priority, and among equals by lot, the heavier the likelier.

    The lot is drawn from the seed and the hop alone (Efraimidis and Spirakis, 2006), so the order is the same at each
    step of a call, whatever has come and gone in between.  What weighs nothing comes last, as good as always.
    """
    return sorted(hops, key=lambda hop: (hop.priority, hop.weight == 0, -_lot(hop, seed)))


def _lot(hop: Hop, seed: str) -> float:
    drawn = hashlib.blake2b(f"{seed} {hop.uri}".encode(), digest_size=8).digest()
    return float(((int.from_bytes(drawn, "big") + 1) / (2**64 + 1)) ** (1 / (hop.weight or 1)))


def key_of(gateway: Gateway) -> str:
    """Return the key under which a gateway's hops are kept."""
    return f"{gateway.host}:{gateway.port or ''}/{gateway.transport or ''}"


def places_in(entries: Iterable[Any]) -> dict[Gateway, Found]:
    """Return what is kept of gateways' names; entries of an older version are passed over."""
    places = {}
    for entry in entries:
        try:
            found = from_wire(Found, entry)
        except ShapeError:
            continue
        places[found.gateway] = found
    return places


def is_name(host: str) -> bool:
    """Say whether a gateway's host has to be looked up."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return True
    return False


@dataclass(frozen=True)
class Bounds:
    """Where a carrier's name may lead.

    ours: addresses of this platform, where no carrier is, whatever else is allowed; allowed: networks beside public
    addresses.
    """

    ours: frozenset[str] = frozenset()
    allowed: Sequence[ipaddress.IPv4Network | ipaddress.IPv6Network] = field(default_factory=tuple)

    def refusal(self, address: str) -> str | None:
        """Return why an address is refused, None for one that a carrier may have."""
        ip = ipaddress.ip_address(address)
        if address in self.ours:
            return "one of our own"
        if ip.is_multicast:
            return "multicast"
        if ip.is_unspecified or address == "255.255.255.255":
            return "nobody's"
        if ip.is_global or any(ip in network for network in self.allowed):
            return None
        return "loopback" if ip.is_loopback else "link-local" if ip.is_link_local else "not public"
