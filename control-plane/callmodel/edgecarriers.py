"""What HQ's edges see of its carriers, as they tell it: bindings there, names that lead astray, stray media."""

from dataclasses import dataclass

from callmodel.ids import TrunkId


@dataclass(frozen=True)
class TrunkRegistration:
    """One binding at a carrier.  registered: whether the carrier has taken it."""

    trunk_id: TrunkId
    registered: bool


@dataclass(frozen=True)
class StrayMedia:
    """An address that a carrier named for its media and that its trunk does not allow: the call was refused."""

    trunk_id: TrunkId
    address: str
    at_ms: int
    """The last time."""


@dataclass(frozen=True)
class NameTrouble:
    """What is wrong with a gateway's name, in words; calls go where it led before, if it led anywhere."""

    host: str
    words: str


@dataclass(frozen=True)
class EdgeCarriers:
    """What one edge sees.  registrations: all bindings that it keeps or tries to; none where it is not its turn."""

    edge_id: str
    at_ms: int
    registrations: tuple[TrunkRegistration, ...] = ()
    stray_media: tuple[StrayMedia, ...] = ()
    name_troubles: tuple[NameTrouble, ...] = ()
