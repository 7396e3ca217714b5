"""From pages to a stream of items, for those who need every one."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def every(
    page: Callable[[int, str | None], Awaitable[tuple[list[T], str | None]]], rows: int
) -> AsyncIterator[T]:
    """Yield the items of all pages.  `page(limit, after)` returns a page's items and the token of the next one."""
    after: str | None = None
    while True:
        items, after = await page(rows, after)
        for item in items:
            yield item
        if after is None:
            return
