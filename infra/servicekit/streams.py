"""Redis streams read by consumer groups: each message is handled at least once, whoever dies on the way.

A message is acked when its handler returned.  One that fails again and again ends in `<stream>:dead`; put back with
the field ONLY_GROUP it is for that group alone.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import ConnectionError, ReadOnlyError, ResponseError, TimeoutError

from servicekit import tracing
from servicekit.cancellation import raise_if_cancelled

Fields = dict[str, str]
Handler = Callable[[str, str, Fields], Awaitable[object]]

DEAD_SUFFIX = ":dead"
ONLY_GROUP = "only_group"
DEAD_LETTERS_KEPT = 10_000
DEAD_LETTERS_SECONDS = 14 * 86_400
BACKOFF_SECONDS = (0.1, 5.0)
ACK_SECONDS = 0.1
"""How long a handled message waits at most to be acked together with others of its round."""
REDIS_AWAY = (ConnectionError, TimeoutError, ReadOnlyError)

logger = logging.getLogger(__name__)


class RetryLaterError(Exception):
    """Raised by a handler whose own dependency is away: the message is no poison, keep it and try again."""


async def append(redis: Redis, stream: str, fields: Mapping[str, str], maxlen: int) -> str:
    """Append a message, trim the stream to about maxlen, and return the message's id."""
    with tracing.span("redis.xadd", "producer"):
        return str(await redis.xadd(stream, dict(fields), maxlen=maxlen, approximate=True))  # type: ignore[arg-type]


async def trim_handled(redis: Redis, stream: str, groups: Collection[str], keep_seconds: float) -> int:
    """Remove what every group has handled and is older than keep_seconds; return how many messages those were.

    Groups beside the named ones count too; nothing goes while one of the named has not begun to read.
    Raises redis ResponseError where there is no such stream.
    """
    found: Any = await redis.xinfo_groups(stream)
    if not set(groups) <= {group["name"] for group in found}:
        return 0
    seconds, micros = await redis.time()
    floor = (int((seconds - keep_seconds) * 1000 + micros / 1000), 0)
    for group in found:
        waiting: Any = await redis.xpending(stream, group["name"]) if group["pending"] else {}
        milliseconds, sequence = _id_of(group["last-delivered-id"])
        first = waiting.get("min")
        floor = min(floor, _id_of(first) if first else (milliseconds, sequence + 1))
    return int(await redis.xtrim(stream, minid=f"{floor[0]}-{floor[1]}", approximate=False))


def _id_of(text: str) -> tuple[int, int]:
    milliseconds, _, sequence = text.partition("-")
    return int(milliseconds), int(sequence or 0)


class StreamReader:
    """One consumer of a group over a set of streams that may change while it runs.

    The handler gets (stream, id, fields).  Messages of a stream are handled in order while concurrency is 1.
    A handler that raises leaves its message pending; it comes again after claim_idle_ms, to this consumer or
    another, and after max_deliveries goes to `<stream>:dead`.  On RetryLaterError, and when Redis is away inside
    the handler, the message is kept and retried in place with backoff, so the stream itself is the spool.
    In Redis Cluster the streams of one reader need a common hash tag.  forget_handled: remove a message when it is
    acked, for streams that one group reads alone.  gather_ms: let that long go by after each round that brought
    something, so that a busy stream is read in few large rounds; the first message after a silence is read at once.
    """

    def __init__(
        self,
        redis: Redis,
        group: str,
        consumer: str,
        handler: Handler,
        streams: Iterable[str] = (),
        *,
        batch: int = 64,
        block_ms: int = 1000,
        claim_idle_ms: int = 30_000,
        max_deliveries: int = 5,
        concurrency: int = 1,
        forget_handled: bool = False,
        gather_ms: int = 0,
    ) -> None:
        if not 0 < block_ms <= 4000:
            raise ValueError("block_ms must be 1..4000, shorter than the socket's time-out")
        self._redis = redis
        self._group = group
        self._consumer = consumer
        self._handler = handler
        self._batch = batch
        self._block_ms = block_ms
        self._claim_idle_ms = claim_idle_ms
        self._max_deliveries = max_deliveries
        self._forget_handled = forget_handled
        self._gather_seconds = gather_ms / 1000
        self._slots = asyncio.Semaphore(concurrency)
        self._streams: set[str] = set(streams)
        self._prepared: set[str] = set()
        self._changed = asyncio.Event()
        self._claim_due = 0.0

    @property
    def streams(self) -> frozenset[str]:
        """The streams that are read now."""
        return frozenset(self._streams)

    def add(self, *streams: str) -> None:
        """Read these too, from the next round on (at most block_ms later)."""
        self._streams.update(streams)
        self._changed.set()

    def remove(self, *streams: str) -> None:
        """Read these no more, from the next round on; what is pending stays for other consumers."""
        self._streams.difference_update(streams)
        self._prepared.difference_update(streams)

    async def run(self) -> None:
        """Read for ever; Redis may go away and come back.  End it by cancelling the task."""
        delay = BACKOFF_SECONDS[0]
        while True:
            raise_if_cancelled()
            try:
                await self.read_once()
                delay = BACKOFF_SECONDS[0]
                continue
            except REDIS_AWAY as error:
                logger.warning("redis is away", extra={"group": self._group, "error": type(error).__name__})
            except ResponseError as error:
                # The stream vanished (flushed, expired, an empty Redis after a restart): make the group anew.
                if not str(error).startswith(("NOGROUP", "UNBLOCKED")):
                    raise
                logger.warning("stream group vanished", extra={"group": self._group})
            self._prepared.clear()
            await asyncio.sleep(delay)
            delay = min(delay * 2, BACKOFF_SECONDS[1])

    async def read_once(self) -> None:
        """One round: own leftovers of new streams, messages of dead consumers, then new messages.

        Raises redis errors when Redis is away.
        """
        while not self._streams:
            self._changed.clear()
            await self._changed.wait()
        for stream in sorted(self._streams - self._prepared):
            await self._prepare(stream)
        if time.monotonic() >= self._claim_due:
            for stream in sorted(self._streams):
                await self._claim(stream)
            self._claim_due = time.monotonic() + self._claim_idle_ms / 2000
        wanted: Any = dict.fromkeys(sorted(self._streams), ">")
        answer: Any = await self._redis.xreadgroup(
            self._group, self._consumer, wanted, count=self._batch, block=self._block_ms
        )
        for stream, messages in answer or []:
            await self._handle_all(stream, messages)
        if answer and self._gather_seconds:
            await asyncio.sleep(self._gather_seconds)

    async def _prepare(self, stream: str) -> None:
        try:
            # From "0": what was appended before the group existed is work too.
            await self._redis.xgroup_create(stream, self._group, id="0", mkstream=True)
        except ResponseError as error:
            if not str(error).startswith("BUSYGROUP"):
                raise
        # A consumer that comes back under its old name need not wait for its own leftovers to age.
        last = "0"
        while True:
            answer: Any = await self._redis.xreadgroup(self._group, self._consumer, {stream: last}, count=self._batch)
            messages = answer[0][1] if answer else []
            if not messages:
                break
            last = messages[-1][0]
            await self._handle_redelivered(stream, messages)
        self._prepared.add(stream)

    async def _claim(self, stream: str) -> None:
        start = "0-0"
        while True:
            start, messages, *_ = await self._redis.xautoclaim(
                stream, self._group, self._consumer, self._claim_idle_ms, start, count=self._batch
            )
            if messages:
                logger.info("pending messages taken over", extra={"stream": stream, "count": len(messages)})
                await self._handle_redelivered(stream, messages)
            if start == "0-0":
                return

    async def _handle_redelivered(self, stream: str, messages: list[tuple[str, Fields | None]]) -> None:
        pending: Any = await self._redis.xpending_range(
            stream, self._group, messages[0][0], messages[-1][0], len(messages), self._consumer
        )
        deliveries = {item["message_id"]: int(item["times_delivered"]) for item in pending}
        alive = []
        for message_id, fields in messages:
            if not fields:
                # Trimmed away while it was pending: there is nothing left to handle.
                await self._redis.xack(stream, self._group, message_id)
            elif deliveries.get(message_id, 1) > self._max_deliveries:
                await self._bury(stream, message_id, fields, deliveries[message_id] - 1)
            else:
                alive.append((message_id, fields))
        await self._handle_all(stream, alive)

    async def _bury(self, stream: str, message_id: str, fields: Fields, deliveries: int) -> None:
        letter: Any = {**fields, "dead_id": message_id, "dead_group": self._group, "dead_deliveries": deliveries}
        async with self._redis.pipeline(transaction=True) as both:
            both.xadd(f"{stream}{DEAD_SUFFIX}", letter, maxlen=DEAD_LETTERS_KEPT, approximate=True)
            # Somebody looks at them within days; they may name customers.
            both.expire(f"{stream}{DEAD_SUFFIX}", DEAD_LETTERS_SECONDS)
            both.xack(stream, self._group, message_id)
            if self._forget_handled:
                both.xdel(stream, message_id)
            await both.execute()
        logger.error(
            "poison message buried",
            extra={"stream": stream, "message_id": message_id, "group": self._group, "deliveries": deliveries},
        )

    async def _handle_all(self, stream: str, messages: list[tuple[str, Fields]]) -> None:
        unfinished = {message_id for message_id, _ in messages}
        async with asyncio.TaskGroup() as group:
            keeper = group.create_task(self._keep(stream, unfinished))
            # The semaphore serves first come, first: with one slot a stream stays in order.
            work = [group.create_task(self._handle(stream, *message)) for message in messages]
            while work:
                # One ack for many, and those that are done need not wait for the slowest.
                done, _ = await asyncio.wait(work, timeout=ACK_SECONDS)
                work = [task for task in work if task not in done]
                finished = {message_id: handled for message_id, handled in (task.result() for task in done)}
                await self._ack(stream, [message_id for message_id, handled in finished.items() if handled])
                unfinished.difference_update(finished)
            keeper.cancel()

    async def _handle(self, stream: str, message_id: str, fields: Fields) -> tuple[str, bool]:
        async with self._slots:
            return message_id, await self._attempt(stream, message_id, fields)

    async def _ack(self, stream: str, message_ids: list[str]) -> None:
        if not message_ids:
            return
        try:
            if not self._forget_handled:
                await self._redis.xack(stream, self._group, *message_ids)
                return
            async with self._redis.pipeline(transaction=True) as both:
                both.xack(stream, self._group, *message_ids)
                both.xdel(stream, *message_ids)
                await both.execute()
        except REDIS_AWAY:
            # Handled but not acked: they come again with the next preparation, and twice is harmless.
            self._prepared.discard(stream)
            logger.warning("acks were lost", extra={"stream": stream, "count": len(message_ids)})

    async def _attempt(self, stream: str, message_id: str, fields: Fields) -> bool:
        if fields.get(ONLY_GROUP, self._group) != self._group:
            return True
        delay = BACKOFF_SECONDS[0]
        while True:
            raise_if_cancelled()
            try:
                await self._handler(stream, message_id, fields)
                return True
            except (RetryLaterError, *REDIS_AWAY) as error:
                extra = {"stream": stream, "message_id": message_id, "error": type(error).__name__}
                logger.warning("message waits for its handler's dependency", extra=extra)
            except Exception:  # the top of one message's handling: it stays pending, the others go on
                logger.exception("message handler failed", extra={"stream": stream, "message_id": message_id})
                return False
            await asyncio.sleep(delay)
            delay = min(delay * 2, BACKOFF_SECONDS[1])

    async def _keep(self, stream: str, unfinished: set[str]) -> None:
        """Keep what is being handled from ageing: only a dead consumer's messages may be taken over."""
        while True:
            raise_if_cancelled()
            await asyncio.sleep(self._claim_idle_ms / 3000)
            if not unfinished:
                continue
            try:
                ids: Any = sorted(unfinished)
                await self._redis.xclaim(stream, self._group, self._consumer, 0, ids, justid=True)
            except (*REDIS_AWAY, ResponseError):
                logger.warning("pending messages could not be kept", extra={"stream": stream})
