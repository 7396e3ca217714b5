"""From the raw sound that Asterisk leaves to a WAV file and the fact that it is there: spool/live, done, wav.

A note beside the sound says whose it is; it goes when the fact is in the outbox, so a killed recorder starts over.
"""

import asyncio
import contextlib
import errno
import fcntl
import logging
import os
import time
from dataclasses import dataclass
from pathlib import Path

import orjson

from callmodel.callstate import Call
from callmodel.codec import from_wire, to_wire
from callmodel.ids import CallId, NodeId, RecordingId, TenantId
from callmodel.wire import DEFAULT_QUEUE, Envelope, RecordingSpooled
from media_nodes.ports import Outbox
from media_nodes.spool import SpoolWatch
from media_nodes.wav import HEADER_BYTES, seconds_of, wrap
from servicekit import tracing

LOOK_SECONDS = 0.1
QUIET_SECONDS = 2.0
GRACE_SECONDS = 3.0
"""How long Asterisk may take to write the first sound of a recording after its call's end."""

NO_ROOM = "the spool was full"

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Note:
    recording_id: RecordingId
    call_id: CallId
    tenant_id: TenantId
    started_ms: int
    traceparent: str | None = None


class Recorder:
    """Finishes the recordings of one node.  `run` does the work; the other methods only note what there is to do.

    queue: whose workers see this spool.
    """

    def __init__(
        self, spool: Path, node_id: NodeId, outbox: Outbox, watch: SpoolWatch, queue: str = DEFAULT_QUEUE
    ) -> None:
        self._node_id, self._outbox, self._watch, self._queue = node_id, outbox, watch, queue
        self.live, self.done, self._wav, self._notes_dir = (spool / name for name in ("live", "done", "wav", "notes"))
        for folder in (self.live, self.done, self._wav, self._notes_dir):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._notes: dict[RecordingId, Note] = {}
        self._closed: dict[RecordingId, float] = {}
        self._refused: dict[RecordingId, str] = {}
        self._work = asyncio.Event()
        self._load()

    def expect(self, call: Call, recording_id: RecordingId, at_ms: int) -> bool:
        if recording_id in self._notes:
            return True
        said = call.trace.traceparent if call.trace is not None else None
        note = Note(recording_id, call.call_id, call.tenant_id, at_ms, said)
        if not self._watch.has_room or not self._write(note):
            self._outbox.put(self._lost(note, NO_ROOM))
            return False
        self._notes[recording_id] = note
        return True

    def close(self, recording_id: RecordingId, refused: str | None = None) -> None:
        if recording_id in self._notes:
            self._closed[recording_id] = time.monotonic() + GRACE_SECONDS
            if refused is not None:
                self._refused[recording_id] = refused
            self._work.set()

    def close_all_but(self, active: set[RecordingId]) -> None:
        """Finish whatever a former conductor, or an Asterisk that died, left behind."""
        for recording_id in self._notes.keys() - active - self._closed.keys():
            self.close(recording_id)
        for path in self.done.glob("*.raw"):
            if path.stem not in self._notes:
                logger.error("recording without a note", extra={"recording_id": path.stem})

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            await self._work.wait()
            for recording_id in list(self._closed):
                try:
                    await self._finish(self._notes[recording_id])
                except OSError as error:
                    # A full disk: what is spooled stays, and is tried again.
                    extra = {"recording_id": recording_id, "error": error.strerror}
                    logger.error("recording not finished", extra=extra)
                    await asyncio.sleep(1)
            if not self._closed:
                self._work.clear()
            else:
                # Asterisk closes the file some milliseconds after the leg's end, and says so to nobody: a command
                # of its own at the close would cost a fork of the whole engine for each call.
                await asyncio.sleep(LOOK_SECONDS)

    async def _finish(self, note: Note) -> None:
        recording_id = note.recording_id
        raw, live = self.done / f"{recording_id}.raw", self.live / f"{recording_id}.raw"
        wav = self._wav / note.tenant_id / f"{recording_id}.wav"
        if not raw.exists() and live.exists() and live.stat().st_size:
            if not _is_closed(live):
                return
            live.replace(raw)
        if raw.exists():
            with tracing.resume(note.traceparent, "spool recording", recording_id=recording_id):
                # Asterisk's last write is that of the leg's end.
                lasted = raw.stat().st_mtime - note.started_ms / 1000
                seconds = await asyncio.to_thread(wrap, raw, wav, lasted)
            raw.unlink()
        elif wav.exists():
            seconds = seconds_of(wav.stat().st_size - HEADER_BYTES)
        elif recording_id not in self._refused and time.monotonic() < self._closed[recording_id]:
            return
        else:
            self._forget(note, self._lost(note, self._refused.get(recording_id, "no sound was written")))
            return
        spooled = RecordingSpooled(recording_id, note.call_id, str(wav), seconds, note.started_ms, self._queue)
        self._forget(note, self._envelope(note, "recording.spooled", to_wire(spooled)))

    def _write(self, note: Note) -> bool:
        # Without fsync, as the journal: a call shall not wait for the disk.
        temporary = self._notes_dir / f"{note.recording_id}.tmp"
        try:
            temporary.write_bytes(orjson.dumps(note))
            temporary.replace(temporary.with_suffix(".json"))
        except OSError as error:
            logger.error("recording not noted", extra={"recording_id": note.recording_id, "error": error.strerror})
            temporary.unlink(missing_ok=True)
            return False
        return True

    def _lost(self, note: Note, reason: str) -> Envelope:
        logger.error("recording lost", extra={"recording_id": note.recording_id, "reason": reason})
        body: dict[str, object] = {"recording_id": note.recording_id, "call_id": note.call_id, "reason": reason}
        return self._envelope(note, "recording.lost", body)

    def _envelope(self, note: Note, kind: str, body: dict[str, object]) -> Envelope:
        at_ms = time.time_ns() // 1_000_000
        fact_id = f"{note.recording_id}:{kind}"
        return Envelope(fact_id, kind, note.tenant_id, self._node_id, at_ms, body, traceparent=note.traceparent)

    def _forget(self, note: Note, envelope: Envelope) -> None:
        self._outbox.put(envelope)
        (self._notes_dir / f"{note.recording_id}.json").unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            (self.live / f"{note.recording_id}.raw").unlink(missing_ok=True)
        for known in (self._notes, self._closed, self._refused):
            known.pop(note.recording_id, None)

    def _load(self) -> None:
        for path in self._notes_dir.glob("*.json"):
            try:
                note = from_wire(Note, orjson.loads(path.read_bytes()))
            except ValueError:
                logger.exception("recording note not readable", extra={"file": path.name})
                continue
            self._notes[note.recording_id] = note


def _is_closed(path: Path) -> bool:
    """Say whether nobody writes the file any more: the kernel grants a read lease (fcntl(2)) only then."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as error:
        if error.errno == errno.EAGAIN:
            return False
        # No leases on this file system: what was not touched for a while counts as closed.
        return time.time() - path.stat().st_mtime > QUIET_SECONDS
    finally:
        os.close(descriptor)
    return True
