"""Facts about calls become the picture of calls in progress."""

from callmodel.cdr import Cdr
from callmodel.codec import from_wire
from callmodel.ids import CallId
from callmodel.orders import Milestone
from callmodel.wire import Envelope, LiveCall
from control_plane.livecalls import LiveCalls

_IN_PROGRESS = {Milestone.STARTED.value, Milestone.RINGING.value, Milestone.ANSWERED.value}


async def keep_live(live: LiveCalls, envelope: Envelope) -> None:
    """Bring the fact into the picture.  Raises codec.ShapeError for a fact that says nothing of a call."""
    if envelope.kind in _IN_PROGRESS:
        await live.show(envelope.tenant_id, from_wire(LiveCall, envelope.body))
    elif envelope.kind == Milestone.ENDED.value:
        await live.end(envelope.tenant_id, from_wire(Cdr, envelope.body).call_id)


async def settle_live(live: LiveCalls, envelope: Envelope) -> None:
    """Let go of a call whose record has been written.  Call it after the fact was kept."""
    if envelope.kind == Milestone.ENDED.value:
        # Whoever kept it has read its shape.
        await live.settle(envelope.tenant_id, CallId(envelope.body["call_id"]))
