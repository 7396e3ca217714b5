"""Whether HQ is registered at its carriers, as the edges tell it."""

from dataclasses import dataclass

from callmodel.ids import TrunkId


@dataclass(frozen=True)
class TrunkRegistration:
    """One binding at a carrier.  registered: whether the carrier has taken it."""

    trunk_id: TrunkId
    registered: bool


@dataclass(frozen=True)
class EdgeRegistrations:
    """All bindings that one edge keeps or tries to; an edge whose turn it is not keeps none."""

    edge_id: str
    at_ms: int
    registrations: tuple[TrunkRegistration, ...] = ()
