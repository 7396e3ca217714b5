"""What the control plane measures of itself: consumers' lag, jobs that wait, recordings that did not come.

The process that reads the facts looks; several of them report the same figures, of which one is to be taken.
"""

import asyncio
import logging
from collections.abc import Mapping

from redis.asyncio import Redis
from redis.exceptions import RedisError

from control_plane.facts.streamlag import LagWatch
from control_plane.jobs.waiting import Queue, known_queues
from control_plane.times import now_ms
from servicekit import meters

OVERDUE_KEY = "platform:recordings:overdue"
OVERDUE_SECONDS = 300

BEHIND = meters.Gauge("trunkline.facts.behind", "{fact}", "facts that a consumer group has not handled yet")
BURIED = meters.Gauge("trunkline.facts.buried", "{fact}", "facts that a group could not take and put aside")
WAITING = meters.Gauge("trunkline.jobs.waiting", "{job}", "jobs in a queue that no worker has taken")
OLDEST = meters.Gauge("trunkline.jobs.oldest", "s", "how long the oldest job in a queue has waited")
OVERDUE = meters.Gauge("trunkline.recordings.overdue", "{recording}", "recordings that are owed and did not come")

logger = logging.getLogger(__name__)


async def note_overdue(redis: Redis, count: int) -> None:
    """Keep how many recordings are overdue for whoever reports it; forgotten when nobody looks any more."""
    await redis.set(OVERDUE_KEY, count, ex=OVERDUE_SECONDS)


class Figures:
    """The last look; what could not be seen is not reported."""

    def __init__(self, redis: Redis, lag: LagWatch) -> None:
        self._redis = redis
        self._queues: list[Queue] = []
        self._overdue: int | None = None
        BEHIND.observe(lambda: _by("group", lag.behind))
        BURIED.observe(lambda: [(sum(dict(lag.buried).values()), {})])
        WAITING.observe(lambda: _by("queue", {queue.name: queue.depth for queue in self._queues}))
        OLDEST.observe(lambda: _by("queue", self._ages()))
        OVERDUE.observe(lambda: [] if self._overdue is None else [(self._overdue, {})])

    async def follow(self, seconds: float) -> None:
        """Look every so many seconds, for ever."""
        while True:
            try:
                await self.look()
            except RedisError as error:
                self._queues, self._overdue = [], None
                logger.debug("figures are not known", extra={"error": type(error).__name__})
            await asyncio.sleep(seconds)

    async def look(self) -> None:
        """Look once.  Raises redis errors."""
        self._queues = await known_queues(self._redis)
        overdue = await self._redis.get(OVERDUE_KEY)
        self._overdue = None if overdue is None else int(overdue)

    def _ages(self) -> dict[str, float]:
        now = now_ms()
        return {queue.name: (now - (queue.oldest_ms or now)) / 1000 for queue in self._queues}


def _by(name: str, values: Mapping[str, float]) -> list[tuple[float, dict[str, meters.Value]]]:
    return [(value, {name: key}) for key, value in dict(values).items()]
