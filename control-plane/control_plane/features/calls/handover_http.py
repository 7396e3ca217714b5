"""Routes of hand-over and supervision.  `202`: the order is on its way; what comes of it shows in the call."""

from typing import Annotated

from pydantic import StringConstraints

from callmodel.ids import CallId, TenantId
from callmodel.rooms import Mode
from callmodel.wire import ConsultCall, JoinCall, TransferCall
from control_plane.features.calls import errors, handover
from control_plane.features.calls import handover_schemas as schemas
from control_plane.features.calls.schemas import CallAccepted, CallPath
from control_plane.inventory.named import QueueUnknownError
from control_plane.people.permissions import Permission
from control_plane.people.reach import OutOfReachError
from control_plane.web import Context, Route, UnavailableError

LegPath = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z.-]{1,80}$")]


async def transfer(context: Context, tenant_id: str, call_id: CallPath, body: schemas.Target) -> CallAccepted:
    """Let somebody take the agent's place; the agent stays until the target answers, or comes back if it does not."""
    await handover.bring(context, TenantId(tenant_id), CallId(call_id), TransferCall, body.to, body.by)
    return CallAccepted(call_id=call_id)


async def consult(context: Context, tenant_id: str, call_id: CallPath, body: schemas.Target) -> CallAccepted:
    """Talk to somebody while the others hear music.  What then becomes of it is asked for by `.../consult/step`."""
    await handover.bring(context, TenantId(tenant_id), CallId(call_id), ConsultCall, body.to, body.by)
    return CallAccepted(call_id=call_id)


async def consult_step(context: Context, tenant_id: str, call_id: CallPath, body: schemas.NextStep) -> CallAccepted:
    """Swap, complete, cancel, or make it a conference; completed while the target rings, it is a transfer."""
    await handover.turn(context, TenantId(tenant_id), CallId(call_id), body.step)
    return CallAccepted(call_id=call_id)


async def join(context: Context, tenant_id: str, call_id: CallPath, body: schemas.Target) -> CallAccepted:
    """Bring one more party into the conversation, 32 at most."""
    await handover.bring(context, TenantId(tenant_id), CallId(call_id), JoinCall, body.to, body.by)
    return CallAccepted(call_id=call_id)


async def release(context: Context, tenant_id: str, call_id: CallPath, leg_id: LegPath) -> CallAccepted:
    """Let one party go, by the `leg_id` that the call shows; the others talk on."""
    await handover.release(context, TenantId(tenant_id), CallId(call_id), leg_id)
    return CallAccepted(call_id=call_id)


async def hold(context: Context, tenant_id: str, call_id: CallPath, body: schemas.Hold) -> CallAccepted:
    """Let the others hear music, or take them back."""
    await handover.hold(context, TenantId(tenant_id), CallId(call_id), held=body.held, by=body.by)
    return CallAccepted(call_id=call_id)


async def pick_up(context: Context, tenant_id: str, call_id: CallPath, body: schemas.PickUp) -> CallAccepted:
    """Let a call that rings at a colleague of your team ring at your station instead."""
    await handover.pick_up(context, TenantId(tenant_id), CallId(call_id), body.extension)
    return CallAccepted(call_id=call_id)


async def rejoin(context: Context, tenant_id: str, call_id: CallPath, body: schemas.Rejoin) -> CallAccepted:
    """Come back to a call that your phone has forgotten, as after a reload of its page: it is rung anew.

    The others hear music until then.
    """
    await handover.rejoin(context, TenantId(tenant_id), CallId(call_id), body.extension)
    return CallAccepted(call_id=call_id)


async def supervise(context: Context, tenant_id: str, call_id: CallPath, body: schemas.Supervision) -> CallAccepted:
    """Listen to an agent, whisper to him, or join; your station is rung once, and the mode can be changed after."""
    tenant, call = TenantId(tenant_id), CallId(call_id)
    await handover.supervise(context, tenant, call, body.extension, Mode(body.mode), body.of)
    return CallAccepted(call_id=call_id)


async def take_over(context: Context, tenant_id: str, call_id: CallPath, body: schemas.TakeOver) -> CallAccepted:
    """Talk in place of the agent whom you supervise; he leaves the call."""
    await handover.take_over(context, TenantId(tenant_id), CallId(call_id), body.extension)
    return CallAccepted(call_id=call_id)


async def pause(context: Context, tenant_id: str, call_id: CallPath, body: schemas.Pause) -> CallAccepted:
    """Keep a card number out of the recording: silence of the same length takes its place."""
    await handover.pause_recording(context, TenantId(tenant_id), CallId(call_id), paused=body.paused)
    return CallAccepted(call_id=call_id)


_TAGS = ("calls",)
_CALL = "/tenants/{tenant_id}/calls/{call_id}"
_TALKING = (errors.CallUnknownError, errors.CallNotTalkingError, errors.NodeLostError, OutOfReachError)
_BRINGING = (*errors.BY_ENDING.values(), errors.PartyUnknownError, UnavailableError)


def _route(method: str, path: str, handler: object, needs: Permission, summary: str, *more: type) -> Route:
    return Route(method, _CALL + path, handler, needs, summary, _TAGS, status=202, errors=(*_TALKING, *more))  # type: ignore[arg-type]


_CONTROL, _SUPERVISE = Permission.CALLS_CONTROL, Permission.CALLS_SUPERVISE

routes = [
    _route("POST", "/transfer", transfer, _CONTROL, "Transfer a call", *_BRINGING, QueueUnknownError),
    _route("POST", "/consult", consult, _CONTROL, "Consult somebody", *_BRINGING),
    _route("POST", "/consult/step", consult_step, _CONTROL, "Next step of a consult"),
    _route("POST", "/parties", join, _CONTROL, "Bring one more party in", *_BRINGING),
    _route("DELETE", "/parties/{leg_id}", release, _SUPERVISE, "Let a party go", errors.PartyUnknownError),
    _route("PUT", "/hold", hold, _CONTROL, "Hold, or take back", errors.PartyUnknownError),
    _route(
        "POST",
        "/pick-up",
        pick_up,
        _CONTROL,
        "Pick a ringing call up",
        errors.CallNotRingingError,
        errors.ExtensionUnknownError,
    ),
    _route("POST", "/rejoin", rejoin, Permission.CALLS_PLACE, "Come back to a call", errors.PartyUnknownError),
    _route(
        "PUT",
        "/supervision",
        supervise,
        _SUPERVISE,
        "Listen, whisper or join",
        errors.PartyUnknownError,
        errors.ExtensionUnknownError,
    ),
    _route("POST", "/take-over", take_over, _SUPERVISE, "Take a call over", errors.PartyUnknownError),
    _route("PUT", "/recording-pause", pause, _CONTROL, "Pause the recording, or go on"),
]
