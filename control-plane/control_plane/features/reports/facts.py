"""Facts about calls that come long after their half hour: its sums are to be made anew."""

from callmodel.codec import ShapeError
from callmodel.ids import CallId, unix_ms_of
from callmodel.orders import Milestone
from callmodel.wire import Envelope
from control_plane.features.reports.service import SETTLE_MS
from control_plane.features.reports.store import SumStore
from control_plane.times import now_ms, slot_ends_ms, slot_of
from servicekit.stores import StoreUnavailableError
from servicekit.streams import RetryLaterError


class LateCalls:
    """To be told of a call after its record is kept."""

    def __init__(self, sums: SumStore) -> None:
        self._sums = sums

    async def handle(self, envelope: Envelope) -> None:
        """Mark the half hour of a call that has ended, if its sums may be there.

        Raises RetryLaterError while the store is away, ShapeError for a call without an id of ours.
        """
        if envelope.kind != Milestone.ENDED.value:
            return
        try:
            began_ms = unix_ms_of(CallId(str(envelope.body["call_id"])))
        except (KeyError, ValueError):
            raise ShapeError("a call that ended has an id that is a time") from None
        at_ms = now_ms()
        if slot_ends_ms(began_ms) + SETTLE_MS > at_ms:
            # Sums of a time so near are not kept for good.
            return
        try:
            await self._sums.mark_late(envelope.tenant_id, slot_of(began_ms), at_ms)
        except StoreUnavailableError as error:
            raise RetryLaterError("the store is away") from error
