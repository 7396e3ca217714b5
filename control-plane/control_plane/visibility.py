"""A worker vouches for the tasks it holds.

Redis knows of an unacked message only when it was taken.  After the visibility time-out any worker puts it back,
though the task may just be long.  So each worker renews that time for its own messages while it lives: the time-out
can be short, a dead worker's tasks are run by another within it, and a long task is not run twice.
"""

import logging
import time
from typing import Any

from celery import bootsteps
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


class VouchForTasks(bootsteps.StartStopStep):  # type: ignore[misc]  # Celery has no types
    """Step of Celery's consumer; runs in the worker's main process, whatever its children are busy with."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def __init__(self, consumer: Any, **options: Any) -> None:
        super().__init__(consumer, **options)
        self._timer: Any = None

    def start(self, consumer: Any) -> None:
        options = consumer.app.conf.broker_transport_options
        self._timer = consumer.timer.call_repeatedly(options["visibility_timeout"] / 4, self._renew, (consumer,))

    def stop(self, consumer: Any) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _renew(self, consumer: Any) -> None:
        if consumer.task_consumer is None:
            return
        channel = consumer.task_consumer.channel
        held = list(channel.qos._delivered)
        if not held:
            return
        try:
            with channel.conn_or_acquire() as client:
                # XX: what was acked meanwhile must not come back as an empty entry.
                client.zadd(channel.qos.unacked_index_key, dict.fromkeys(held, time.time()), xx=True)
        except RedisError as error:
            logger.warning("tasks not vouched for", extra={"held": len(held), "error": type(error).__name__})
