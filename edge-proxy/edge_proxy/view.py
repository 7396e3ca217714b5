"""The edge's knowledge, indexed for the hot path, and read by every SIP worker from one file.

The agent writes the last snapshot to a file; each Kamailio worker looks at the file's identity at most every 50 ms
and reads it anew when it changed.  A file, and no shared hash table, because it is there again the moment Kamailio
restarts (digest works from the first REGISTER), needs no push to be repeated, and is swapped whole by a rename: a
worker sees the old knowledge or the new, never half of it.  A look costs a microsecond; Redis and HTTP stay out.
"""

import ipaddress
import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field

from callmodel.codec import ShapeError, from_wire
from callmodel.countrycodes import split_number
from callmodel.edgesnapshot import EdgeSnapshot, EdgeStation, EdgeTrunk, Gateway
from callmodel.ids import SiteId, TenantId, TrunkId
from callmodel.numbers import DiallingPlan, emergency_number, plan_of_country
from edge_proxy.decisions import Peer, PeerKind
from edge_proxy.mediasource import networks_of
from edge_proxy.telephones import LONGEST_EMERGENCY

LOOK_SECONDS = 0.05

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True)
class EdgeState:
    """What the agent hands to the SIP workers.

    `addresses`: the address of each gateway that is given by name.  The agent resolves names, since a look-up that
    hangs would hold a whole SIP worker.
    """

    snapshot: EdgeSnapshot = EdgeSnapshot()
    addresses: dict[str, str] = field(default_factory=dict)


class EdgeView:
    """An `EdgeState` with the look-ups that decisions need."""

    def __init__(self, state: EdgeState) -> None:
        snapshot = state.snapshot
        self.version = snapshot.version
        self.domains: dict[str, TenantId] = {
            domain.lower(): tenant for domain, tenant in (snapshot.domains or {}).items()
        }
        self.known = bool(snapshot.version or self.domains or snapshot.stations)
        self._domain_of = {tenant: domain for domain, tenant in self.domains.items()}
        plans = snapshot.dialling
        self._dialling = {domain: plans.get(tenant, DiallingPlan()) for domain, tenant in self.domains.items()}
        self._site_dialling = snapshot.site_dialling
        self._stations = {(station.domain.lower(), str(station.extension)): station for station in snapshot.stations}
        self._trunks = {trunk.trunk_id: trunk for trunk in snapshot.trunks}
        self.numbers = frozenset(str(number) for number in snapshot.numbers)
        self.plans = tuple(plan_of_country(code) for code in sorted({split_number(n)[0] for n in self.numbers}))
        """How numbers are written where HQ has some."""
        self._branches = frozenset(snapshot.branches)
        self._addresses = state.addresses
        self._sources: dict[str, list[EdgeTrunk]] = {}
        self._source_networks: list[tuple[Network, EdgeTrunk]] = []
        for trunk in snapshot.trunks:
            self._index_sources(trunk)
        self._media_networks: dict[str, tuple[Network, ...]] = {}
        self._gateways_at: dict[str, list[EdgeTrunk]] = {}
        self._ids_at: dict[str, frozenset[str]] = {}
        for trunk in snapshot.trunks:
            for address in self._addresses_of(trunk):
                self._gateways_at.setdefault(address, []).append(trunk)
        # Made once: their calls are the most.
        self._carriers = {
            address: Peer(PeerKind.OUTSIDE, address, is_carrier=True)
            for address in (*self._gateways_at, *self._sources)
        }

    def _index_sources(self, trunk: EdgeTrunk) -> None:
        for source in trunk.sources:
            try:
                network = ipaddress.ip_network(source, strict=False)
            except ValueError:
                continue  # the agent has warned; a source that names no address lets nobody in
            if network.num_addresses == 1:
                self._sources.setdefault(str(network.network_address), []).append(trunk)
            else:
                self._source_networks.append((network, trunk))

    def station_of(self, domain: str, extension: str) -> EdgeStation | None:
        return self._stations.get((domain.lower(), extension))

    def is_emergency(self, domain: str, extension: str, dialled: str | None) -> bool:
        """Say whether what a tenant's station dials is an emergency number where it is."""
        if dialled is None or len(dialled) > LONGEST_EMERGENCY:
            return False
        station = self.station_of(domain, extension)
        at_site = self._site_dialling.get(station.site_id) if station is not None else None
        plan = at_site or self._dialling.get(domain.lower())
        return plan is not None and emergency_number(dialled, plan) is not None

    def domain_of(self, tenant_id: str) -> str | None:
        return self._domain_of.get(TenantId(tenant_id))

    def trunk_of(self, trunk_id: str) -> EdgeTrunk | None:
        return self._trunks.get(TrunkId(trunk_id))

    def has_branch(self, site_id: str) -> bool:
        return SiteId(site_id) in self._branches

    def trunks_from(self, address: str) -> list[EdgeTrunk]:
        """Return the trunks whose calls come from an address."""
        exact = self._sources.get(address)
        if exact or not self._source_networks:
            return exact or []
        try:
            ip = ipaddress.ip_address(address)
        except ValueError:
            return []
        return [trunk for network, trunk in self._source_networks if ip in network]

    def outsider(self, address: str) -> Peer:
        """Return whoever sends from an address and has proved nothing else."""
        return self._carriers.get(address) or Peer(PeerKind.OUTSIDE, address, is_carrier=self.is_carrier(address))

    def is_carrier(self, address: str) -> bool:
        """Say whether an address belongs to a carrier, which must not see what lies behind the edge."""
        return address in self._gateways_at or bool(self.trunks_from(address))

    def trunks_at(self, address: str) -> list[EdgeTrunk]:
        """Return the trunks that an address belongs to: whose gateway it is, or whose calls come from it."""
        return [*self._gateways_at.get(address, ()), *self.trunks_from(address)]

    def is_at(self, trunk_id: str, address: str) -> bool:
        """Say whether an address is one of a trunk's gateways, or one that its calls come from."""
        known = self._ids_at.get(address)
        if known is None:
            known = frozenset(str(trunk.trunk_id) for trunk in self.trunks_at(address))
            if known:
                self._ids_at[address] = known
        return trunk_id in known

    def media_networks(self, address: str) -> tuple[Network, ...] | None:
        """Return where the media of a carrier at an address comes from and goes to, None for no carrier's address."""
        known = self._media_networks.get(address)
        if known is not None:
            return known
        trunks = {trunk.trunk_id: trunk for trunk in self.trunks_at(address)}
        if not trunks:
            return None
        found = networks_of(
            text
            for trunk in trunks.values()
            for text in trunk.media_networks or (*trunk.sources, *self._addresses_of(trunk))
        )
        self._media_networks[address] = found
        return found

    def _addresses_of(self, trunk: EdgeTrunk) -> list[str]:
        return [address for gateway in trunk.gateways if (address := self.address_of(gateway))]

    def address_of(self, gateway: Gateway) -> str | None:
        """Return a gateway's IP address, None while its name could not be resolved."""
        try:
            return str(ipaddress.ip_address(gateway.host))
        except ValueError:
            return self._addresses.get(gateway.host)


class StateFile:
    """The view on the file that the agent writes; keeps the last good one when the file is gone or broken."""

    def __init__(self, path: str, on_problem: Callable[[str], None] = lambda _: None) -> None:
        self._path = path
        self._on_problem = on_problem
        self._identity: tuple[int, int, int] | None = None
        self._looked = -1.0
        self._view = EdgeView(EdgeState())

    def view(self, now: float) -> EdgeView:
        """Return the newest view.  `now`: a monotonic clock, in seconds."""
        if now - self._looked < LOOK_SECONDS:
            return self._view
        self._looked = now
        try:
            status = os.stat(self._path)  # noqa: PTH116 - a Path would double the cost of the hot path's look
        except OSError:
            return self._view
        # A rename brings a new inode, so that two writes within one tick of the clock still differ.
        identity = (status.st_mtime_ns, status.st_ino, status.st_size)
        if identity != self._identity:
            self._identity = identity
            self._read()
        return self._view

    def _read(self) -> None:
        try:
            with open(self._path, "rb") as file:  # noqa: PTH123
                self._view = EdgeView(from_wire(EdgeState, json.load(file)))
        except (OSError, ValueError, ShapeError) as error:
            self._on_problem(f"edge state not readable, the last one stays: {type(error).__name__}")
