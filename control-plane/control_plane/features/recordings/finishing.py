"""From a spooled WAV to an archived recording: verify, encode, upload, read back, enter, remove.

Every step may be repeated and cut off anywhere: the same WAV gives the same object, the ledger takes the archiving
once, and the WAV goes last.
"""

import asyncio
import hashlib
import logging
import shutil
import tempfile
import time
from pathlib import Path

from callmodel.ids import RecordingId, TenantId
from control_plane.features.recordings import encoding, wav
from control_plane.features.recordings.ledger import Entry, EntryState, FileArchived, FileLost, object_key_of
from control_plane.features.recordings.store import LedgerStore
from servicekit.objects import Objects

MISSING_GRACE_MS = 15 * 60_000
"""How long a WAV may be out of sight (a spool not mounted, a node restarting) before it counts as lost."""

ORPHAN_SECONDS = 2 * 3600
"""Far beyond a task's time limit: what is older in the working folder belongs to a worker that was killed."""

logger = logging.getLogger(__name__)


class ArchiveMismatchError(Exception):
    """The object store gave back other bytes than were put there; the WAV stays, and the task comes again."""


async def finish_recording(
    ledger: LedgerStore,
    objects: Objects,
    work_dir: Path,
    tenant_id: TenantId,
    recording_id: RecordingId,
    now_ms: int,
) -> EntryState | None:
    """Archive one recording and return how its entry stands; None for a recording that nobody owes.

    work_dir: where the encoded file lies until it is uploaded; made if it is missing.
    Raises ObjectsUnavailableError, StoreUnavailableError, ArchiveMismatchError, OSError: try again later.
    """
    entry = await ledger.one(tenant_id, recording_id)
    if entry is None or entry.spool_path is None:
        logger.warning("no spooled recording to finish", extra={"recording_id": recording_id, "tenant_id": tenant_id})
        return None if entry is None else entry.state
    source = Path(entry.spool_path)
    if entry.state is EntryState.SPOOLED:
        entry = await _archive(ledger, objects, work_dir, entry, source, now_ms)
    if entry.state in (EntryState.ARCHIVED, EntryState.EXPIRED):
        if entry.held_ms is not None and entry.object_key is not None:
            # Ordered before there was anything to hold.
            await objects.hold(entry.object_key)
        # Whoever archived it may have died before this.
        await asyncio.to_thread(source.unlink, missing_ok=True)
    return entry.state


def remove_orphans(work_dir: Path) -> int:
    """Remove what killed workers left in the working folder, and return how many folders those were."""
    removed = 0
    for folder in work_dir.glob("*/"):
        try:
            if time.time() - folder.stat().st_mtime > ORPHAN_SECONDS:
                shutil.rmtree(folder)
                removed += 1
        except FileNotFoundError:
            continue  # its worker lives after all, or another one tidies up too
    return removed


async def _archive(
    ledger: LedgerStore, objects: Objects, work_dir: Path, entry: Entry, source: Path, now_ms: int
) -> Entry:
    tenant_id, recording_id = entry.tenant_id, entry.recording_id
    if source.parts[-2:] != (tenant_id, f"{recording_id}.wav"):
        # What names the file came over the wire: it must not lead to another tenant's, or anywhere else.
        return await _lose(ledger, entry, "spooled under a foreign path", now_ms)
    try:
        found = wav.examine(source)
        if not found.is_sound:
            logger.warning("WAV header mended", extra={"recording_id": recording_id, "seconds": found.seconds})
            wav.mend(source, found)
    except wav.NotWavError as error:
        return await _lose(ledger, entry, str(error), now_ms)
    except FileNotFoundError:
        return await _missing(ledger, entry, now_ms)
    key = object_key_of(tenant_id, recording_id, encoding.SUFFIX)
    # Only to learn whether the store is there: encoding is dear, and would be done again at each try.
    await objects.head(key)
    await asyncio.to_thread(work_dir.mkdir, mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=work_dir, ignore_cleanup_errors=True) as folder:
        target = Path(folder) / f"recording.{encoding.SUFFIX}"
        try:
            encoded = await asyncio.to_thread(encoding.encode, source, found, target, recording_id)
        except FileNotFoundError:
            return await _missing(ledger, entry, now_ms)
        await objects.put(
            key,
            target,
            content_type=encoding.CONTENT_TYPE,
            metadata={"call-id": entry.call_id, "seconds": f"{encoded.seconds:.3f}"},
            sha256=encoded.sha256,
        )
    await _read_back(objects, key, encoded)
    customer, agent = encoded.voice_seconds
    fact = FileArchived(
        encoded.seconds, key, encoded.sha256, encoded.size_bytes, encoding.FORMAT, now_ms, customer, agent
    )
    archived, is_news = await ledger.advance(tenant_id, recording_id, entry.call_id, fact)
    if is_news:
        extra = {"recording_id": recording_id, "tenant_id": tenant_id, "size_bytes": encoded.size_bytes}
        logger.info("recording archived", extra={**extra, "seconds": encoded.seconds})
    return archived


async def _read_back(objects: Objects, key: str, encoded: encoding.Encoded) -> None:
    """Compare what the object store holds with what was sent, byte by byte.  Raises ArchiveMismatchError."""
    digest = hashlib.sha256()
    async for chunk in objects.stream(key):
        digest.update(chunk)
    if digest.hexdigest() != encoded.sha256:
        raise ArchiveMismatchError("the object store gave back other bytes than were put there")


async def _missing(ledger: LedgerStore, entry: Entry, now_ms: int) -> Entry:
    """The WAV is not where it was spooled: archived by another just now, out of sight, or gone."""
    now = await ledger.one(entry.tenant_id, entry.recording_id)
    if now is None or now.state is not EntryState.SPOOLED:
        return now or entry
    if now_ms - (now.spooled_ms or 0) > MISSING_GRACE_MS:
        return await _lose(ledger, entry, "the spooled file is gone", now_ms)
    logger.error("spooled WAV is not there", extra={"recording_id": entry.recording_id, "tenant_id": entry.tenant_id})
    return now


async def _lose(ledger: LedgerStore, entry: Entry, reason: str, now_ms: int) -> Entry:
    # The file stays where it is: somebody may want to look at it.
    lost, _ = await ledger.advance(entry.tenant_id, entry.recording_id, entry.call_id, FileLost(reason, now_ms))
    return lost
