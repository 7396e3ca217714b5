"""Dead letters: tasks that failed for good, kept in Redis with the reason until somebody looks.

Bounded and not for ever: MOST for each tenant, the oldest go first, and all after KEPT_SECONDS.
"""

import json
import logging
import traceback
from dataclasses import asdict, dataclass
from typing import Any

from redis.asyncio import Redis

from servicekit.logs import mask_text

MOST = 1000
KEPT_SECONDS = 14 * 86_400
TENANTS = "platform:jobs:tenants"
"""Set of tenants that ever had a dead letter."""
REASON_LENGTH = 300

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class DeadLetter:
    """A task that is tried no more.  kwargs are ids.  Times in milliseconds since 1970."""

    letter_id: str
    tenant_id: str
    task: str
    queue: str
    kwargs: dict[str, Any]
    reason: str
    where: str
    tries: int
    sent_ms: int | None
    buried_ms: int


def reason_of(error: BaseException) -> tuple[str, str]:
    """Return what an error says, masked as in logs, and where it was raised (file:line function)."""
    last = traceback.format_exception_only(error)[-1].strip()
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno} {frames[-1].name}" if frames else ""
    return mask_text(last)[:REASON_LENGTH], where


class DeadLetters:
    """The letters of all tenants.  Every method raises redis errors when Redis is away."""

    def __init__(self, redis: Redis) -> None:
        # redis-py types each command as "awaitable or not"; ours always is.
        self._redis: Any = redis

    async def bury(self, letter: DeadLetter) -> None:
        """Keep a letter; one of the same id is replaced."""
        letters, times = _keys_of(letter.tenant_id)
        async with self._redis.pipeline(transaction=True) as both:
            both.hset(letters, letter.letter_id, json.dumps(asdict(letter)))
            both.zadd(times, {letter.letter_id: letter.buried_ms})
            both.expire(letters, KEPT_SECONDS)
            both.expire(times, KEPT_SECONDS)
            both.zrange(times, 0, -MOST - 1)
            *_, surplus = await both.execute()
        await self._redis.sadd(TENANTS, letter.tenant_id)
        for letter_id in surplus:
            await self.drop(letter.tenant_id, letter_id)
        extra = {"tenant_id": letter.tenant_id, "task": letter.task, "reason": letter.reason, "where": letter.where}
        logger.error("task buried", extra={**extra, "letter_id": letter.letter_id, "alarm": "job-dead"})

    async def tenants(self) -> list[str]:
        """Return the tenants that may have letters."""
        return sorted(await self._redis.smembers(TENANTS))

    async def all(self, tenant_id: str) -> list[DeadLetter]:
        """Return a tenant's letters, oldest first."""
        texts = await self._redis.hvals(_keys_of(tenant_id)[0])
        found = [DeadLetter(**json.loads(text)) for text in texts]
        return sorted(found, key=lambda letter: (letter.buried_ms, letter.letter_id))

    async def drop(self, tenant_id: str, letter_id: str) -> bool:
        """Forget a letter; False where there is none."""
        letters, times = _keys_of(tenant_id)
        async with self._redis.pipeline(transaction=True) as both:
            both.hdel(letters, letter_id)
            both.zrem(times, letter_id)
            return bool((await both.execute())[0])


def _keys_of(tenant_id: str) -> tuple[str, str]:
    return f"{{{tenant_id}}}:jobs:dead", f"{{{tenant_id}}}:jobs:dead:times"
