"""The carriers' trunks by the addresses that they have: few enough to be held by every SIP worker."""

import ipaddress
from collections.abc import Sequence

from callmodel.edgesnapshot import EdgeTrunk, Gateway, usual_port
from callmodel.ids import TrunkId
from edge_proxy.decisions import Peer, PeerKind
from edge_proxy.hops import Hop, Places, is_name
from edge_proxy.mediasource import Networks, networks_of

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class TrunkBook:
    """Trunks with the look-ups that decisions need.

    places: where the gateways are that are given by name.  The agent looks names up, since a look-up that hangs
    would hold a whole SIP worker.
    """

    def __init__(self, trunks: Sequence[EdgeTrunk] = (), places: Places | None = None) -> None:
        self.trunks = tuple(trunks)
        self._places = places or {}
        self._by_id = {trunk.trunk_id: trunk for trunk in trunks}
        self._sources: dict[str, list[EdgeTrunk]] = {}
        self._source_networks: list[tuple[Network, EdgeTrunk]] = []
        for trunk in trunks:
            self._index_sources(trunk)
        self._media_networks: dict[str, Networks] = {}
        self._gateways_at: dict[str, list[EdgeTrunk]] = {}
        self._ids_at: dict[str, frozenset[str]] = {}
        for trunk in trunks:
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

    def trunk_of(self, trunk_id: str) -> EdgeTrunk | None:
        return self._by_id.get(TrunkId(trunk_id))

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

    def media_networks(self, address: str) -> Networks | None:
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
            for text in (*(trunk.media_networks or (*trunk.sources, *self._addresses_of(trunk))), *trunk.media_learnt)
        )
        self._media_networks[address] = found
        return found

    def _addresses_of(self, trunk: EdgeTrunk) -> list[str]:
        return [address for gateway in trunk.gateways for address in self._addresses_at(gateway)]

    def _addresses_at(self, gateway: Gateway) -> tuple[str, ...]:
        found = self._places.get(gateway)
        return tuple(hop.address for hop in self.hops_of(gateway)) if found is None else found.addresses

    def hops_of(self, gateway: Gateway) -> tuple[Hop, ...]:
        """Return the addresses at which a gateway is called, none while its name leads nowhere."""
        if is_name(gateway.host):
            found = self._places.get(gateway)
            return found.hops if found else ()
        transport = gateway.transport or "udp"
        return (Hop(str(ipaddress.ip_address(gateway.host)), gateway.port or usual_port(transport), transport),)
