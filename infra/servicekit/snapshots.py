"""Documents in versioned parts over Redis: some publish, many keep copies in step, and run on what they have."""

import asyncio
import hashlib
import json
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from redis.asyncio import Redis
from redis.exceptions import ConnectionError, ReadOnlyError, TimeoutError

from servicekit.cancellation import raise_if_cancelled
from servicekit.redisio import LuaScripts
from servicekit.snapshotcopy import CopyError, Part

POLL_SECONDS = 1.0
MOST_BYTES = 256 * 1024
"""Of parts in one command, but for a part that is larger by itself: Redis and a reader do others' work in between."""
REDIS_AWAY = (ConnectionError, TimeoutError, ReadOnlyError)

Document = dict[str, Any]
logger = logging.getLogger(__name__)

# KEYS: version, versions, texts, marks, ticket.  ARGV: channel, ticket, then name, mark and text for each part; one
# without a text goes.  Versions are milliseconds since 1970: a Redis that lost some never gives them again.
_PUBLISH = """
-- A ticket of an earlier life, whose counter went with a Redis that lost it: those to come have to be higher.
if tonumber(ARGV[2]) > tonumber(redis.call('GET', KEYS[5]) or 0) then redis.call('SET', KEYS[5], ARGV[2]) end
local version
for i = 3, #ARGV, 3 do
  local name, mark, text = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  local ticket, known = string.match(redis.call('HGET', KEYS[4], name) or '0 ', '^(%d+) (.*)$')
  if tonumber(ARGV[2]) >= tonumber(ticket) then
    redis.call('HSET', KEYS[4], name, ARGV[2] .. ' ' .. mark)
    if known ~= mark then
      if not version then
        local now = redis.call('TIME')
        local last = tonumber(redis.call('GET', KEYS[1]) or 0)
        version = string.format('%.0f', math.max(last + 1, now[1] * 1000 + math.floor(now[2] / 1000)))
      end
      if text == '' then redis.call('HDEL', KEYS[3], name) else redis.call('HSET', KEYS[3], name, text) end
      redis.call('ZADD', KEYS[2], version, name)
    end
  end
end
if version then
  redis.call('SET', KEYS[1], version)
  redis.call('PUBLISH', ARGV[1], version)
end
return redis.call('GET', KEYS[1]) or '0'
"""

# KEYS: versions, texts.  ARGV: the version that is known, bytes.  What was published in one step comes in one answer.
_NEWER = """
local found = redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. ARGV[1], '+inf', 'WITHSCORES')
local answer, bytes = {}, 0
for i = 1, #found, 2 do
  if bytes >= tonumber(ARGV[2]) and found[i + 1] ~= found[i - 1] then break end
  local text = redis.call('HGET', KEYS[2], found[i]) or ''
  bytes = bytes + #text + #found[i]
  answer[#answer + 1] = found[i]
  answer[#answer + 1] = found[i + 1]
  answer[#answer + 1] = text
end
return answer
"""


class Copy(Protocol):
    """What `follow` keeps in step.  Its methods are called in a thread, one at a time; they raise CopyError."""

    def versions(self) -> dict[str, int]:
        """Return the parts that are there, with their versions."""

    def take(self, parts: list[Part]) -> None:
        """Put these in the place of what there was of them, all at once; a part without a text goes."""

    def finish(self, names: Collection[str]) -> set[str]:
        """Forget all parts but these, as nothing is missing any more; return what went."""


@dataclass(frozen=True)
class Change:
    """A copy is as it was published.  `parts`: the names of what is another, or gone."""

    version: int
    parts: frozenset[str]


class Published:
    """Parts under one name.  Every method raises redis errors when Redis is away.

    name: with a hash tag (`platform:{edge}`), as a step changes several keys.
    """

    def __init__(self, redis: Redis, name: str) -> None:
        self.name = name
        self.channel = f"{name}:changed"
        self._version, self._versions, self._texts, self._marks, self._ticket, self._whole = (
            f"{name}:{what}" for what in ("version", "versions", "texts", "marks", "ticket", "whole")
        )
        self._redis: Any = redis
        self._scripts = LuaScripts(redis)
        self._scripts.register("publish", _PUBLISH)
        self._scripts.register("newer", _NEWER)

    async def begin(self) -> int:
        """Return a ticket, to be taken before what is to be published is read: of two publishers the one that began
        to read later is right, whichever is done first.
        """
        return int(await self._redis.incr(self._ticket))

    async def publish(self, ticket: int, parts: Mapping[str, Document | None]) -> int:
        """Publish parts, and None for one that goes; return the newest version.

        What is published already keeps its version.  Parts of up to MOST_BYTES together appear in one step.
        """
        version, batch, size = 0, list[str](), 0
        for name, document in parts.items():
            text = "" if document is None else text_of(document)
            if batch and size + len(text) > MOST_BYTES:
                version, batch, size = await self._send(ticket, batch), [], 0
            batch += (name, mark_of(text), text)
            size += len(text)
        return await self._send(ticket, batch) if batch else version

    async def _send(self, ticket: int, batch: list[str]) -> int:
        keys = [self._version, self._versions, self._texts, self._marks, self._ticket]
        return int(await self._scripts.run("publish", keys, [self.channel, ticket, *batch]))

    async def finish(self) -> None:
        """Say that nothing is missing: until then readers that know nothing yet do not begin."""
        await self._redis.set(self._whole, "1")

    async def is_whole(self) -> bool:
        """Say whether all was published once."""
        return bool(await self._redis.exists(self._whole))

    async def version(self) -> int | None:
        """Return the newest version, None before the first."""
        version = await self._redis.get(self._version)
        return None if version is None else int(version)

    async def marks(self) -> dict[str, str]:
        """Return the mark (`mark_of`) of each part that is published."""
        marks = {name: text.partition(" ")[2] for name, text in (await self._redis.hgetall(self._marks)).items()}
        return {name: mark for name, mark in marks.items() if mark}

    async def names(self) -> list[str]:
        """Return the names of all parts."""
        return sorted(await self._redis.hkeys(self._texts))

    async def documents(self, *names: str) -> list[Document | None]:
        """Return parts, None for one that is not there."""
        return [None if text is None else json.loads(text) for text in await self._redis.hmget(self._texts, names)]

    async def index(self) -> dict[str, int]:
        """Return the version of each part that is, or was, published."""
        return {
            name: int(version) for name, version in await self._redis.zrange(self._versions, 0, -1, withscores=True)
        }

    async def newer(self, than: int) -> list[Part]:
        """Return parts after a version, oldest first, as many as make some MOST_BYTES; empty when there is none."""
        found = await self._scripts.run("newer", [self._versions, self._texts], [than, MOST_BYTES])
        rows = zip(found[::3], found[1::3], found[2::3], strict=True)
        return [Part(name, int(version), text or None) for name, version, text in rows]


def text_of(document: Document) -> str:
    """Return a document as it is published: the same content, the same text."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def mark_of(text: str) -> str:
    """Return what tells one text from another; empty for a part that goes."""
    return hashlib.sha256(text.encode()).hexdigest() if text else ""


async def watch(redis: Redis, name: str, look: Callable[[bool], Awaitable[None]]) -> None:
    """Call `look` now and whenever something may have been published, each second in any case, for ever.

    look(fresh): with a new connection, so that anything may have happened.  Its redis errors are met here.
    """
    away = False
    while True:
        raise_if_cancelled()
        pubsub = redis.pubsub(ignore_subscribe_messages=True)
        try:
            await pubsub.subscribe(f"{name}:changed")
            fresh = True
            while True:
                raise_if_cancelled()
                await look(fresh)
                away = fresh = False
                # A message only wakes us: a lost one costs a second.
                await pubsub.get_message(timeout=POLL_SECONDS)
        except REDIS_AWAY as error:
            if not away:
                logger.warning("snapshot not followed", extra={"snapshot": name, "error": type(error).__name__})
            away = True
            await asyncio.sleep(POLL_SECONDS)
        finally:
            await pubsub.aclose()  # type: ignore[no-untyped-call]


async def follow(redis: Redis, name: str, copy: Copy, changed: Callable[[Change], Awaitable[None]]) -> None:
    """Keep a copy in step, and tell of each change once it is in there, for ever; what lay in between is skipped."""
    await watch(redis, name, _Follower(Published(redis, name), copy, changed).look)


class _Follower:
    def __init__(self, published: Published, copy: Copy, changed: Callable[[Change], Awaitable[None]]) -> None:
        self._published, self._copy, self._changed = published, copy, changed
        self._version = 0
        self._whole = self._broken = False

    async def look(self, fresh: bool) -> None:
        try:
            parts = await self._catch_up(fresh or self._broken)
        except CopyError as error:
            # Readers of the copy go on with what they have; it is tried again each second.
            if not self._broken:
                extra = {"snapshot": self._published.name, "error": str(error), "alarm": "snapshot-copy"}
                logger.error("snapshot copy not written", extra=extra)
            self._broken = True
            return
        self._broken = False
        if parts is not None:
            await self._changed(Change(self._version, frozenset(parts)))

    async def _catch_up(self, fresh: bool) -> set[str] | None:
        """Return the names of what changed, None when nothing did and nothing was missing."""
        if fresh:
            self._version, self._whole = await self._compared(), False
        parts: set[str] = set()
        while newer := await self._published.newer(self._version):
            await asyncio.to_thread(self._copy.take, newer)
            self._version = newer[-1].version
            parts.update(part.name for part in newer)
        if not self._whole and await self._published.is_whole():
            parts.update(await asyncio.to_thread(self._copy.finish, await self._published.names()))
            self._whole = True
            return parts
        return parts or None

    async def _compared(self) -> int:
        """Return the version up to which the copy has what is published.

        Usually that is the newest it has; a Redis that lost its last words, or all, may have gone another way since.
        """
        held = await asyncio.to_thread(self._copy.versions)
        index, live = await self._published.index(), await self._published.names()
        others = [index[name] for name in held if name in index and index[name] != held[name]]
        others += [index[name] for name in live if name in index and name not in held]
        return min([max(held.values(), default=0), *(version - 1 for version in others)])
