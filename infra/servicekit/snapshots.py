"""Versioned documents over Redis: one publishes, many follow, and all can run on the last one they have."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import ConnectionError, ReadOnlyError, TimeoutError

from servicekit.cancellation import raise_if_cancelled
from servicekit.files import write_atomically
from servicekit.redisio import LuaScripts

POLL_SECONDS = 1.0
REDIS_AWAY = (ConnectionError, TimeoutError, ReadOnlyError)

Document = dict[str, Any]
logger = logging.getLogger(__name__)

# KEYS: document, version.  ARGV: canonical JSON, channel.
PUBLISH = """
local function envelope(version) return '{"version":' .. version .. ',"document":' .. ARGV[1] .. '}' end
local version = redis.call('GET', KEYS[2])
if version and redis.call('GET', KEYS[1]) == envelope(version) then return tonumber(version) end
version = redis.call('INCR', KEYS[2])
redis.call('SET', KEYS[1], envelope(version))
redis.call('PUBLISH', ARGV[2], version)
return version
"""


async def publish(redis: Redis, key: str, document: Document) -> int:
    """Store the document at `key` as {"version": n, "document": ...} and return n; unchanged, it keeps its version.

    In Redis Cluster the key needs a hash tag, so that `<key>:version` lives beside it.
    """
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    scripts = LuaScripts(redis)
    scripts.register("publish", PUBLISH)
    return int(await scripts.run("publish", [key, f"{key}:version"], [text, f"{key}:changed"]))


async def follow(redis: Redis, key: str, cache_file: Path | None = None) -> AsyncIterator[tuple[int, Document]]:
    """Yield (version, document) now and after each change, for ever; versions in between may be skipped.

    When Redis is away at the start, the cache file comes first.  A lower version than the one before is yielded
    too: Redis lost its data and the owner published anew.
    """
    seen: str | None = None
    fetched = await _fetch(redis, key)
    if fetched is None and cache_file is not None:
        seen = await asyncio.to_thread(_read_cache, cache_file)
        if seen is not None:
            yield _open(seen)
    async for text in _texts(redis, key):
        if text == seen:
            continue
        seen = text
        if cache_file is not None:
            await asyncio.to_thread(_write_cache, cache_file, text)
        yield _open(text)


async def _fetch(redis: Redis, key: str) -> str | None:
    try:
        return await _get(redis, key)
    except REDIS_AWAY:
        logger.warning("redis is away: no snapshot yet", extra={"snapshot": key})
        return None


async def _get(redis: Redis, key: str) -> str | None:
    value: str | None = await redis.get(key)  # type: ignore[assignment]  # connect() decodes
    return value


async def _texts(redis: Redis, key: str) -> AsyncIterator[str]:
    """Yield the stored text at first, on each notification, and whenever the polled version moved."""
    away = False
    while True:
        raise_if_cancelled()
        pubsub = redis.pubsub(ignore_subscribe_messages=True)
        try:
            await pubsub.subscribe(f"{key}:changed")
            polled = None
            away = False
            while True:
                raise_if_cancelled()
                version = await _get(redis, f"{key}:version")
                if version != polled:
                    polled = version
                    text = await _get(redis, key)
                    if text is not None:
                        yield text
                # A message only wakes us: the version is compared in any case, so a lost one costs a second.
                await pubsub.get_message(timeout=POLL_SECONDS)
        except REDIS_AWAY as error:
            if not away:
                logger.warning("snapshot not followed", extra={"snapshot": key, "error": type(error).__name__})
            away = True
            await asyncio.sleep(POLL_SECONDS)
        finally:
            await pubsub.aclose()  # type: ignore[no-untyped-call]


def _open(text: str) -> tuple[int, Document]:
    envelope = json.loads(text)
    return int(envelope["version"]), envelope["document"]


def _write_cache(path: Path, text: str) -> None:
    try:
        write_atomically(path, text.encode(), 0o600)
    except OSError as error:
        # Following goes on: the cache only matters when Redis is away at the next start.
        logger.error("snapshot cache not written", extra={"cache": str(path), "error": error.strerror})


def _read_cache(path: Path) -> str | None:
    try:
        text = path.read_text(encoding="utf-8")
        _open(text)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError):
        logger.error("snapshot cache not readable", extra={"cache": str(path)})
        return None
    return text
