"""How far consumer groups are behind, and what they could not take; what all have taken is removed.

Facts name customers' numbers: they stay in Redis until they are records, and no longer.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import ConnectionError, ResponseError, TimeoutError

from servicekit.streams import trim_handled

LOOK_SECONDS = 10.0
HANDLED_KEPT_SECONDS = 60.0
"""For whoever looks into a stream while something goes wrong."""

logger = logging.getLogger(__name__)


class LagWatch:
    """Looks at the groups of the given streams every few seconds."""

    def __init__(
        self,
        redis: Redis,
        groups: Iterable[str],
        streams: Callable[[], Iterable[str]],
        most: int,
        kept_seconds: float = HANDLED_KEPT_SECONDS,
    ) -> None:
        """most: messages that a group may be behind before it counts as not ready."""
        self._redis: Any = redis
        self._groups = tuple(groups)
        self._streams = streams
        self._most = most
        self._kept_seconds = kept_seconds
        self.behind: dict[str, int] = dict.fromkeys(self._groups, 0)
        self.buried: dict[str, int] = {}

    async def keeps_up(self, group: str) -> bool:
        """Say whether the group was not too far behind at the last look."""
        return self.behind[group] <= self._most

    async def watch(self) -> None:
        """Look, for ever; one line for each look at which something waits, an error for each new poison message."""
        while True:
            try:
                await self.look()
            except (ConnectionError, TimeoutError):
                logger.warning("lag is not known: redis is away")
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Look once.  Raises redis errors when Redis is away."""
        behind = dict.fromkeys(self._groups, 0)
        for stream in self._streams():
            await self._look_at(stream, behind)
        self.behind = behind
        if any(behind.values()):
            logger.info("facts wait", extra={f"{group}_count": count for group, count in behind.items()})

    async def _look_at(self, stream: str, behind: dict[str, int]) -> None:
        try:
            newest = (await self._redis.xinfo_stream(stream))["last-generated-id"]
            found = await self._redis.xinfo_groups(stream)
        except ResponseError:
            return  # nothing was ever written
        for group in found:
            if group["name"] in behind:
                # `lag` is null where Redis can not tell; then only what is pending is known.  After a fail-over it
                # counts some that were read before, and stays above zero.
                unread = 0 if group["last-delivered-id"] == newest else group.get("lag") or 0
                behind[group["name"]] += unread + group["pending"]
        buried = await self._redis.xlen(f"{stream}:dead")
        if buried > self.buried.get(stream, 0):
            logger.error("poison messages lie buried", extra={"stream": stream, "count": buried, "alarm": "poison"})
        self.buried[stream] = buried
        await trim_handled(self._redis, stream, self._groups, self._kept_seconds)
