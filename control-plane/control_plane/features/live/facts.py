"""Facts about calls become the picture of calls in progress."""

from callmodel.cdr import Cdr
from callmodel.codec import ShapeError, from_wire
from callmodel.ids import CallId
from callmodel.orders import Milestone
from callmodel.wire import Envelope
from control_plane.facts.livecalls import LiveCalls

_IN_PROGRESS = {milestone.value for milestone in Milestone} - {Milestone.ENDED.value}


async def keep_live(live: LiveCalls, envelope: Envelope) -> None:
    """Bring the fact into the picture.  Raises codec.ShapeError for a fact that says nothing of a call."""
    if envelope.kind == Milestone.ENDED.value:
        await live.end(envelope.tenant_id, _call_id_of(envelope))
    elif envelope.kind in _IN_PROGRESS:
        call = from_wire(Cdr, envelope.body)
        # One that was refused has ended when it is told of first, and never was in progress.
        if not call.has_ended:
            await live.show(envelope.tenant_id, call)


async def settle_live(live: LiveCalls, envelope: Envelope) -> None:
    """Let go of a call whose record has been written.  Call it after the fact was kept."""
    if envelope.kind == Milestone.ENDED.value:
        await live.settle(envelope.tenant_id, _call_id_of(envelope))


def _call_id_of(envelope: Envelope) -> CallId:
    # The record itself is read by who keeps it, and costs more than all that is done here.
    call_id = envelope.body.get("call_id")
    if not isinstance(call_id, str):
        raise ShapeError("a call that ended has an id")
    return CallId(call_id)
