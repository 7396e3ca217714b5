"""Listings that span partitions: a day that is cut into slots is read as if it were one."""

import asyncio
import hashlib
import json
from collections.abc import Sequence

from servicekit.stores.ports import InvalidPageTokenError, Key, Page, Row, Store

AHEAD = 8


async def page_over(store: Store, table: str, partitions: Sequence[Key], limit: int, after: str | None) -> Page:
    """Return up to limit rows of these partitions, one after the other, each in its declared order.

    The first is read alone, and those behind it a few at once: where much is going on it fills the page, and where
    little is they are empty.  Raises InvalidPageTokenError, and what `Store.page` raises.
    """
    place, inner = (0, None) if after is None else _read_token(table, partitions, after)
    rows: list[Row] = []
    width = 1
    while place < len(partitions):
        left = limit - len(rows)
        if left == 0:
            # Whether there is more decides on the token: it names the next partition that has rows.
            probes = await _each(store, table, partitions[place : place + AHEAD], 1, None)
            for found in probes:
                if found.rows:
                    return Page(rows, _token(table, partitions, place, None))
                place += 1
            continue
        for found in await _each(store, table, partitions[place : place + width], left, inner):
            left = limit - len(rows)
            if left == 0:
                break
            if len(found.rows) > left:
                # Read beside one that took places on the page: again, for the token of the row where it ends.
                found = await store.page(table, partitions[place], limit=left)
            rows += found.rows
            if found.next_token is not None:
                return Page(rows, _token(table, partitions, place, found.next_token))
            place += 1
        inner, width = None, AHEAD
    return Page(rows, None)


async def _each(store: Store, table: str, partitions: Sequence[Key], limit: int, after: str | None) -> list[Page]:
    return await asyncio.gather(*(store.page(table, partition, limit=limit, after=after) for partition in partitions))


def _token(table: str, partitions: Sequence[Key], place: int, inner: str | None) -> str:
    return f"{place}-{_check_of(table, partitions, place)}-{inner or ''}"


def _read_token(table: str, partitions: Sequence[Key], token: str) -> tuple[int, str | None]:
    number, _, rest = token.partition("-")
    check, _, inner = rest.partition("-")
    if not (number.isascii() and number.isdigit() and len(number) < 6) or int(number) >= len(partitions):
        raise InvalidPageTokenError("the page token is damaged")
    if check != _check_of(table, partitions, int(number)):
        raise InvalidPageTokenError("the page token belongs to another listing, or is damaged")
    return int(number), inner or None


def _check_of(table: str, partitions: Sequence[Key], place: int) -> str:
    scope = json.dumps([table, dict(partitions[0]), dict(partitions[place]), place])
    return hashlib.blake2b(scope.encode(), digest_size=6).hexdigest()
