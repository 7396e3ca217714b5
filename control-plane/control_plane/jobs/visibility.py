"""A worker vouches for the tasks it holds.

Redis knows of an unacked message only when it was taken.  After the visibility time-out any worker puts it back,
though the task may just be long.  So each worker renews that time for its own messages while it lives: the time-out
can be short, a dead worker's tasks are run by another within it, and a long task is not run twice.

It holds no longer what it has ended, though Redis did not take the word: such a message would fill one of its few
places for ever.  Nobody vouches for it then, and it is put back as a dead worker's is.
"""

import contextlib
import logging
import time
from collections.abc import Iterator
from typing import Any

from celery import bootsteps
from kombu.transport import redis as transport
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


class LettingGo(transport.QoS):  # Kombu has no types
    """What a channel holds, without what could not be acked or rejected."""

    def ack(self, delivery_tag: str) -> None:
        with self._letting_go(delivery_tag):
            super().ack(delivery_tag)  # type: ignore[no-untyped-call]

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:
        with self._letting_go(delivery_tag):
            super().reject(delivery_tag, requeue=requeue)  # type: ignore[no-untyped-call]

    def restore_by_tag(self, tag: str, client: Any = None, leftmost: bool = False) -> None:
        # Kombu takes a write that is refused (NOREPLICAS) for a key that has changed, and tries again without end.
        # One that changes nothing is refused first, and plainly.
        with self.channel.conn_or_acquire(client) as asked:
            asked.zadd(self.unacked_index_key, {tag: 0}, xx=True, gt=True)
            super().restore_by_tag(tag, asked, leftmost)  # type: ignore[no-untyped-call]

    @contextlib.contextmanager
    def _letting_go(self, delivery_tag: str) -> Iterator[None]:
        try:
            yield
        except RedisError:
            self._quick_ack(delivery_tag)
            raise


def let_go_of_what_ended() -> None:
    """Have all channels of this process hold messages so."""
    transport.Channel.QoS = LettingGo


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
        held = [tag for tag in channel.qos._delivered if tag not in channel.qos._dirty]
        if not held:
            return
        try:
            with channel.conn_or_acquire() as client:
                # XX: what was acked meanwhile must not come back as an empty entry.
                client.zadd(channel.qos.unacked_index_key, dict.fromkeys(held, time.time()), xx=True)
        except RedisError as error:
            logger.warning("tasks not vouched for", extra={"held": len(held), "error": type(error).__name__})
