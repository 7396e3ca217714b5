"""Call records found by what is known of them, newest first.

By customer or station they are looked up (`calls_by`), and anything else is sought in the half hours of a time range.
A page reads only so much: one that has not found enough by then says where the next one goes on.  The place is a
call's id, which is a time: pages stay as they are whatever is written meanwhile.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from callmodel.ids import CallId, TenantId, uuid7
from control_plane.features.calls.filters import CallFilter
from control_plane.features.calls.sealing import CallRecord, key_of, record_of
from control_plane.features.calls.store import CALLS_BY, CDRS
from control_plane.times import month_begins_ms, months_between, slot_begins_ms, slots_between
from servicekit.crypto import TenantCipher
from servicekit.stores import Row, Store
from servicekit.stores.ports import Key

MOST_ROWS = 2_000
"""What a page reads at most: some 2 MB of records."""
MOST_PARTITIONS = 400
"""As many half hours as are in a week."""
AHEAD = 8
STEP_ROWS = 200

RANDOM_BITS = 74


@dataclass(frozen=True)
class Search:
    """Calls that began from `since_ms` (inclusive) until `until_ms` (exclusive) and fit the filter.

    term: of `calls_by`, for a search that need not go through everything; see `store.terms_of`.
    """

    since_ms: int
    until_ms: int
    filter: CallFilter = CallFilter()
    term: str | None = None


@dataclass(frozen=True)
class _Part:
    """A partition, and the least id that can be in it."""

    key: Key
    least: str


class CallFinder:
    """Pages of records.  Every method raises StoreUnavailableError when the store can not serve."""

    def __init__(self, store: Store, cipher: TenantCipher) -> None:
        self._store = store
        self._cipher = cipher

    async def page(
        self, tenant_id: TenantId, search: Search, limit: int, after: CallId | None = None
    ) -> tuple[list[CallRecord], CallId | None]:
        """Return up to `limit` records, newest first, and after which call the next page goes on (None at the end).

        A page may hold fewer: it reads no more than MOST_ROWS rows of MOST_PARTITIONS partitions.
        after: only what began before that call.
        """
        parts = _parts_of(tenant_id, search)
        table = CDRS.name if search.term is None else CALLS_BY.name
        below = min(after or _least_id(search.until_ms), _least_id(search.until_ms))
        found: list[Row] = []
        read = 0
        async for rows, position, partitions in self._back(table, parts, _least_id(search.since_ms), below, limit):
            read += len(rows)
            for row in await self._records(tenant_id, rows, search):
                if row["record"] is None or not search.filter.fits(row["record"]):
                    continue
                if len(found) == limit:
                    # There is one more: the page ends where it is full.
                    return self._opened(tenant_id, found), CallId(found[-1]["call_id"])
                found.append(row)
            if position is not None and (read >= MOST_ROWS or partitions >= MOST_PARTITIONS):
                return self._opened(tenant_id, found), CallId(position)
        return self._opened(tenant_id, found), None

    async def _back(
        self, table: str, parts: Sequence[_Part], since: str, below: str, limit: int
    ) -> AsyncIterator[tuple[list[Row], str | None, int]]:
        """Yield rows newest first, below which id the rest lies (None: nowhere), and how many partitions it took.

        The first partition is read alone, and those behind it a few at once: where much is going on it fills the
        page, and where little is they are empty.
        """
        waiting = [part for part in parts if part.least < below]
        width, taken = 1, 0
        step = max(limit + 1, STEP_ROWS)
        while waiting:
            group = waiting[:width]
            pages = await asyncio.gather(
                *(self._store.page(table, part.key, limit=step, since=since, until=below) for part in group)
            )
            for part, page in zip(group, pages, strict=True):
                if page.next_token is not None:
                    below = page.rows[-1]["call_id"]
                    width = 1
                    yield page.rows, below, taken
                    break
                width, waiting, taken = AHEAD, waiting[1:], taken + 1
                yield page.rows, part.least if waiting else None, taken

    async def _records(self, tenant_id: TenantId, rows: list[Row], search: Search) -> list[Row]:
        """Return the rows of records; what `calls_by` names and nobody has kept is left out."""
        if search.term is None or not rows:
            return rows
        there = await self._store.get_many(CDRS.name, [key_of(tenant_id, row["call_id"]) for row in rows])
        return [row for row in there if row is not None]

    def _opened(self, tenant_id: TenantId, rows: list[Row]) -> list[CallRecord]:
        return [record_of(self._cipher, tenant_id, row) for row in rows]


def _parts_of(tenant_id: TenantId, search: Search) -> list[_Part]:
    since_ms, until_ms = search.since_ms, search.until_ms
    if search.term is None:
        slots = slots_between(since_ms, until_ms)
        return [_Part({"tenant_id": tenant_id, "slot": slot}, _least_id(slot_begins_ms(slot))) for slot in slots]
    months = months_between(since_ms, until_ms)
    owner = {"tenant_id": tenant_id, "term": search.term}
    return [_Part({**owner, "month": month}, _least_id(month_begins_ms(month))) for month in months]


def _least_id(at_ms: int) -> str:
    """Return the least id of a call that begins at a time."""
    return uuid7(max(at_ms, 0), 0)
