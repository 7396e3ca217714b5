"""Python 3.11's wait_for, which redis-py uses, can swallow a cancellation: loops ask here whether one was lost."""

import asyncio


def raise_if_cancelled() -> None:
    """Raise CancelledError when this task was cancelled and runs on all the same (CPython issue 86296)."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
