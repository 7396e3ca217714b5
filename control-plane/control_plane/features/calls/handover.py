"""Hand-over and supervision of calls in conversation: checked here as far as possible, done by the media node."""

from callmodel.callstate import CallState, Direction, LegRole, LegState
from callmodel.cdr import Cdr, CdrLeg
from callmodel.facts import ConsultStep
from callmodel.ids import CallId, Extension, LegId, QueueId, TenantId
from callmodel.rooms import Mode
from callmodel.routing import plan_call
from callmodel.wire import (
    TO_QUEUE,
    CallOrder,
    ConsultCall,
    HoldCall,
    JoinCall,
    PauseRecordingOfCall,
    PickUpCall,
    RejoinCall,
    ReleaseParty,
    SuperviseCall,
    TakeOverCall,
    TransferCall,
    TurnConsult,
)
from control_plane.facts.livecalls import LiveCalls
from control_plane.features.calls import errors
from control_plane.features.calls.reach import require_call_in_reach, stations_in
from control_plane.features.calls.service import directory_of, owner_of, require_callable, send, station_in_reach
from control_plane.features.calls.store import CallStore
from control_plane.inventory.named import QueueUnknownError
from control_plane.people.permissions import Permission
from control_plane.people.reach import own_station, require_colleague, require_reach
from control_plane.web import Context

Bringing = type[TransferCall] | type[ConsultCall] | type[JoinCall]


async def bring(
    context: Context, tenant_id: TenantId, call_id: CallId, kind: Bringing, to: str, by: str | None
) -> None:
    """Order that somebody be brought to the call.  Raises OutOfReachError, and the problems of `errors`."""
    call = await _talking(context, Permission.CALLS_CONTROL, tenant_id, call_id)
    asker = await _speaker(context, tenant_id, call, by)
    directory = await directory_of(context, tenant_id)
    if kind is TransferCall and to.startswith(TO_QUEUE):
        queue_id = QueueId(to.removeprefix(TO_QUEUE))
        if directory.queue_of(tenant_id, queue_id) is None:
            raise QueueUnknownError(f"there is no queue {queue_id}")
    else:
        await require_callable(context, tenant_id, plan_call(directory, tenant_id, to, site_id=call.site_id))
    await _order(context, kind(call_id, tenant_id, to, asker))


async def turn(context: Context, tenant_id: TenantId, call_id: CallId, step: ConsultStep) -> None:
    """Order the next step of a consult.  Raises OutOfReachError, and the problems of `errors`."""
    await _talking(context, Permission.CALLS_CONTROL, tenant_id, call_id)
    await _order(context, TurnConsult(call_id, tenant_id, step))


async def hold(context: Context, tenant_id: TenantId, call_id: CallId, *, held: bool, by: str | None) -> None:
    """Order a hold or its end.  Raises OutOfReachError, and the problems of `errors`."""
    call = await _talking(context, Permission.CALLS_CONTROL, tenant_id, call_id)
    await _order(context, HoldCall(call_id, tenant_id, held, await _speaker(context, tenant_id, call, by)))


async def pick_up(context: Context, tenant_id: TenantId, call_id: CallId, extension: str) -> None:
    """Order that a call which rings at a colleague's ring here.

    Raises OutOfReachError for a station or a colleague who is not one's own team's, and the problems of `errors`.
    """
    call = await _live(context, tenant_id, call_id)
    rings = {leg.extension for leg in call.legs if leg.extension and leg.state is not LegState.ENDED}
    if call.direction is not Direction.INBOUND or call.state not in (CallState.DIALLING, CallState.RINGING):
        raise errors.CallNotRingingError(f"the call is {call.state.value}")
    station = await station_in_reach(context, await directory_of(context, tenant_id), tenant_id, extension)
    await require_colleague(context, Permission.CALLS_CONTROL, tenant_id, rings)
    await _order(context, PickUpCall(call_id, tenant_id, station.extension))


async def rejoin(context: Context, tenant_id: TenantId, call_id: CallId, extension: str) -> None:
    """Order that a party's phone be rung anew.  Raises OutOfReachError, and the problems of `errors`."""
    call = await _live(context, tenant_id, call_id)
    if call.state is not CallState.TALKING:
        raise errors.CallNotTalkingError(f"the call is {call.state.value}")
    _require_party(call, extension)
    await require_reach(context, Permission.CALLS_PLACE, tenant_id, [Extension(extension)])
    await _order(context, RejoinCall(call_id, tenant_id, Extension(extension)))


async def supervise(
    context: Context, tenant_id: TenantId, call_id: CallId, extension: str, mode: Mode, of: str | None
) -> None:
    """Order that a supervisor be rung, or change what he does.  Raises OutOfReachError, the problems of `errors`."""
    call = await _talking(context, Permission.CALLS_SUPERVISE, tenant_id, call_id)
    station = await station_in_reach(context, await directory_of(context, tenant_id), tenant_id, extension)
    if of is not None:
        _require_party(call, of)
    await _order(
        context,
        SuperviseCall(call_id, tenant_id, station.extension, mode, None if of is None else Extension(of)),
    )


async def take_over(context: Context, tenant_id: TenantId, call_id: CallId, extension: str) -> None:
    """Order that a supervisor takes the agent's place.  Raises OutOfReachError, and the problems of `errors`."""
    call = await _talking(context, Permission.CALLS_SUPERVISE, tenant_id, call_id)
    if not any(leg.role is LegRole.SUPERVISOR and leg.extension == extension for leg in _present(call)):
        raise errors.PartyUnknownError(f"nobody at {extension} supervises the call")
    await require_reach(context, Permission.CALLS_PLACE, tenant_id, [Extension(extension)])
    await _order(context, TakeOverCall(call_id, tenant_id, Extension(extension)))


async def release(context: Context, tenant_id: TenantId, call_id: CallId, leg_id: str) -> None:
    """Order that one party leave.  Raises OutOfReachError, and the problems of `errors`."""
    call = await _talking(context, Permission.CALLS_SUPERVISE, tenant_id, call_id)
    if all(leg.leg_id != leg_id for leg in _present(call)):
        raise errors.PartyUnknownError()
    await _order(context, ReleaseParty(call_id, tenant_id, LegId(leg_id)))


async def pause_recording(context: Context, tenant_id: TenantId, call_id: CallId, *, paused: bool) -> None:
    """Order that the recording pause, or go on.  Raises OutOfReachError, and the problems of `errors`."""
    await _talking(context, Permission.CALLS_CONTROL, tenant_id, call_id)
    await _order(context, PauseRecordingOfCall(call_id, tenant_id, paused))


async def _live(context: Context, tenant_id: TenantId, call_id: CallId) -> Cdr:
    call = await LiveCalls(context.redis).one(tenant_id, call_id)
    if call is not None:
        return call
    if await CallStore(context.store, context.cipher).one(tenant_id, call_id) is None:
        raise errors.CallUnknownError()
    raise errors.CallNotTalkingError("the call has ended")


async def _talking(context: Context, permission: Permission, tenant_id: TenantId, call_id: CallId) -> Cdr:
    await require_call_in_reach(context, permission, tenant_id, call_id)
    call = await _live(context, tenant_id, call_id)
    if call.state is not CallState.TALKING:
        raise errors.CallNotTalkingError(f"the call is {call.state.value}")
    return call


async def _speaker(context: Context, tenant_id: TenantId, call: Cdr, by: str | None) -> Extension | None:
    """Return for which station the user asks: the one named, where it is in reach, or the user's own in the call."""
    if by is None:
        return await own_station(context, Permission.CALLS_CONTROL, tenant_id, stations_in(call))
    _require_party(call, by)
    await require_reach(context, Permission.CALLS_CONTROL, tenant_id, [Extension(by)])
    return Extension(by)


def _require_party(call: Cdr, extension: str) -> None:
    if all(leg.extension != extension for leg in _present(call)):
        raise errors.PartyUnknownError(f"nobody at {extension} is in the call")


def _present(call: Cdr) -> list[CdrLeg]:
    return [leg for leg in call.legs if leg.state is LegState.ANSWERED]


async def _order(context: Context, order: CallOrder) -> None:
    node_id = await owner_of(context.redis, order.tenant_id, order.call_id)
    await send(context.redis, node_id, order)
