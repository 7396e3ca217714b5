"""Guarded rows: every write is a lightweight transaction on the stamp that the last one left.

Nothing else is ever written to such a row, so clocks decide nothing.  Each operation has a stamp of its own: when an
answer is lost, the next read tells whether it came through.
"""

import asyncio
import math
import random
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cassandra.query import UNSET_VALUE

from servicekit.stores.cassandra_cql import Statements
from servicekit.stores.cassandra_session import CassandraSession
from servicekit.stores.ports import StoreUnavailableError, TableSpec

ATTEMPTS = 50
PAUSE_SECONDS = 0.004

Encoded = Mapping[str, Any]


@dataclass(frozen=True)
class Write:
    """Write these columns, encoded; expires_ms as it shall be."""

    columns: Encoded
    expires_ms: int | None


@dataclass(frozen=True)
class Held:
    """The row as it lies there: encoded columns (None for a row that is none), and when it ends."""

    columns: Encoded | None
    expires_ms: int | None = None


class Delete:
    """Delete the row."""


Decision = Write | Delete | bool
Decide = Callable[[Held], Decision]
"""What to do with a row; True or False: nothing, and that is the result."""


async def change(
    session: CassandraSession, spec: TableSpec, statements: Statements, key: tuple[Any, ...], decide: Decide
) -> bool:
    """Bring a decision about one row into the store; decides anew whenever another was faster.

    Raises StoreUnavailableError when the store is away, or the outcome can not be told: then try again.
    """
    stamp = secrets.token_hex(8)
    lost_answer: Decision | None = None
    for attempt in range(ATTEMPTS):
        rows = await session.ask(statements.read, key, serial=True)
        *values, expires_ms, last_stamp = rows[0] if rows else (*(None for _ in spec.columns), None, None)
        if last_stamp == stamp:
            return True
        there = bool(rows) and not is_past(expires_ms)
        held = Held(dict(zip(spec.columns, values, strict=True)), expires_ms) if there else Held(None)
        decision = decide(held)
        if isinstance(decision, bool):
            if decision or lost_answer is None:
                return decision
            if isinstance(lost_answer, Delete) and not there:
                return True
            raise StoreUnavailableError("it can not be told whether the row was changed: ask again")
        try:
            if await _attempt(session, spec, statements, key, held, bool(rows), last_stamp, decision, stamp):
                return True
        except StoreUnavailableError:
            lost_answer = decision
        await asyncio.sleep(random.random() * PAUSE_SECONDS * min(attempt + 1, 16))
    raise StoreUnavailableError("the row changes faster than it can be written")


async def _attempt(
    session: CassandraSession,
    spec: TableSpec,
    statements: Statements,
    key: tuple[Any, ...],
    held: Held,
    exists: bool,
    last_stamp: str | None,
    decision: Write | Delete,
    stamp: str,
) -> bool:
    if isinstance(decision, Delete):
        cql, values = statements.delete_if_stamped, [*key, last_stamp]
    elif not exists:
        given = [_or_unset(decision.columns.get(name)) for name in spec.columns]
        cql = statements.insert_if_absent
        values = [*given, _or_unset(decision.expires_ms), stamp, ttl_of(decision.expires_ms)]
    else:
        cql = statements.update_if_stamped
        names = [name for name in spec.columns if name not in spec.key]
        columns = [_column(name, held, decision) for name in names]
        values = [ttl_of(decision.expires_ms), *columns, decision.expires_ms, stamp, *key, last_stamp]
    return bool((await session.ask(cql, values, conditional=True))[0][0])


def _column(name: str, held: Held, decision: Write) -> Any:
    """Return what to bind: columns that have an end are all written, so that they end together."""
    if held.columns is None:
        return decision.columns.get(name)  # a row past its end may still lie there: what is not given goes
    if name in decision.columns:
        value = decision.columns[name]
        return UNSET_VALUE if value is None and held.columns[name] is None else value
    ends = decision.expires_ms is not None or held.expires_ms is not None
    return _or_unset(held.columns[name]) if ends else UNSET_VALUE


def _or_unset(value: Any) -> Any:
    return UNSET_VALUE if value is None else value


def is_past(expires_ms: int | None) -> bool:
    """Say whether that time has come."""
    return expires_ms is not None and expires_ms <= now_ms()


def ttl_of(expires_ms: int | None) -> Any:
    """Return Cassandra's TTL for an end: whole seconds, never before it (0 would be none)."""
    return UNSET_VALUE if expires_ms is None else max(1, math.ceil((expires_ms - now_ms()) / 1000))


def now_ms() -> int:
    """Return milliseconds since 1970."""
    return time.time_ns() // 1_000_000
