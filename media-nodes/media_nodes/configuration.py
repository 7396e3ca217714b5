"""The directory that this node decides by: a copy on its own disk, kept in step with what is published."""

import asyncio
import logging
from pathlib import Path

from redis.asyncio import Redis

from callmodel import keys
from callmodel.codec import ShapeError
from callmodel.directory import Trunk, check_entry
from callmodel.entries import PLATFORM_PART
from callmodel.storeddirectory import StoredDirectory, trunks_in
from media_nodes.conductor import DirectoryShelf
from servicekit import snapshots
from servicekit.snapshotcopy import CopiedEntries, SnapshotCopy

logger = logging.getLogger(__name__)


async def follow_directory(redis: Redis, shelf: DirectoryShelf, path: Path) -> None:
    """Have the shelf's directory be the last one published, at first the one on disk.  Runs for ever.

    Raises CopyError when the file can neither be opened nor made.
    """
    copy = await asyncio.to_thread(SnapshotCopy, path, check_entry)
    entries = CopiedEntries(str(path))

    trunks: tuple[Trunk, ...] = ()

    async def changed(change: snapshots.Change) -> None:
        nonlocal trunks
        if PLATFORM_PART in change.parts:
            trunks = await _read_trunks(entries)
        # A new one for each change, as it remembers.
        if entries.whole:
            shelf.current = StoredDirectory(entries, trunks, _tell)
            logger.info("directory loaded", extra={"version": change.version, "parts_count": len(change.parts)})

    versions = await asyncio.to_thread(copy.versions)
    if versions:
        await changed(snapshots.Change(max(versions.values()), frozenset(versions)))
    await snapshots.follow(redis, keys.DIRECTORY, copy, changed)


async def _read_trunks(entries: CopiedEntries) -> tuple[Trunk, ...]:
    trunks = []
    for trunk in trunks_in(entries, _tell):
        trunks.append(trunk)
        # One has up to thousands of rates: calls come in between.
        await asyncio.sleep(0)
    return tuple(trunks)


def _tell(error: ShapeError) -> None:
    logger.error("directory entry not readable", extra={"error": str(error)})
