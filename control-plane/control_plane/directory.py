"""The published directory as this process last saw it: parsed once a version, whoever asks."""

import json
from weakref import WeakKeyDictionary

from redis.asyncio import Redis

from callmodel import keys
from callmodel.codec import from_wire
from callmodel.directory import Directory

_seen: WeakKeyDictionary[Redis, tuple[str, Directory]] = WeakKeyDictionary()


async def current_directory(redis: Redis) -> Directory | None:
    """Return the directory that media nodes decide on now; None while none was published.

    Raises redis errors when Redis is away, codec.ShapeError for a document that is no directory.
    """
    version: str | None = await redis.get(f"{keys.DIRECTORY}:version")  # type: ignore[assignment]  # decoded
    known = _seen.get(redis)
    if version is not None and known is not None and known[0] == version:
        return known[1]
    text: str | None = await redis.get(keys.DIRECTORY)  # type: ignore[assignment]
    if version is None or text is None:
        return None
    # servicekit.snapshots keeps {"version": n, "document": ...} under the key.
    envelope = json.loads(text)
    directory = from_wire(Directory, envelope["document"])
    _seen[redis] = (str(envelope["version"]), directory)
    return directory
