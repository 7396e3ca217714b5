"""A media node whose spool is full: calls go on unrecorded, an alarm tells, and what waits there stays as it is."""

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

from devstack.children import StackError
from tests.faults.cutoff import conducted
from tests.faults.field import Field
from tests.faults.trial import Fault
from trunkline.conditions import until

SPOOL_BYTES = 200_000_000
ALARM_SECONDS = 10.0
OLDEST = "recording-that-waits"


def spool_full() -> Fault:
    """The spool of one node reaches its stated size; a file system without any room is the media node's own test."""

    @contextlib.asynccontextmanager
    async def prepare(field: Field) -> AsyncIterator[None]:
        async with conducted(field, {"TRUNKLINE_SPOOL_MAX_BYTES": str(SPOOL_BYTES)}):
            yield

    async def strike(field: Field) -> None:
        await asyncio.to_thread(_lay_down, _oldest(field))

    async def mend(field: Field) -> None:
        log = field.stack.log_of(field.stack.shape.conductors_of(1)[0])

        async def alarmed() -> bool:
            return b'"spool-full"' in await asyncio.to_thread(log.read_bytes)

        if not await until(alarmed, ALARM_SECONDS, pause_seconds=0.5):
            raise StackError("nobody was told that the spool is full")
        if await asyncio.to_thread(_digest, _oldest(field)) != hashlib.sha256(bytes(SPOOL_BYTES)).hexdigest():
            raise StackError("what waited in the spool has been overwritten")
        await asyncio.to_thread(_oldest(field).unlink)

    return Fault("spool of a media node full", strike, mend, prepare=prepare, new_calls_recorded=False)


def _oldest(field: Field) -> Path:
    return field.stack.run_dir / "node-1" / "spool" / "wav" / field.seed.tenant_id / f"{OLDEST}.wav"


def _lay_down(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bytes(SPOOL_BYTES))


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""
