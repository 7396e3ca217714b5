"""The schedule of `trunkline beat`: of several, one leads, and none of them dies with Redis."""

import logging
import time
from types import SimpleNamespace
from typing import Any

from redbeat import RedBeatScheduler
from redbeat.schedulers import acquire_distributed_beat_lock
from redis.exceptions import RedisError

AGAIN_SECONDS = 1.0

logger = logging.getLogger(__name__)


class LeadingScheduler(RedBeatScheduler):  # type: ignore[misc]  # redbeat has no types
    """redbeat's scheduler; one that can not renew its lock sends nothing until it holds it anew."""

    lock: Any = None

    def setup_schedule(self) -> None:
        """Write the schedule, as soon as Redis takes it."""
        while True:
            try:
                super().setup_schedule()
                return
            except RedisError as error:
                logger.warning("beat waits for redis", extra={"error": type(error).__name__})
                time.sleep(AGAIN_SECONDS)

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Send what is due, and return how many seconds to wait."""
        try:
            if self.lock is None:
                acquire_distributed_beat_lock(sender=SimpleNamespace(scheduler=self))
            return float(super().tick(*args, **kwargs))
        except RedisError as error:
            # Away, or another leads by now: the lock is only ours while we can say so.
            self.lock = None
            logger.warning("beat does not lead", extra={"error": type(error).__name__})
            return AGAIN_SECONDS

    def close(self) -> None:
        """Let go of the lock, so that another beat leads at once."""
        try:
            super().close()
        except RedisError as error:
            logger.warning("lock of beat not released", extra={"error": type(error).__name__})
