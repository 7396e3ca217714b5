"""Facts about calls become records: many at a time, and each call once."""

from callmodel.cdr import Cdr
from callmodel.codec import from_wire
from callmodel.orders import Milestone
from callmodel.wire import Envelope
from control_plane.features.calls.store import CallStore
from control_plane.gathering import Gathering
from servicekit.stores import StoreUnavailableError
from servicekit.streams import RetryLaterError


class CdrWriter:
    """Writes CDRs, in batches when many come at once."""

    def __init__(self, calls: CallStore) -> None:
        self._records: Gathering[Cdr] = Gathering(calls.write)

    async def handle(self, envelope: Envelope) -> None:
        """Keep what the fact says of a call; returns once it is in the store.

        Raises RetryLaterError while the store is away, codec.ShapeError for a fact that can never be kept.
        """
        try:
            if envelope.kind == Milestone.ENDED.value:
                await self._records.add(envelope.tenant_id, from_wire(Cdr, envelope.body))
        except StoreUnavailableError as error:
            raise RetryLaterError("the store is away") from error
