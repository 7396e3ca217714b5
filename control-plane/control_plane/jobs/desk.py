"""All that failed for good in one list, tasks and streams' messages alike, and what an operator does with it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from celery import Celery
from redis.asyncio import Redis

from control_plane.jobs.buried import BuriedMessage, BuriedMessages
from control_plane.jobs.letters import DeadLetter, DeadLetters


@dataclass(frozen=True)
class Letter:
    """A dead letter as it is shown; `source` is what it was made from.  Times in milliseconds since 1970."""

    letter_id: str
    tenant_id: str
    task: str
    queue: str
    about: dict[str, Any]
    reason: str
    where: str
    tries: int
    sent_ms: int | None
    buried_ms: int
    source: DeadLetter | BuriedMessage


class Desk:
    """Where an operator works.  Raises redis errors, and kombu's OperationalError where a task is sent."""

    def __init__(self, redis: Redis, celery: Celery) -> None:
        self.redis = redis
        self._celery = celery
        self._letters, self._messages = DeadLetters(redis), BuriedMessages(redis)

    async def dead(self, tenant_id: str | None = None) -> Sequence[Letter]:
        """Return the dead letters, of one tenant or of all, oldest first."""
        tenants = await self._letters.tenants()
        found = [_of_task(letter) for tenant in tenants for letter in await self._letters.all(tenant)]
        found += [_of_message(message) for message in await self._messages.all()]
        wanted = [letter for letter in found if tenant_id in (None, letter.tenant_id)]
        return sorted(wanted, key=lambda letter: (letter.buried_ms, letter.letter_id))

    async def one(self, letter_id: str) -> Letter | None:
        """Return the letter of this id."""
        return next((letter for letter in await self.dead() if letter.letter_id == letter_id), None)

    async def retry(self, letter: Letter) -> bool:
        """Have it done again; False where somebody did so already."""
        source = letter.source
        if isinstance(source, BuriedMessage):
            return await self._messages.retry(source)
        queue = {"queue": source.queue} if source.queue else {}
        # Sent first: who dies in between leaves the letter, and work that is sent twice is done once.
        await asyncio.to_thread(self._celery.send_task, source.task, kwargs=source.kwargs, **queue)
        return await self._letters.drop(source.tenant_id, source.letter_id)

    async def drop(self, letter: Letter) -> bool:
        """Forget it; False where it is gone."""
        if isinstance(letter.source, BuriedMessage):
            return await self._messages.drop(letter.source)
        return await self._letters.drop(letter.source.tenant_id, letter.source.letter_id)


def _of_task(letter: DeadLetter) -> Letter:
    return Letter(
        letter.letter_id, letter.tenant_id, letter.task, letter.queue, letter.kwargs, letter.reason, letter.where,
        letter.tries, letter.sent_ms, letter.buried_ms, letter,
    )  # fmt: skip


def _of_message(message: BuriedMessage) -> Letter:
    about = {"entry": message.entry_id, "id": message.about}
    reason = f"group {message.group} could not take it (its log says why)"
    return Letter(
        message.letter_id, message.tenant_id, message.kind, message.stream, about, reason, "", message.deliveries,
        None, message.buried_ms, message,
    )  # fmt: skip
