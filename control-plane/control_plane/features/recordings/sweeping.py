"""Looks after the ledger: what was spooled and not finished, what is owed and never came."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from redis.asyncio import Redis

from callmodel.ids import RecordingId, TenantId
from callmodel.wire import DEFAULT_QUEUE
from control_plane.features.recordings.ledger import Entry, EntryState
from control_plane.features.recordings.store import LedgerStore
from control_plane.inventory.listing import every
from control_plane.times import slot_of, slots_of
from servicekit import tracing

PAGE = 500
DAYS_BACK = 7
SPOOLED_SECONDS = 60
ASK_AGAIN_SECONDS = 120
"""A recording that waits in a long queue is not put into it again at every look."""

ALARM_AGAIN_SECONDS = 3600
NO_END_SECONDS = 6 * 3600
"""A call that was answered so long ago and has no end yet is a gap too."""

SETTLED_SECONDS, QUIET_SECONDS = 2 * 3600, 3600
"""A slot that has been over for two hours and has no gap is looked at again an hour later: facts may come late."""

_quiet: dict[tuple[TenantId, str], int] = {}
"""Until when a tenant's slot need not be looked at: nearly all of a week's."""

MOST_ASKED = 500
"""Recordings asked for at one look: after a long outage the queues are filled no faster than they are worked off."""

Enqueue = Callable[[TenantId, RecordingId, str], None]

logger = logging.getLogger(__name__)


def days_before(now_ms: int) -> list[str]:
    """Return the UTC days whose gaps are looked at, today first."""
    today = datetime.fromtimestamp(now_ms / 1000, UTC).date()
    return [(today - timedelta(days=back)).isoformat() for back in range(DAYS_BACK + 1)]


def is_stuck(entry: Entry, now_ms: int) -> bool:
    """Say whether a spooled file has waited longer than any healthy worker lets it."""
    return entry.state is EntryState.SPOOLED and now_ms - (entry.spooled_ms or 0) > SPOOLED_SECONDS * 1000


def is_overdue(entry: Entry, now_ms: int, overdue_seconds: float) -> bool:
    """Say whether a recording is owed for a call that ended so long ago that it should have been spooled."""
    if entry.state is not EntryState.EXPECTED:
        return False
    if entry.call_ended_ms is None:
        return now_ms - (entry.owed_ms or now_ms) > NO_END_SECONDS * 1000
    return now_ms - entry.call_ended_ms > overdue_seconds * 1000


async def sweep(
    ledger: LedgerStore, redis: Redis, tenant_ids: Iterable[TenantId], enqueue: Enqueue, now_ms: int
) -> int:
    """Ask for stuck recordings again, each at its own queue; return for how many, MOST_ASKED at most."""
    asked = 0
    for tenant_id in tenant_ids:
        async for entry in _gaps(ledger, tenant_id, now_ms):
            if is_stuck(entry, now_ms) and await _first(redis, "asked", entry, ASK_AGAIN_SECONDS):
                with tracing.resume(entry.traceparent, "recording asked for again"):
                    await asyncio.to_thread(enqueue, tenant_id, entry.recording_id, entry.queue or DEFAULT_QUEUE)
                asked += 1
                logger.warning("recording asked for again", extra=_ids_of(entry))
                if asked == MOST_ASKED:
                    return asked
    return asked


async def forget_asking(redis: Redis, tenant_id: TenantId, recording_id: RecordingId) -> None:
    """Let the next look ask for a recording again, however soon that is."""
    await redis.delete(_mark_of(tenant_id, recording_id, "asked"))


async def alarm_gaps(
    ledger: LedgerStore, redis: Redis, tenant_ids: Iterable[TenantId], overdue_seconds: float, now_ms: int
) -> int:
    """Log an alarm for every overdue recording, once an hour each; return how many are overdue."""
    overdue = 0
    for tenant_id in tenant_ids:
        async for entry in _gaps(ledger, tenant_id, now_ms):
            if not is_overdue(entry, now_ms, overdue_seconds):
                continue
            overdue += 1
            if await _first(redis, "alarmed", entry, ALARM_AGAIN_SECONDS):
                logger.error("recording is owed and did not come", extra={**_ids_of(entry), "alarm": "recording-gap"})
    return overdue


async def _gaps(ledger: LedgerStore, tenant_id: TenantId, now_ms: int) -> AsyncIterator[Entry]:
    for slot in (slot for day in days_before(now_ms) for slot in slots_of(day)):
        if _quiet.get((tenant_id, slot), 0) > now_ms:
            continue
        found = False
        async for entry in every(partial(ledger.gaps_in, tenant_id, slot), PAGE):
            found = True
            yield entry
        if not found and slot < slot_of(now_ms - SETTLED_SECONDS * 1000):
            _quiet[(tenant_id, slot)] = now_ms + QUIET_SECONDS * 1000
    for key in [key for key, until_ms in _quiet.items() if until_ms <= now_ms]:
        del _quiet[key]


async def _first(redis: Redis, what: str, entry: Entry, seconds: int) -> bool:
    """Say whether this is the first time within so many seconds."""
    return bool(await redis.set(_mark_of(entry.tenant_id, entry.recording_id, what), "1", nx=True, ex=seconds))


def _mark_of(tenant_id: TenantId, recording_id: RecordingId, what: str) -> str:
    return f"{{{tenant_id}}}:recording:{recording_id}:{what}"


def _ids_of(entry: Entry) -> dict[str, Any]:
    return {"tenant_id": entry.tenant_id, "recording_id": entry.recording_id, "call_id": entry.call_id}
