"""Following up: who calls back whom, so that no two do at once."""

import asyncio

from callmodel.ids import CallId, TenantId
from control_plane.features.calls import errors, service
from control_plane.features.calls.followups_store import FollowUp, FollowUpStore
from control_plane.features.calls.sealing import CallRecord
from control_plane.features.calls.store import CallStore
from control_plane.web import ConflictError, Context, NotFoundError

OTHERS_MS = 10 * 60_000
"""How long nobody else may call back whom somebody is calling."""
READ_AT_ONCE = 50


class FollowUpTakenError(ConflictError):
    """`called_by`, `called_ms`, `done_by`: who, and when."""

    error_id = "follow-up-taken"
    title = "Somebody else is calling back, or has done so"


async def find(context: Context, tenant_id: TenantId, call_id: CallId) -> tuple[FollowUp, CallRecord | None]:
    """Return a follow-up and the call's record.  Raises NotFoundError."""
    found = await _follow_ups(context).one(tenant_id, call_id)
    if found is None:
        raise NotFoundError()
    return found, await CallStore(context.store, context.cipher).one(tenant_id, call_id)


async def page(
    context: Context, tenant_id: TenantId, day: str, limit: int, after: str | None, *, only_open: bool
) -> tuple[list[tuple[FollowUp, CallRecord | None]], str | None]:
    """Return a day's follow-ups with the calls' records, and the token of the next page.  There may be fewer."""
    found, following = await _follow_ups(context).page(tenant_id, day, limit, after)
    kept = [each for each in found if each.done_ms is None or not only_open]
    calls = CallStore(context.store, context.cipher)
    records: list[CallRecord | None] = []
    for first in range(0, len(kept), READ_AT_ONCE):
        part = kept[first : first + READ_AT_ONCE]
        records += await asyncio.gather(*(calls.one(tenant_id, each.call_id) for each in part))
    return list(zip(kept, records, strict=True)), following


async def call_back(context: Context, tenant_id: TenantId, call_id: CallId, extension: str) -> CallId:
    """Ring a station and then the customer; return the new call's id.

    Raises NotFoundError, NobodyToCallError, FollowUpTakenError, and what `service.place` raises; then it is open as
    before.
    """
    seen, record = await find(context, tenant_id, call_id)
    number = record.cdr.number if record is not None else None
    if number is None:
        raise errors.NobodyToCallError()
    me, now_ms = context.principal.username, context.now_ms()
    is_anothers = seen.called_by not in (None, me) and now_ms - (seen.called_ms or 0) < OTHERS_MS
    taken = FollowUp(seen.call_id, seen.kind, seen.reason, me, now_ms)
    if seen.done_ms is not None or is_anothers or not await _follow_ups(context).take(tenant_id, seen, me, now_ms):
        raise await _taken(context, tenant_id, call_id)
    try:
        return await service.place(context, tenant_id, extension, number, None, is_owed=True)
    except Exception:
        await _follow_ups(context).take(tenant_id, taken, seen.called_by, seen.called_ms)
        raise


async def finish(context: Context, tenant_id: TenantId, call_id: CallId) -> tuple[FollowUp, CallRecord | None]:
    """Note that nothing is left to do; doing it again is fine.  Raises NotFoundError."""
    await find(context, tenant_id, call_id)
    await _follow_ups(context).finish(tenant_id, call_id, context.principal.username, context.now_ms())
    return await find(context, tenant_id, call_id)


async def _taken(context: Context, tenant_id: TenantId, call_id: CallId) -> FollowUpTakenError:
    now, _ = await find(context, tenant_id, call_id)
    return FollowUpTakenError(called_by=now.called_by, called_ms=now.called_ms, done_by=now.done_by)


def _follow_ups(context: Context) -> FollowUpStore:
    return FollowUpStore(context.store, context.retention)
