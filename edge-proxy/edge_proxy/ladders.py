"""The last SIP messages of this edge's calls, in memory: asked for by call, forgotten by number and by age."""

import asyncio
import contextlib
import fcntl
import json
import logging
import os
import time
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

from redis.asyncio import Redis
from redis.exceptions import RedisError

from callmodel.codec import ShapeError, from_wire
from callmodel.ladder import LadderAnswer, LadderQuestion, SipHead
from edge_proxy import heads, tellings
from hotstate import ladders

AWAY_SECONDS = 1.0
READ_SECONDS = 0.25
PIPE_BYTES = 1 << 20
MOST_OF_A_CALL = 100
"""Heads of one dialog; further ones are passed over, as nobody reads on."""
MOST_ANSWERED = 400

logger = logging.getLogger(__name__)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


class Ladders:
    """Heads by dialog, the oldest dialog first.

    most: heads in all.  seconds: how long a dialog is remembered after its first one.  now_ms: the clock.
    """

    def __init__(self, edge_id: str, most: int, seconds: float, now_ms: Callable[[], int] = _now_ms) -> None:
        self._edge_id, self._most, self._ms = edge_id, most, int(seconds * 1000)
        self._now_ms = now_ms
        self._dialogs: OrderedDict[str, tuple[int, list[bytes]]] = OrderedDict()
        self._calls: dict[str, list[str]] = {}
        """Our own id of a call to its dialogs, as far as messages named it."""
        self._named: dict[str, str] = {}
        self._count = 0

    def take(self, data: bytes) -> None:
        """Keep a line."""
        name, call_id = heads.name_in(data)
        now_ms = self._now_ms()
        _, kept = self._dialogs.setdefault(name, (now_ms, []))
        if len(kept) < MOST_OF_A_CALL:
            kept.append(data)
            self._count += 1
        if call_id and self._named.setdefault(name, call_id) == call_id:
            dialogs = self._calls.setdefault(call_id, [])
            if name not in dialogs:
                dialogs.append(name)
        self._forget(now_ms)

    def of(self, question: LadderQuestion) -> tuple[SipHead, ...]:
        """Return what is known of a call, in order of time."""
        names = [*question.sip_call_ids, *(heads.ACCOUNT + account for account in question.accounts)]
        self._forget(self._now_ms())
        names += self._calls.get(question.call_id, ())
        found = [data for name in dict.fromkeys(names) for data in self._dialogs.get(name, (0, ()))[1]]
        told = sorted((heads.from_line(data, self._edge_id) for data in found), key=lambda head: head.at_ms)
        return tuple(told[:MOST_ANSWERED])

    def _forget(self, now_ms: int) -> None:
        while self._dialogs:
            name, (began_ms, kept) = next(iter(self._dialogs.items()))
            if self._count <= self._most and now_ms - began_ms <= self._ms:
                return
            del self._dialogs[name]
            self._count -= len(kept)
            call_id = self._named.pop(name, None)
            if call_id is not None:
                self._calls[call_id].remove(name)
                if not self._calls[call_id]:
                    del self._calls[call_id]


class Pipe:
    """Where SIP workers write tellings: nobody is woken by a word, and what does not fit is lost.

    Owns the named pipe in `folder` from `open` until `close`.
    """

    def __init__(self, folder: Path, kept: Ladders) -> None:
        self._path, self.kept = folder / tellings.PIPE_NAME, kept
        self._descriptor = -1
        self._rest = b""

    def open(self) -> None:
        """Make it.  Raises OSError."""
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not self._path.is_fifo():
            self._path.unlink(missing_ok=True)
            os.mkfifo(self._path, 0o600)
        # For writing too, so that it has no end while nobody else holds it.
        self._descriptor = os.open(self._path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        with contextlib.suppress(OSError):
            fcntl.fcntl(self._descriptor, fcntl.F_SETPIPE_SZ, PIPE_BYTES)

    async def close(self) -> None:
        os.close(self._descriptor)

    async def run(self) -> None:
        """Read every so often, for ever."""
        while True:
            self.drain()
            await asyncio.sleep(READ_SECONDS)

    def drain(self) -> None:
        """Keep what has been written so far."""
        with contextlib.suppress(BlockingIOError):
            while data := os.read(self._descriptor, PIPE_BYTES):
                *told, self._rest = (self._rest + data).split(tellings.END)
                for each in told:
                    try:
                        self.kept.take(tellings.to_line(each))
                    except ValueError:
                        logger.warning("word of a SIP worker not readable")


async def answer(pipe: Pipe, redis: Redis, edge_id: str) -> None:
    """Answer what is asked over Redis, for ever; what was asked while Redis was away is old news."""
    last = "$"
    away = False
    while True:
        try:
            last, asked = await ladders.asked(redis, last)
            for text in asked:
                pipe.drain()
                await _answer_one(pipe.kept, redis, edge_id, text)
            away = False
        except (RedisError, OSError, TimeoutError) as error:
            if not away:
                logger.warning("questions about calls not heard", extra={"error": type(error).__name__})
            away = True
            await asyncio.sleep(AWAY_SECONDS)


async def _answer_one(kept: Ladders, redis: Redis, edge_id: str, text: str) -> None:
    try:
        question = from_wire(LadderQuestion, json.loads(text))
    except (ValueError, ShapeError):
        logger.error("question about a call not readable")
        return
    await ladders.tell(redis, LadderAnswer(question.question_id, edge_id, kept.of(question)))
