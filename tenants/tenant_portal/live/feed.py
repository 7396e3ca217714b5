"""The one reader of a portal process: streams in Redis, without consumer groups, in the order in which they come."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError

from servicekit.cancellation import raise_if_cancelled
from tenant_portal.live.scope import Place, place_in

BLOCK_MS = 100
"""So long at most until a stream that is new is read too."""
BATCH = 200
MOST_AGAIN = 5000
LONGEST_AWAY_MS = 3_600_000
"""Less than a stream lives in which nothing is written; whoever was away longer gets a snapshot."""
AGAIN_MS = 5_000
"""Streams are read side by side: who comes back at a place of one may lack a little of another before it."""
AWAY_SECONDS = (0.2, 2.0)

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Entry:
    """An entry of a stream."""

    stream: str
    place: Place
    fields: Mapping[str, str]


class Feed:
    """`told`: called with each entry; it must not wait."""

    def __init__(self, redis: Redis, told: Callable[[Entry], None]) -> None:
        # redis-py types each command as "awaitable or not"; ours always is.
        self._redis: Any = redis
        self._told = told
        self._streams: dict[str, str] = {}
        self._wanted = asyncio.Event()

    async def now(self) -> Place:
        """Return where all streams stand: whatever is written later has a later place.  Raises redis errors."""
        seconds, micros = await self._redis.time()
        return Place(int(seconds) * 1000 + int(micros) // 1000)

    async def follow(self, *streams: str, whole: bool = False) -> None:
        """Read these streams too, from here on, or whole where they are new.  Raises redis errors."""
        for stream in streams:
            if stream not in self._streams:
                last = [] if whole else await self._redis.xrevrange(stream, count=1)
                self._streams.setdefault(stream, last[0][0] if last else "0-0")
        # Redis takes no question about no stream.
        if self._streams:
            self._wanted.set()

    def leave(self, *streams: str) -> None:
        """Read these streams no more."""
        for stream in streams:
            self._streams.pop(stream, None)
        if not self._streams:
            self._wanted.clear()

    async def again(self, streams: Iterable[str], after: Place) -> list[Entry] | None:
        """Return what was written after a place; None where not all of it is there any more, or it is too much.

        Raises redis errors.
        """
        found: list[Entry] = []
        start = Place(max(after.ms - AGAIN_MS, 0))
        if not 0 <= (await self.now()).ms - after.ms <= LONGEST_AWAY_MS:
            return None
        for stream in streams:
            async with self._redis.pipeline(transaction=True) as pipeline:
                pipeline.xinfo_stream(stream)
                pipeline.xrange(stream, min=str(start), count=MOST_AGAIN)
                about, entries = await pipeline.execute(raise_on_error=False)
            if isinstance(about, ResponseError):
                continue  # nothing was written for a day
            if isinstance(entries, RedisError):
                raise entries
            if not _reaches_back(about, start) or len(entries) == MOST_AGAIN:
                return None
            found += [Entry(stream, place_in(entry_id), fields) for entry_id, fields in entries]
        return sorted(found, key=lambda entry: entry.place) if len(found) < MOST_AGAIN else None

    async def run(self) -> None:
        """Read for ever."""
        delay = AWAY_SECONDS[0]
        while True:
            raise_if_cancelled()
            await self._wanted.wait()
            try:
                await self._read()
                delay = AWAY_SECONDS[0]
            except RedisError as error:
                logger.warning("events wait for Redis", extra={"error": type(error).__name__})
                await asyncio.sleep(delay)
                delay = min(delay * 2, AWAY_SECONDS[1])

    async def _read(self) -> None:
        answer = await self._redis.xread(dict(self._streams), count=BATCH, block=BLOCK_MS)
        for stream, entries in answer or ():
            for entry_id, fields in entries:
                # One that was left meanwhile has no place to keep.
                if stream in self._streams:
                    self._streams[stream] = entry_id
                    self._told(Entry(stream, place_in(entry_id), fields))


def _reaches_back(about: Mapping[str, Any], start: Place) -> bool:
    """Say whether a stream still has all that was written after a place.  about: what XINFO STREAM says."""
    first = about["first-entry"]
    is_whole = about["entries-added"] == about["length"]
    return bool(is_whole or (first is not None and place_in(first[0]) <= start))
