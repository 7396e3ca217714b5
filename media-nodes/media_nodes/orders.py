"""Orders of the control plane to this node, from its Redis stream to the conductor."""

import json
import logging
import time
from collections.abc import Callable
from pathlib import Path

from redis.asyncio import Redis

from callmodel import keys
from callmodel.codec import ShapeError
from callmodel.ids import CallId, NodeId
from callmodel.wire import DialLead, PlaceCall, order_of
from media_nodes.conductor import Conductor
from servicekit.streams import RetryLaterError, StreamReader

GROUP = "conductor"
REMEMBER_SECONDS = 3600
FORGET_SECONDS = 300.0

logger = logging.getLogger(__name__)


class OrderBook:
    """Hands orders on, each call placed once: a mark on disk outlives the conductor and the call."""

    def __init__(self, conductor: Conductor, marks: Path, ready: Callable[[], bool]) -> None:
        self._conductor, self._marks = conductor, marks
        self._ready = ready
        marks.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._forget_again = 0.0

    def reader(self, redis: Redis, node_id: NodeId) -> StreamReader:
        """Return the reader to run; one conductor of a node reads at a time, so leftovers are its own."""
        stream = keys.node_orders(node_id)
        # Orders name customers' numbers: none stays in Redis once it is carried out.
        return StreamReader(redis, GROUP, node_id, self.handle, [stream], block_ms=1000, forget_handled=True)

    async def handle(self, _stream: str, message_id: str, fields: dict[str, str]) -> None:
        """Carry out one message.  Raises RetryLaterError while the switch is away."""
        try:
            order = order_of(json.loads(fields.get("m", "")))
        except (ShapeError, ValueError):
            logger.exception("order not readable", extra={"message_id": message_id})
            return
        if order is None:
            logger.warning("order of an unknown kind", extra={"message_id": message_id})
            return
        if not self._ready():
            raise RetryLaterError
        if isinstance(order, PlaceCall | DialLead) and not self._first_time(order.call_id):
            logger.info("order repeated", extra={"call_id": order.call_id})
            return
        self._conductor.obey(order)

    def _first_time(self, call_id: CallId) -> bool:
        self._forget_old()
        try:
            (self._marks / call_id).touch(exist_ok=False)
        except FileExistsError:
            return False
        except OSError as error:
            # A full disk: better a call that a killed conductor's successor might place again than none.
            logger.error("order not marked", extra={"call_id": call_id, "error": error.strerror})
        return True

    def _forget_old(self) -> None:
        """Take away marks of an hour ago, now and then: a busy node places thousands of calls a day."""
        if time.monotonic() < self._forget_again:
            return
        self._forget_again = time.monotonic() + FORGET_SECONDS
        oldest = time.time() - REMEMBER_SECONDS
        for mark in self._marks.iterdir():
            if mark.stat().st_mtime < oldest:
                mark.unlink(missing_ok=True)
