"""The one thread that writes to a SQLite file: what waits together is committed together."""

import asyncio
import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from servicekit.stores.ports import StoreError, StoreUnavailableError, WrongTypeError

T = TypeVar("T")
Operation = Callable[[sqlite3.Connection], T]

GROUP_SIZE = 512
WAITING_MOST = 10_000


@dataclass
class _Waiting(Generic[T]):
    operation: Operation[T]
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[T]
    result: Any = None
    error: BaseException | None = None


class GroupWriter:
    """Runs operations on one connection, each all or nothing, as many as wait in one transaction.

    Calls `tidy` between transactions, about every tidy_seconds.
    """

    def __init__(self, connection: sqlite3.Connection, tidy: Operation[Any], tidy_seconds: float) -> None:
        self._connection = connection
        self._tidy = tidy
        self._tidy_seconds = tidy_seconds
        self._queue: queue.Queue[_Waiting[Any] | None] = queue.Queue(WAITING_MOST)
        self._closed = False
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="sqlite-writer", daemon=True)
        self._thread.start()

    async def submit(self, operation: Operation[T]) -> T:
        """Run the operation inside a transaction and return its result once it is committed.

        Raises StoreUnavailableError when closed, locked out or overloaded, and what the operation raises.
        """
        loop = asyncio.get_running_loop()
        waiting = _Waiting(operation, loop, loop.create_future())
        with self._lock:
            if self._closed:
                raise StoreUnavailableError("the store is closed")
            try:
                self._queue.put_nowait(waiting)
            except queue.Full:
                raise StoreUnavailableError(f"more than {WAITING_MOST} writes are waiting") from None
        result: T = await waiting.future
        return result

    def close(self) -> None:
        """Finish what is waiting and end the thread; blocks."""
        with self._lock:
            first, self._closed = not self._closed, True
        if first:
            self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        due = time.monotonic()
        while True:
            if time.monotonic() >= due:
                self._quietly(self._tidy)
                due = time.monotonic() + self._tidy_seconds
            try:
                first = self._queue.get(timeout=max(0.0, due - time.monotonic()))
            except queue.Empty:
                continue
            group = []
            while first is not None:
                group.append(first)
                if len(group) == GROUP_SIZE:
                    break
                try:
                    first = self._queue.get_nowait()
                except queue.Empty:
                    break
            if group:
                self._commit(group)
            if first is None:
                break
        self._connection.close()

    def _commit(self, group: list[_Waiting[Any]]) -> None:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            for waiting in group:
                waiting.result = waiting.operation(self._connection)
            self._connection.execute("COMMIT")
        except Exception as error:  # whatever went wrong belongs to a caller, never to this thread
            self._quietly(lambda connection: connection.execute("ROLLBACK"))
            if len(group) > 1 and not isinstance(error, sqlite3.OperationalError):
                # One operation spoiled the transaction for all: each gets its own, and only that one fails.
                for waiting in group:
                    self._commit([waiting])
                return
            # The file is locked or the disk full: for each alone it would be the same, after as long a wait.
            for waiting in group:
                waiting.error = to_store_error(error)
        _deliver(group)

    def _quietly(self, operation: Operation[Any]) -> None:
        try:
            operation(self._connection)
        except sqlite3.Error:
            return


def _deliver(group: list[_Waiting[Any]]) -> None:
    by_loop: dict[asyncio.AbstractEventLoop, list[_Waiting[Any]]] = {}
    for waiting in group:
        by_loop.setdefault(waiting.loop, []).append(waiting)
    for loop, some in by_loop.items():
        try:
            loop.call_soon_threadsafe(_resolve, some)
        except RuntimeError:
            continue  # the loop is closed: nobody waits any more


def _resolve(group: list[_Waiting[Any]]) -> None:
    for waiting in group:
        if waiting.future.done():
            continue  # the caller was cancelled meanwhile
        if waiting.error is None:
            waiting.future.set_result(waiting.result)
        else:
            waiting.future.set_exception(waiting.error)


def to_store_error(error: BaseException) -> BaseException:
    """Translate what sqlite3 raises: values that do not fit are the caller's, everything else may pass."""
    if isinstance(error, StoreError):
        return error
    if isinstance(error, OverflowError | UnicodeEncodeError | sqlite3.IntegrityError | sqlite3.InterfaceError):
        return WrongTypeError(f"a value does not fit its column: {type(error).__name__}")
    if isinstance(error, sqlite3.Error):
        return StoreUnavailableError(f"SQLite can not serve: {error}")
    return error
