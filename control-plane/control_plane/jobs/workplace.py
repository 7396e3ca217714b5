"""What a worker's process holds while it lives: an event loop and the opened resources, made after the fork.

Celery's tasks are plain functions; what they call is asynchronous.  One loop for each process runs it, so that
connections live from task to task.
"""

import asyncio
import contextvars
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from control_plane.web.context import Resources

T = TypeVar("T")
Work = Callable[[Resources], Coroutine[Any, Any, T]]
Close = Callable[[Resources], Awaitable[None]]


class Workplace:
    """Runs asynchronous work to its end, one piece at a time.  `close` lets go of the resources."""

    def __init__(self, resources: Resources, close: Close) -> None:
        self._runner = asyncio.Runner()
        self._resources = resources
        self._close = close

    def run(self, work: Work[T]) -> T:
        """Return the work's result.  What the caller's context holds, such as its span, the work has too."""
        return self._runner.run(work(self._resources), context=contextvars.copy_context())

    def close(self) -> None:
        """Let go of everything; nothing may be running."""

        async def close() -> None:
            await self._close(self._resources)

        self._runner.run(close())
        self._runner.close()


_here: Workplace | None = None


def enter(workplace: Workplace) -> None:
    """Make it this process's.  Resources opened before a fork would be shared with its siblings: open them after."""
    global _here
    _here = workplace


def leave() -> None:
    """Close this process's workplace; harmless where there is none."""
    global _here
    if _here is not None:
        _here.close()
        _here = None


def run(work: Work[T]) -> T:
    """Run work at this process's workplace.  Raises RuntimeError outside of a worker's process."""
    if _here is None:
        raise RuntimeError("tasks run in worker processes: there is no workplace here")
    return _here.run(work)
