"""One process's connection to a Cassandra cluster, for asyncio: bounded, timed, and with errors that are ours.

The driver answers on a thread of its own (libev); answers that come close together cross into the loop together.
"""

import asyncio
import logging
import os
import socket
import threading
from collections import deque
from collections.abc import Sequence
from typing import Any
from weakref import WeakKeyDictionary

from cassandra import ConsistencyLevel, DriverException, InvalidRequest
from cassandra.auth import PlainTextAuthProvider
from cassandra.cluster import EXEC_PROFILE_DEFAULT, Cluster, ExecutionProfile, NoHostAvailable, Session
from cassandra.connection import ConnectionException
from cassandra.io.libevreactor import LibevConnection
from cassandra.policies import (
    ConstantSpeculativeExecutionPolicy,
    DCAwareRoundRobinPolicy,
    ExponentialReconnectionPolicy,
    HostStateListener,
    RetryPolicy,
    TokenAwarePolicy,
)
from cassandra.protocol import ErrorMessage
from cassandra.query import BoundStatement, PreparedStatement, tuple_factory

from servicekit.stores.cassandra_address import Address
from servicekit.stores.ports import MAX_PAGE_ROWS, StoreError, StoreUnavailableError, WrongTypeError

PROTOCOL_VERSION = 4
WAITING_MOST = 10_000
RECONNECT_SECONDS = (0.5, 10.0)
AGREEMENT_SECONDS = 30

Values = Sequence[Any]
Answer = list[tuple[Any, ...]]

logger = logging.getLogger(__name__)


class _Retry(RetryPolicy):  # type: ignore[misc]
    """Once more, on another node, where doing it twice is harmless."""

    def on_read_timeout(self, query: Any, *_: Any, retry_num: int = 0, **__: Any) -> Any:
        return self._elsewhere(query, retry_num)

    def on_write_timeout(self, query: Any, *_: Any, retry_num: int = 0, **__: Any) -> Any:
        return self._elsewhere(query, retry_num)

    def on_unavailable(self, query: Any, *_: Any, retry_num: int = 0, **__: Any) -> Any:
        return self._elsewhere(query, retry_num)

    def on_request_error(self, query: Any, *_: Any, retry_num: int = 0, **__: Any) -> Any:
        return self._elsewhere(query, retry_num)

    def _elsewhere(self, query: Any, retry_num: int) -> Any:
        return (self.RETRY_NEXT_HOST if query.is_idempotent and retry_num == 0 else self.RETHROW), None


class _NodeLog(HostStateListener):  # type: ignore[misc]
    """Says once when a node goes and comes; the driver itself would say it at every attempt."""

    def on_up(self, host: Any) -> None:
        logger.info("store node is up", extra={"node": host.address})

    def on_down(self, host: Any) -> None:
        logger.warning("store node is down", extra={"node": host.address})

    def on_add(self, host: Any) -> None:
        return

    def on_remove(self, host: Any) -> None:
        logger.info("store node was removed", extra={"node": host.address})


class _Crossing:
    """Where one event loop waits for answers from the driver's thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop, most: int) -> None:
        self.slots = asyncio.Semaphore(most)
        self.waiting = 0
        self._loop = loop
        self._answers: deque[tuple[asyncio.Future[Answer], Any, BaseException | None]] = deque()
        self._called = False

    def deliver(self, future: asyncio.Future[Answer], rows: Any, error: BaseException | None) -> None:
        """Called on the driver's thread."""
        self._answers.append((future, rows, error))
        if not self._called:
            self._called = True
            try:
                self._loop.call_soon_threadsafe(self._drain)
            except RuntimeError:
                return  # the loop is closed: nobody waits any more

    def _drain(self) -> None:
        # Before looking: what is added from here on calls again.
        self._called = False
        while self._answers:
            future, rows, error = self._answers.popleft()
            self.slots.release()
            if future.done():
                continue  # the caller was cancelled meanwhile
            if error is None:
                future.set_result(rows)
            else:
                future.set_exception(to_store_error(error))


class CassandraSession:
    """Usable from any event loop of the process that opened it.

    Raises StoreUnavailableError when no node answers.
    """

    def __init__(self, address: Address, user: str, password: str) -> None:
        # The driver tells every attempt to reconnect; _NodeLog says what matters.
        logging.getLogger("cassandra").setLevel(logging.CRITICAL)
        self.address = address
        self.consistency: int = ConsistencyLevel.name_to_value[address.consistency]
        self.serial: int = ConsistencyLevel.name_to_value[address.serial_consistency]
        self._pid = os.getpid()
        self._closed = False
        self._crossings: WeakKeyDictionary[asyncio.AbstractEventLoop, _Crossing] = WeakKeyDictionary()
        self._prepared: dict[str, PreparedStatement] = {}
        self._preparing = threading.Lock()
        self._cluster = _cluster_of(address, self.consistency, self.serial, user, password)
        try:
            self._session: Session = self._cluster.connect()
        except Exception as error:
            self._cluster.shutdown()
            raise to_store_error(error) from error
        # The nodes' clocks say which of two writes is the later one: a host whose clock is ahead would undo, for as
        # long as it is ahead, what others write after it.
        self._session.use_client_timestamp = False
        self._cluster.register_listener(_NodeLog())

    def apply(self, cql: str, values: Values = ()) -> Answer:
        """Run a statement of schema work and wait for it; blocks.

        Raises StoreUnavailableError, also for a table that the node asked does not know (yet).
        """
        self._check_process()
        try:
            future = self._session.execute_async(cql, tuple(values), timeout=AGREEMENT_SECONDS)
            rows = list(future.result())
        except InvalidRequest as error:
            raise StoreUnavailableError(f"Cassandra refuses: {error}") from error
        except Exception as error:
            raise to_store_error(error) from error
        if not future.is_schema_agreed:
            raise StoreUnavailableError(f"the nodes did not agree on the schema within {AGREEMENT_SECONDS} s")
        return rows

    def use_keyspace(self, keyspace: str) -> None:
        """Let statements name tables without it; blocks.  Raises StoreUnavailableError."""
        try:
            self._session.set_keyspace(keyspace)
        except Exception as error:
            raise StoreUnavailableError(f"keyspace {keyspace} can not be used: {type(error).__name__}") from error

    async def prepare(self, cql: str, *, conditional: bool = False, serial: bool = False) -> PreparedStatement:
        """Return the prepared statement.  conditional: not to be repeated; serial: reads behind all conditions."""
        if (found := self._prepared.get(cql)) is None:
            found = await asyncio.to_thread(self._prepare, cql, conditional, serial)
        return found

    async def ask(self, cql: str, values: Values, *, conditional: bool = False, serial: bool = False) -> Answer:
        """Prepare, bind and run a statement whose answer has a limit of its own.  Raises as `run` does."""
        statement = await self.prepare(cql, conditional=conditional, serial=serial)
        bound = bind(statement, values)
        # One page of the driver's own is all of it.
        bound.fetch_size = MAX_PAGE_ROWS + 1
        return await self.run(bound)

    async def run(self, statement: Any) -> Answer:
        """Run a bound statement or a batch.

        Raises StoreUnavailableError for what may pass, WrongTypeError for values that do not fit.
        """
        self._check_process()
        if self._closed:
            raise StoreUnavailableError("the store is closed")
        loop = asyncio.get_running_loop()
        crossing = self._crossings.get(loop)
        if crossing is None:
            crossing = self._crossings[loop] = _Crossing(loop, self.address.in_flight)
        if crossing.waiting >= WAITING_MOST:
            raise StoreUnavailableError(f"more than {WAITING_MOST} requests are waiting")
        crossing.waiting += 1
        try:
            await crossing.slots.acquire()
        finally:
            crossing.waiting -= 1
        future: asyncio.Future[Answer] = loop.create_future()
        try:
            asked = self._session.execute_async(statement)
        except Exception as error:
            crossing.slots.release()
            raise to_store_error(error) from error
        asked.add_callbacks(
            lambda rows: crossing.deliver(future, rows, None), lambda error: crossing.deliver(future, None, error)
        )
        return await future

    async def close(self) -> None:
        """Wait for what was accepted, and let go of the connections."""
        first, self._closed = not self._closed, True
        crossing = self._crossings.get(asyncio.get_running_loop())
        if first and crossing is not None:
            # Slots are given in turn: once all are ours, nobody is on the way any more.
            for _ in range(self.address.in_flight):
                await crossing.slots.acquire()
        if first and os.getpid() == self._pid:
            await asyncio.to_thread(self._cluster.shutdown)

    def abandon(self) -> None:
        """Let go of the connections at once; blocks."""
        self._closed = True
        self._cluster.shutdown()

    def _prepare(self, cql: str, conditional: bool, serial: bool) -> PreparedStatement:
        self._check_process()
        with self._preparing:
            if cql in self._prepared:
                return self._prepared[cql]
            try:
                statement = self._session.prepare(cql)
            except Exception as error:
                raise to_store_error(error) from error
            statement.is_idempotent = not conditional
            statement.consistency_level = self.serial if serial else self.consistency
            self._prepared[cql] = statement
            return statement

    def _check_process(self) -> None:
        # The driver's thread does not survive a fork: a worker that inherited the store would wait for ever.
        if os.getpid() != self._pid:
            raise StoreUnavailableError("the store was opened before this process was forked; open it in here")


def bind(statement: PreparedStatement, values: Values) -> BoundStatement:
    """Return the statement with its values.  Raises WrongTypeError."""
    try:
        return statement.bind(values)
    except (TypeError, ValueError, OverflowError) as error:
        raise WrongTypeError(f"a value does not fit its column: {type(error).__name__}") from None


def _cluster_of(address: Address, consistency: int, serial: int, user: str, password: str) -> Cluster:
    profile = ExecutionProfile(
        load_balancing_policy=TokenAwarePolicy(DCAwareRoundRobinPolicy(address.dc)),
        retry_policy=_Retry(),
        consistency_level=consistency,
        serial_consistency_level=serial,
        request_timeout=address.timeout_seconds,
        row_factory=tuple_factory,
        # Of idempotent statements only: the driver looks.
        speculative_execution_policy=ConstantSpeculativeExecutionPolicy(address.speculative_ms / 1000, 1),
    )
    return Cluster(
        list(address.hosts),
        port=address.port,
        auth_provider=PlainTextAuthProvider(user, password) if user else None,
        connection_class=LibevConnection,
        # The driver writes a big request in pieces, and the kernel would keep the last one until the node has acked
        # the others, which it does 40 ms later.
        sockopts=[(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)],
        protocol_version=PROTOCOL_VERSION,
        execution_profiles={EXEC_PROFILE_DEFAULT: profile},
        reconnection_policy=ExponentialReconnectionPolicy(*RECONNECT_SECONDS),
        connect_timeout=address.timeout_seconds,
        control_connection_timeout=address.timeout_seconds,
        max_schema_agreement_wait=AGREEMENT_SECONDS,
        idle_heartbeat_interval=10,
        idle_heartbeat_timeout=5,
    )


def to_store_error(error: BaseException) -> BaseException:
    """Translate what the driver raises: values that do not fit are the caller's, what is away may come back."""
    if isinstance(error, StoreError):
        return error
    if isinstance(error, InvalidRequest):
        return WrongTypeError(f"a value does not fit its column: {type(error).__name__}")
    if isinstance(error, DriverException | NoHostAvailable | ErrorMessage | ConnectionException | OSError):
        return StoreUnavailableError(f"Cassandra can not serve: {type(error).__name__}")
    return error
