"""The import of a list: its file is read, its rows are judged, and what may be dialled is kept, slice by slice.

A slice is kept whole before the next one is noted as done.  Who takes over a broken import reads the file from its
beginning, as the numbers of earlier rows have to be known, but keeps only what was not kept yet: judging a row
takes a fifth of a microsecond.  The pieces of a file, and so the leads' ids, follow from the file alone.
"""

import asyncio
import hashlib
import io
import logging
import shutil
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any

from callmodel.ids import ListId, TenantId
from control_plane.features.lists import store as kept
from control_plane.features.lists.files import refused_key
from control_plane.features.lists.packing import block_count, blocks_of
from control_plane.features.lists.progress import Progress, tell
from control_plane.features.lists.rules import rules_of
from control_plane.features.lists.store import ListRecord, ListStore, Part
from control_plane.keyring.sealedfiles import SealedPart, open_sealed, sealed
from control_plane.leads.blocks import Block
from control_plane.leads.store import LeadStore
from control_plane.web.context import Resources
from leadimport.cleaning import Cleaner, Judged, Summary
from leadimport.errors import FileError
from leadimport.mapping import ColumnMapping
from leadimport.opening import Opened, open_list
from leadimport.places import Places
from leadimport.refused import RefusedFile
from leadimport.rules import Rules, RulesError

WRITTEN_PIECES = 8
"""Written at once: each write waits for the disk."""
SLICE_PIECES = 2 * WRITTEN_PIECES
"""Pieces of 1 MB of a file between two checkpoints; their refused rows lie in memory."""
HASH_BYTES = 1 << 20

logger = logging.getLogger(__name__)


class StaleImportError(Exception):
    """Another turn of the list was begun, or it was archived: nothing more is written for this one."""


async def import_list(resources: Resources, tenant_id: TenantId, list_id: ListId, turn: int) -> None:
    """Import a list, or go on where an import broke off; one that is done, or of an older turn, is left alone.

    Raises StoreUnavailableError, ObjectsUnavailableError, redis errors: then it is tried again.
    """
    store = ListStore(resources.store)
    record = await store.one(tenant_id, list_id)
    if record is None or record.turn != turn or record.archived_ms is not None:
        return
    if record.state == kept.WAITING:
        await store.advance(tenant_id, record, state=kept.IMPORTING)
        record = await store.one(tenant_id, list_id)
    if record is None or record.state != kept.IMPORTING:
        return
    folder = resources.settings.run_dir / "imports" / f"{tenant_id}.{list_id}.{turn}"
    try:
        await _Import(resources, record, folder).run()
    except StaleImportError:
        logger.info("import of an older turn given up", extra={"list_id": list_id})
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


class _Import:
    def __init__(self, resources: Resources, record: ListRecord, folder: Path) -> None:
        self._resources, self._record, self._folder = resources, record, folder
        self._tenant_id, self._list_id = record.tenant_id, record.list_id
        self._store = ListStore(resources.store)
        self._leads = LeadStore(resources.store, resources.cipher)
        done: Mapping[str, Any] = record.checkpoint or {}
        self._done_pieces, self._slices = int(done.get("pieces", 0)), int(done.get("slices", 0))
        self._accepted = int(done.get("accepted", 0))
        self._waiting: list[tuple[Judged, int, int]] = []
        self._keeping: asyncio.Task[None] | None = None

    async def run(self) -> None:
        parts = await self._store.parts(self._tenant_id, self._list_id)
        fetched = await self._fetch(parts)
        with open_sealed(self._resources.cipher, self._tenant_id, fetched) as source:
            file_hash = parts[0].hash if len(parts) == 1 else await self._hash(source)
            holder = await self._store.claim_file(self._tenant_id, file_hash, self._list_id)
            if holder != self._list_id:
                await self._finish(kept.DUPLICATE, reason=holder)
                return
            try:
                rules = await rules_of(self._resources, self._tenant_id, self._record)
                opened = await asyncio.to_thread(self._open, source)
                summary = await self._clean(opened, rules)
            except (FileError, RulesError) as error:
                await self._store.free_file(self._tenant_id, file_hash, self._list_id)
                await self._finish(kept.FAILED, reason=str(error)[:500])
                return
        if not self._accepted:
            await self._store.free_file(self._tenant_id, file_hash, self._list_id)
        await self._finish(
            kept.READY if self._accepted else kept.REFUSED,
            summary=summary,
            found=found_of(opened),
        )

    async def _fetch(self, parts: list[Part]) -> list[SealedPart]:
        """Bring the parts here as they are stored: what is not sealed never lies on a disk."""
        await asyncio.to_thread(self._folder.mkdir, parents=True, exist_ok=True, mode=0o700)
        fetched = []
        for part in parts:
            path = self._folder / f"{part.number:04}"
            with path.open("wb") as file:
                async for piece in self._resources.objects.stream(part.object_key):
                    await asyncio.to_thread(file.write, piece)
            fetched.append(SealedPart(path, part.object_key, part.size))
        return fetched

    async def _hash(self, source: io.BufferedIOBase | Any) -> str:
        def digest() -> str:
            found = hashlib.sha256()
            source.seek(0)
            while piece := source.read(HASH_BYTES):
                found.update(piece)
            return found.hexdigest()

        return self._resources.cipher.keyed_hash(self._tenant_id, f"file {await asyncio.to_thread(digest)}")

    def _open(self, source: Any) -> Opened:
        settings = self._record.settings
        return open_list(source, ColumnMapping.from_dict(settings["mapping"]), settings["encoding"])

    async def _clean(self, opened: Opened, rules: Rules) -> dict[str, Any]:
        cleaner = await asyncio.to_thread(Cleaner, rules)
        summary = Summary(cleaner.places)
        layout = opened.file.layout
        buffer = io.BytesIO()
        fallen = RefusedFile(buffer, opened.file.delimiter, layout.names)
        if self._slices:
            buffer.truncate(0)  # the first slice has the header
            buffer.seek(0)
        pieces = cleaner.clean(opened.file, opened.size)
        number = blocks = 0
        try:
            while (judged := await asyncio.to_thread(next, pieces, None)) is not None:
                summary.add(judged)
                if number >= self._done_pieces:
                    fallen.write(judged.rows, judged.outcomes)
                    self._waiting.append((judged, blocks, self._accepted))
                    self._accepted += len(judged.accepted)
                number, blocks = number + 1, blocks + block_count(judged)
                if len(self._waiting) == WRITTEN_PIECES:
                    ends_slice = number % SLICE_PIECES == 0
                    await self._keep(cleaner.places, layout.fields, number, buffer if ends_slice else None)
                    await self._tell(summary, judged, opened.size)
            if number > self._done_pieces:
                await self._keep(cleaner.places, layout.fields, number, buffer)
            await self._kept()
        finally:
            if self._keeping is not None:
                self._keeping.cancel()
        return {**summary_of(summary), "accepted": self._accepted, "blocks": blocks, "slices": self._slices}

    async def _keep(self, places: Places, fields: Mapping[str, int], pieces: int, fallen: io.BytesIO | None) -> None:
        """Begin to write the pieces that wait, once those before them are written; the next are judged meanwhile.

        fallen: the refused rows, at the end of a slice: what is done up to `pieces` is then noted.
        """
        await self._kept()
        waiting, self._waiting = self._waiting, []
        refused, accepted = None, self._accepted
        if fallen is not None:
            refused = fallen.getvalue()
            fallen.seek(0)
            fallen.truncate()

        def packed() -> list[tuple[int, Block]]:
            return [
                block
                for judged, first, before in waiting
                for block in blocks_of(judged, places, fields, first, before)
            ]

        async def write() -> None:
            await self._leads.put(self._tenant_id, self._list_id, await asyncio.to_thread(packed))
            if refused is not None:
                await self._checkpoint(pieces, accepted, refused)

        # No group: a failure has to come out as it is, to be tried again or told.
        self._keeping = asyncio.get_running_loop().create_task(write(), name="leads-written")

    async def _kept(self) -> None:
        if self._keeping is not None:
            await self._keeping

    async def _checkpoint(self, pieces: int, accepted: int, refused: bytes) -> None:
        """Keep the refused rows of a slice whose leads are written, and note it as done."""
        name = refused_key(self._tenant_id, self._list_id, self._record.turn, self._slices)

        async def content() -> AsyncIterator[bytes]:
            yield refused

        stored = sealed(self._resources.cipher, self._tenant_id, name, content())
        await self._resources.objects.put_multipart(name, stored)
        self._slices += 1
        done = {"pieces": pieces, "slices": self._slices, "accepted": accepted}
        if not await self._store.advance(self._tenant_id, self._record, checkpoint=done):
            raise StaleImportError()

    async def _tell(self, summary: Summary, judged: Judged, size: int) -> None:
        progress = Progress(summary.rows, summary.accepted, judged.rows.source_bytes, size)
        await tell(self._resources.redis, self._tenant_id, self._list_id, progress)

    async def _finish(self, state: str, **changes: Any) -> None:
        changes |= {"state": state, "checkpoint": None, "imported_ms": self._resources.now_ms()}
        if not await self._store.advance(self._tenant_id, self._record, **changes):
            raise StaleImportError()


def found_of(opened: Opened) -> dict[str, Any]:
    """Return what the file is, for those who look at the list."""
    layout = opened.file.layout
    return {
        "kind": opened.kind,
        "encoding": opened.encoding,
        "columns": list(layout.names[:1000]),
        "number_column": layout.names[layout.number],
        "fields": {name: layout.names[place] for name, place in layout.fields.items()},
    }


def summary_of(summary: Summary) -> dict[str, Any]:
    """Return the counts; of areas and carriers the first hundred."""

    def first(counts: Mapping[str, int]) -> dict[str, int]:
        some: Iterator[tuple[str, int]] = iter(counts.items())
        return {name or "unknown": count for name, count in (pair for _, pair in zip(range(100), some, strict=False))}

    return {
        "rows": summary.rows,
        "refused": {reason.word: count for reason, count in summary.refused.items()},
        "regions": first(summary.regions),
        "line_types": first(summary.line_types),
        "areas": first(summary.areas),
        "carriers": first(summary.carriers),
    }
