"""Facts on their way to Redis: on disk first, sent in order, forgotten when Redis and enough replicas have them.

A fact that is sent twice keeps its id, so whatever is unsure is sent again.  So is what was sent lately when another
Redis is the master: until the former one learns of that, it and the replica that was not chosen take and acknowledge
what the new one never sees.
"""

import asyncio
import contextlib
import errno
import logging
import os
import time
from collections import deque
from io import FileIO
from pathlib import Path
from typing import NamedTuple

import orjson
from redis.asyncio import Redis
from redis.exceptions import RedisError

from callmodel import keys
from callmodel.codec import from_wire
from callmodel.ids import CallId
from callmodel.wire import Envelope
from media_nodes import telemetry
from servicekit.redisio import ALONE, Replicas, execute

BATCH = 200
SEGMENT_FACTS = 500
STREAM_LENGTH = 1_000_000
OWNER_SECONDS = 86_400
RETRY_SECONDS = (0.1, 2.0)
LOOK_SECONDS = 1.0
KEPT_SECONDS = 60.0
"""Longer than sentinels take to replace a master."""
MAX_BYTES = 512 * 1024 * 1024
PASSING = frozenset({"call.started", "call.ringing", "call.changed"})
"""Facts that only live pictures need: they are the ones left out when the disk's share is used up."""

logger = logging.getLogger(__name__)


class _Waiting(NamedTuple):
    segment: int
    envelope: Envelope
    text: bytes


class RedisOutbox:
    """Keeps facts in numbered files of up to SEGMENT_FACTS lines; a file goes once all of it was sent."""

    def __init__(self, folder: Path, redis: Redis, replicas: Replicas = ALONE) -> None:
        self._folder, self._redis, self._replicas = folder, redis, replicas
        self._waiting: deque[_Waiting] = deque()
        self._unsent: dict[int, int] = {}
        self._bytes = 0
        self._lately: deque[tuple[float, Envelope]] = deque()
        """What Redis has acknowledged, and when (monotonic)."""
        self._history = ""
        """Which line of data the master continues (Redis' replication id)."""
        self._filled = asyncio.Event()
        self._empty = asyncio.Event()
        self._empty.set()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        numbers = sorted(int(path.stem) for path in folder.glob("*.jsonl"))
        for number in numbers:
            self._load(number)
        self._number = numbers[-1] + 1 if numbers else 1
        self._lines = 0
        self._is_written = True
        self._file = self._open()

    @property
    def waiting(self) -> int:
        """How many facts Redis does not have yet."""
        return len(self._waiting)

    def put(self, envelope: Envelope) -> None:
        """Keep a fact.  The line is in the kernel's hands on return, so this process may be killed.

        On a full disk it is kept in memory alone until it is sent.
        """
        if self._bytes > MAX_BYTES // 2 and envelope.kind in PASSING:
            logger.warning("outbox is filling: a passing fact was left out", extra={"kind": envelope.kind})
            return
        text = orjson.dumps(envelope)
        line = text + b"\n"
        try:
            if self._lines >= SEGMENT_FACTS:
                self._begin_segment()
            self._write(line)
            self._is_written = True
        except OSError as error:
            # A full disk: Redis gets the fact from here, and would have none of it after a SIGKILL.
            if self._is_written:
                extra = {"error": error.strerror, "alarm": "outbox-in-memory"}
                logger.error("facts are kept in memory only", extra=extra)
            self._is_written = False
        self._lines += 1
        self._bytes += len(line)
        self._queue(_Waiting(self._number, envelope, text))

    def _begin_segment(self) -> None:
        following = self._path(self._number + 1).open("ab", buffering=0)
        self._file.close()
        self._file, self._number, self._lines = following, self._number + 1, 0

    def _write(self, line: bytes) -> None:
        """Write the line whole or not at all.  Raises OSError."""
        written = self._file.write(line)
        if written != len(line):
            self._file.truncate(os.fstat(self._file.fileno()).st_size - written)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    async def run(self) -> None:
        """Send until cancelled; Redis may go away and come back."""
        delay, look_at = RETRY_SECONDS[0], 0.0
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS if self._lately else None):
                    await self._filled.wait()
            try:
                if time.monotonic() >= look_at:
                    await self._look()
                    look_at = time.monotonic() + LOOK_SECONDS
                if self._waiting:
                    await self._send_batch()
                delay = RETRY_SECONDS[0]
            except (RedisError, OSError) as error:
                if self._waiting:
                    extra = {"waiting_count": self.waiting, "error": type(error).__name__}
                    logger.warning("facts wait for redis", extra=extra)
                await asyncio.sleep(delay)
                delay = min(delay * 2, RETRY_SECONDS[1])

    async def flushed(self) -> None:
        """Wait until Redis has all that was put so far."""
        await self._empty.wait()

    def close(self) -> None:
        self._file.close()

    async def _look(self) -> None:
        """Put again what was sent lately if the master has another history than the one that took it."""
        history = str((await self._redis.info("replication"))["master_replid"])
        former, self._history = self._history, history
        if former and former != history:
            again = [envelope for _, envelope in self._lately]
            self._lately.clear()
            logger.warning("another redis is the master: facts are sent again", extra={"facts_count": len(again)})
            for envelope in again:
                self.put(envelope)
        while self._lately and self._lately[0][0] < time.monotonic() - KEPT_SECONDS:
            self._lately.popleft()

    async def _send_batch(self) -> None:
        began_ns = time.time_ns()
        batch = [self._waiting[n] for n in range(min(BATCH, len(self._waiting)))]
        async with self._redis.pipeline(transaction=False) as pipeline:
            for _, envelope, text in batch:
                pipeline.xadd(keys.facts(envelope.tenant_id), {"m": text}, maxlen=STREAM_LENGTH, approximate=True)
                if envelope.kind == "call.started":
                    owner = keys.call_owner(envelope.tenant_id, CallId(envelope.body["call_id"]))
                    pipeline.set(owner, envelope.node_id, ex=OWNER_SECONDS)
            await execute(pipeline, self._replicas)
        for number, envelope, _ in batch:
            telemetry.tell_published(envelope, began_ns)
            self._waiting.popleft()
            self._sent(number)
            self._lately.append((time.monotonic(), envelope))
        if not self._waiting:
            self._filled.clear()
            self._empty.set()

    def _sent(self, number: int) -> None:
        self._unsent[number] -= 1
        if self._unsent[number]:
            return
        del self._unsent[number]
        if number == self._number:
            # All that was ever written is sent: the open file starts anew under the same name.
            self._file.seek(0)
            self._file.truncate()
            self._lines = 0
        else:
            self._path(number).unlink(missing_ok=True)
        if not self._unsent:
            self._bytes = 0

    def _queue(self, waiting: "_Waiting") -> None:
        self._waiting.append(waiting)
        self._unsent[waiting.segment] = self._unsent.get(waiting.segment, 0) + 1
        self._filled.set()
        self._empty.clear()

    def _load(self, number: int) -> None:
        content = self._path(number).read_bytes()
        self._bytes += len(content)
        for line in content.splitlines():
            try:
                self._queue(_Waiting(number, from_wire(Envelope, orjson.loads(line)), line))
            except ValueError:
                # The last line of a process that was killed while it wrote.
                logger.error("outbox line not readable", extra={"segment_id": number})
        if number not in self._unsent:
            self._path(number).unlink(missing_ok=True)

    def _open(self) -> FileIO:
        # Unbuffered: what is written is in the kernel's hands.
        return self._path(self._number).open("ab", buffering=0)

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:08d}.jsonl"
