"""How a feature declares work for Celery: an asynchronous function of the resources and ids by keyword.

    @job("imports.load", about=("list_id",))
    async def load(resources: Resources, *, tenant_id: str, list_id: str, **_later: Any) -> None:

It runs once for what it is about, is tried again with growing pauses when it raises, and is buried in the end.
"""

import os
import random
import socket
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from celery import Task, shared_task
from celery.exceptions import Reject
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from control_plane.jobs.letters import DeadLetter, DeadLetters, reason_of
from control_plane.jobs.once import DEATHS, Once, Piece, Turn
from control_plane.jobs.workplace import run
from control_plane.times import now_ms
from control_plane.web.context import Resources
from servicekit.logs import bind

PLATFORM = "platform"
PAUSE_SECONDS = (1.0, 60.0)

Work = Callable[..., Coroutine[Any, Any, object]]


@dataclass(frozen=True)
class Job:
    """What is done, and how often it is tried."""

    name: str
    work: Work
    about: tuple[str, ...]
    tries: int
    done_seconds: float
    is_buried: bool
    longest_pause_seconds: float
    asked_again: tuple[type[Exception], ...]


def job(
    name: str,
    *,
    about: tuple[str, ...] = (),
    tries: int = 7,
    done_seconds: float = 60,
    is_buried: bool = True,
    longest_pause_seconds: float = PAUSE_SECONDS[1],
    asked_again: tuple[type[Exception], ...] = (),
) -> Callable[[Work], Task]:
    """Return a decorator that makes a task of a function.

    about: the keyword arguments that, with the tenant, tell one piece of work from another.
    done_seconds: how long a second sending counts as the same piece.
    is_buried: False for work that comes again by itself, such as the schedule's.
    asked_again: what does not bury it after the last try, as somebody asks for it again once that has passed.
    """

    def declare(work: Work) -> Task:
        kind = Job(name, work, about, tries, done_seconds, is_buried, longest_pause_seconds, asked_again)

        def perform(task: Task, **kwargs: Any) -> None:
            _perform(kind, task, kwargs)

        # Celery would give up by itself after three, and bury nothing.
        return shared_task(name=name, bind=True, max_retries=None)(perform)

    return declare


def pause_of(tries: int, longest: float = PAUSE_SECONDS[1]) -> float:
    """Return how many seconds to wait after so many tries: twice as long each time, and nobody at the same moment."""
    shortest = PAUSE_SECONDS[0]
    return min(longest, shortest * float(2 ** (tries - 1))) * random.uniform(0.5, 1.0)


def _perform(kind: Job, task: Task, kwargs: dict[str, Any]) -> None:
    about = {field: str(kwargs[field]) for field in kind.about if field in kwargs}
    piece = Piece(str(kwargs.get("tenant_id", PLATFORM)), kind.name, about, task.request.id)
    tries = task.request.retries + 1
    try:
        try:
            run(lambda resources: _attempt(kind, task, piece, kwargs, resources))
        except Exception as error:  # whatever it was: it is tried again or buried
            if tries < kind.tries:
                raise task.retry(exc=error, countdown=pause_of(tries, kind.longest_pause_seconds)) from error
            if not kind.is_buried or isinstance(error, kind.asked_again):
                raise
            letter = _letter_of(task, piece, kwargs, tries, *reason_of(error))
            run(lambda resources: DeadLetters(resources.redis).bury(letter))
    except (RedisError, OperationalError, Reject) as error:
        # Nobody can be told now, nor can it be sent again (Celery would drop it): the message stays, and comes back.
        raise Reject(type(error).__name__, requeue=True) from error


async def _attempt(kind: Job, task: Task, piece: Piece, kwargs: dict[str, Any], resources: Resources) -> None:
    once = Once(resources.redis)
    match await once.begin(piece, f"{socket.gethostname()}:{os.getpid()}", now_ms()):
        case Turn.SKIP:
            return
        case Turn.BURY:
            reason = f"each of {DEATHS} workers that began it died"
            letter = _letter_of(task, piece, kwargs, DEATHS, reason, "")
            await DeadLetters(resources.redis).bury(letter)
            await once.end(piece)
            return
    done_seconds = 0.0
    try:
        with bind(tenant_id=piece.tenant_id, task=kind.name):
            async with once.kept(piece):
                await kind.work(resources, **kwargs)
        done_seconds = kind.done_seconds
    finally:
        await once.end(piece, done_seconds)


def _letter_of(task: Task, piece: Piece, kwargs: dict[str, Any], tries: int, reason: str, where: str) -> DeadLetter:
    request = task.request
    queue = (request.delivery_info or {}).get("routing_key") or ""
    sent_ms = getattr(request, "sent_ms", None)
    return DeadLetter(request.id, piece.tenant_id, piece.task, queue, kwargs, reason, where, tries, sent_ms, now_ms())
