"""Facts about calls become records: many at a time, and each call once; and what has to be followed up."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from callmodel.cdr import Cdr
from callmodel.codec import ShapeError, from_wire
from callmodel.ids import CallId, TenantId
from callmodel.orders import Milestone
from callmodel.wire import Envelope
from control_plane.facts.gathering import Gathering
from control_plane.features.calls.followups import reason_of
from control_plane.features.calls.followups_store import FollowUpStore
from control_plane.features.calls.store import CallStore
from servicekit.stores import StoreUnavailableError
from servicekit.streams import RetryLaterError

Tell = Callable[[TenantId, CallId], Awaitable[object]]
"""Has a tenant told of a call to follow up.  Raises ConnectionError while the broker is away."""


class CdrWriter:
    """Writes CDRs, in batches when many come at once.  `currency`: that of the trunks' rates (ISO 4217)."""

    def __init__(self, calls: CallStore, follow_ups: FollowUpStore, tell: Tell, currency: str) -> None:
        self._records: Gathering[Cdr] = Gathering(calls.write)
        self._follow_ups = follow_ups
        self._tell = tell
        self._currency = currency

    async def handle(self, envelope: Envelope) -> None:
        """Keep what the fact says of a call; returns once it is in the store.

        Raises RetryLaterError while store or broker are away, codec.ShapeError for a fact that can never be kept.
        """
        if envelope.kind != Milestone.ENDED.value:
            return
        cdr = from_wire(Cdr, envelope.body)
        if not cdr.has_ended:
            raise ShapeError("a call that ended has a time at which it did")
        try:
            await self._records.add(envelope.tenant_id, replace(cdr, currency=self._currency))
            why = reason_of(cdr)
            if why is not None:
                await self._follow_ups.add(envelope.tenant_id, cdr, why)
                await self._tell(envelope.tenant_id, cdr.call_id)
        except (StoreUnavailableError, ConnectionError) as error:
            raise RetryLaterError("store or broker are away") from error
