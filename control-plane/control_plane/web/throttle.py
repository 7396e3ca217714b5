"""Counters in Redis that slow down whoever asks too often; in memory while Redis is away."""

import logging
import math
import time
from collections import OrderedDict

from redis.asyncio import Redis
from redis.exceptions import RedisError

from servicekit.problems import TooManyRequestsError

MEMORY_KEYS = 10_000

# KEYS: counter.  ARGV: window in ms.
COUNT = """
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return {count, redis.call('PTTL', KEYS[1])}
"""

# KEYS: counter.  One whose window has ended stays away, else it would count without end.
GIVE_BACK = """
if tonumber(redis.call('GET', KEYS[1]) or '0') > 0 then redis.call('DECR', KEYS[1]) end
"""

logger = logging.getLogger(__name__)

# One for the process: throttles are made where they are needed, and all must remember while Redis is away.
_memory: OrderedDict[str, tuple[int, float]] = OrderedDict()


class Throttle:
    """So many events per key and window; a window starts with its first event."""

    def __init__(self, redis: Redis, name: str, limit: int, window_seconds: float) -> None:
        self._redis = redis
        self._name = name
        self._limit = limit
        self._window_ms = int(window_seconds * 1000)

    async def admit(self, key: str) -> None:
        """Count an event.  Raises TooManyRequestsError when there were too many before it."""
        count, left_ms = await self.count(key)
        if count > self._limit:
            raise TooManyRequestsError(max(1, math.ceil(left_ms / 1000)))

    async def forget(self, key: str) -> None:
        """Start anew for the key."""
        _memory.pop(self._key(key), None)
        try:
            await self._redis.delete(self._key(key))
        except RedisError:
            logger.warning("throttle not cleared", extra={"throttle": self._name})

    async def give_back(self, key: str) -> None:
        """Count one event less; it was none that should slow anybody down."""
        count, ends = _memory.get(self._key(key), (0, 0.0))
        if count > 0:
            _memory[self._key(key)] = (count - 1, ends)
        try:
            await self._redis.eval(GIVE_BACK, 1, self._key(key))
        except RedisError:
            logger.warning("throttle not given back", extra={"throttle": self._name})

    def _key(self, key: str) -> str:
        return f"platform:throttle:{self._name}:{key}"

    async def count(self, key: str) -> tuple[int, float]:
        """Count an event; return how many there are in its window now, and the milliseconds left of that."""
        try:
            count, left_ms = await self._redis.eval(COUNT, 1, self._key(key), self._window_ms)
            return int(count), float(left_ms)
        except RedisError:
            return self._count_in_memory(self._key(key))

    def _count_in_memory(self, key: str) -> tuple[int, float]:
        now = time.monotonic()
        count, ends = _memory.pop(key, (0, 0.0))
        if ends <= now:
            count, ends = 0, now + self._window_ms / 1000
        _memory[key] = (count + 1, ends)
        if len(_memory) > MEMORY_KEYS:
            _memory.popitem(last=False)
        return count + 1, (ends - now) * 1000
