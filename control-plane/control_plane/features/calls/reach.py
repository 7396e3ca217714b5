"""Whether a call is one that the user may do something with: it is, by the stations that are in it."""

from callmodel import keys
from callmodel.cdr import Cdr
from callmodel.ids import CallId, Extension, TenantId
from control_plane.facts.livecalls import LiveCalls
from control_plane.features.calls import errors
from control_plane.features.calls.store import CallStore
from control_plane.people.permissions import Permission, Reach
from control_plane.people.reach import require_reach
from control_plane.web import Context

AWAITED_SECONDS = 120
"""How long it is remembered at which station a call was asked for, which no news of the call has told yet."""


def stations_in(call: Cdr) -> set[Extension]:
    """Return the stations that are in a call, or that were in one that has ended.

    Whoever has handed a call over is not in it any more.
    """
    ended = call.has_ended
    legs = {leg.extension for leg in call.legs if leg.extension is not None and (ended or leg.ended_ms is None)}
    own = {call.extension} if call.extension is not None else set()
    return legs | own if ended else legs or own


async def remember_asked(context: Context, tenant_id: TenantId, call_id: CallId, extension: Extension) -> None:
    """Keep at which station a call was asked for, so that it can be ended before it has begun."""
    await context.redis.set(keys.call_asked_at(tenant_id, call_id), extension, ex=AWAITED_SECONDS)


async def require_call_in_reach(
    context: Context, permission: Permission, tenant_id: TenantId, call_id: CallId
) -> None:
    """Let the user pass in whose reach the call is.  Raises OutOfReachError, CallUnknownError."""
    if context.principal.reach(permission, tenant_id) is Reach.TENANT:
        return
    # In this order: a call leaves the live picture once its record is written, and is missed at no moment.
    live = await LiveCalls(context.redis).one(tenant_id, call_id)
    ended = await CallStore(context.store, context.cipher).one(tenant_id, call_id)
    call = ended.cdr if ended is not None else live
    if call is not None:
        stations = stations_in(call)
    else:
        asked_at = await context.redis.get(keys.call_asked_at(tenant_id, call_id))
        if asked_at is None:
            raise errors.CallUnknownError()
        stations = {Extension(str(asked_at))}
    await require_reach(context, permission, tenant_id, stations)
