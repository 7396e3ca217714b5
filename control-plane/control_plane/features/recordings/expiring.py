"""Removes recordings that were kept for as long as their tenant's rule says; the ledger keeps that they were there.

The archive's own order is the list to work off: keys begin with the day of the call, so the oldest come first, and
what is removed is met no more.  Held ones are met at every look and passed over, until their hold ends.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import PurePosixPath

from callmodel.ids import RecordingId, TenantId
from control_plane.features.recordings.ledger import (
    Entry,
    EntryState,
    FileExpired,
    LedgerFact,
    RemovalRefused,
    began_ms_of,
    folder_of,
)
from control_plane.features.recordings.store import LedgerStore
from control_plane.times import DAY_MS, day_of
from servicekit.objects import ObjectHeldError, Objects

PAGE, AT_ONCE = 500, 8
MOST_REMOVED = 20_000
"""In one run, so that it is over within minutes; the next one goes on."""


def is_over(entry: Entry, days: int, now_ms: int) -> bool:
    """Say whether a recording's file is to go: it is as old as the rule says and nobody holds it.

    One that has expired and still has a file goes too: whoever entered it died before removing the file.
    """
    if entry.state is EntryState.EXPIRED:
        return True
    if entry.state is not EntryState.ARCHIVED or entry.held_ms is not None:
        return False
    return began_ms_of(entry.recording_id) <= now_ms - days * DAY_MS


async def expire(
    ledger: LedgerStore, objects: Objects, tenant_id: TenantId, days: int, now_ms: int, most: int = MOST_REMOVED
) -> AsyncIterator[int]:
    """Remove the tenant's recordings older than so many days, `most` at most; yield how many each page's were.

    Cut off anywhere and done again, with the same result.  Raises ObjectsUnavailableError, StoreUnavailableError.
    """
    folder, after = folder_of(tenant_id), None
    last = folder_of(tenant_id, day_of(now_ms - days * DAY_MS))
    while most > 0:
        page = await objects.list(folder, after=after, limit=min(PAGE, most))
        keys = [item.key for item in page.items if item.key[: len(last)] <= last]
        removed = 0
        for first in range(0, len(keys), AT_ONCE):
            some = (_remove(ledger, objects, tenant_id, key, days, now_ms) for key in keys[first : first + AT_ONCE])
            removed += sum(await asyncio.gather(*some))
        if removed:
            yield removed
        most -= removed
        after = page.next_after
        if after is None or len(keys) < len(page.items):
            return


async def _remove(
    ledger: LedgerStore, objects: Objects, tenant_id: TenantId, key: str, days: int, now_ms: int
) -> bool:
    recording_id = RecordingId(PurePosixPath(key).stem)
    try:
        entry = await ledger.one(tenant_id, recording_id)
    except ValueError:
        entry = None
    # What the ledger does not know is not ours to remove.
    if entry is None or entry.object_key != key or not is_over(entry, days, now_ms):
        return False
    call_id = entry.call_id

    async def enter(fact: LedgerFact) -> Entry:
        return (await ledger.advance(tenant_id, recording_id, call_id, fact))[0]

    info = await objects.head(key)
    if info is not None and info.is_held:
        await enter(RemovalRefused())
        return False
    # The ledger first: from here on nobody can order a hold, and whoever ordered one before is obeyed.
    if (await enter(FileExpired(now_ms))).state is not EntryState.EXPIRED:
        return False
    try:
        await objects.delete(key)
    except ObjectHeldError:
        await enter(RemovalRefused())
        return False
    return True
