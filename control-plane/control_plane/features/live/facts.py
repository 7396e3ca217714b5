"""Facts about calls become the picture of calls in progress."""

from callmodel.cdr import Cdr
from callmodel.codec import from_wire
from callmodel.ids import CallId
from callmodel.orders import Milestone
from callmodel.wire import Envelope
from control_plane.livecalls import LiveCalls

_CALLS = {milestone.value for milestone in Milestone}


async def keep_live(live: LiveCalls, envelope: Envelope) -> None:
    """Bring the fact into the picture.  Raises codec.ShapeError for a fact that says nothing of a call."""
    if envelope.kind not in _CALLS:
        return
    call = from_wire(Cdr, envelope.body)
    if envelope.kind == Milestone.ENDED.value:
        await live.end(envelope.tenant_id, call.call_id)
    elif not call.has_ended:
        # One that was refused has ended when it is told of first, and never was in progress.
        await live.show(envelope.tenant_id, call)


async def settle_live(live: LiveCalls, envelope: Envelope) -> None:
    """Let go of a call whose record has been written.  Call it after the fact was kept."""
    if envelope.kind == Milestone.ENDED.value:
        # Whoever kept it has read its shape.
        await live.settle(envelope.tenant_id, CallId(envelope.body["call_id"]))
