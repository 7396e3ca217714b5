"""Orders to claim a trunk, as legs give them."""

from dataclasses import replace

from callmodel.ids import LegId
from callmodel.limits import Limits
from callmodel.orders import ClaimTrunk
from callmodel.routing import TrunkOffer

NOBODY = LegId("nobody")
UNLIMITED = Limits()


def claim_of(offers: tuple[TrunkOffer, ...], most: int, limits: Limits = UNLIMITED, *more: object) -> ClaimTrunk:
    """An order that no leg has given yet."""
    return ClaimTrunk(NOBODY, NOBODY, offers, most, limits, *more)  # type: ignore[arg-type]


def by(order: ClaimTrunk, leg_id: str, attempt: str | None = None) -> ClaimTrunk:
    """The same order, given by a leg."""
    return replace(order, leg_id=LegId(leg_id), attempt=LegId(attempt or leg_id))
