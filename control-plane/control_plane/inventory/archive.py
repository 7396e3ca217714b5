"""What is archived is kept and used by nothing: out of lists, snapshots and references, until it is restored."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, NoReturn

from control_plane.people.permissions import Permission
from control_plane.web.problems import ConflictError
from control_plane.web.routes import Handler, Route
from servicekit.problems import Problem
from servicekit.stores import AddColumn, ColumnType, Page, Row, Store

ARCHIVED = "archived_ms"
COLUMNS = tuple(
    AddColumn(table, ARCHIVED, ColumnType.INT)
    for table in ("tenants", "sites", "users", "stations", "trunks", "numbers")
)
"""Milliseconds since 1970; null for what is in use."""
PAGE_ROWS = 1000
MOST_READS = 20
"""For one page of a listing: where most is archived, it ends early, and goes on with the next."""
MOST_TOLD = 20


class InUseError(ConflictError):
    """`used_by`: what uses it, `{kind, id}` and a `tenant_id` where it is a tenant's; 20 of them at most."""

    error_id = "in-use"
    title = "Something still uses this"


class ArchivedError(ConflictError):
    error_id = "archived"
    title = "This is archived; restore it first"


@dataclass(frozen=True)
class Use:
    """One thing that uses another.  `kind`: station, number, queue, agent, call...  `tenant_id`: whose it is."""

    kind: str
    id: str
    tenant_id: str | None = None


def refuse_used(uses: list[Use]) -> NoReturn:
    """Raise InUseError with what is in the way."""
    named = ", ".join(f"{use.kind} {use.id}" for use in uses)
    more = " and perhaps more" if len(uses) >= MOST_TOLD else ""
    told = [
        {"kind": use.kind, "id": use.id} | ({"tenant_id": use.tenant_id} if use.tenant_id else {}) for use in uses
    ]
    raise InUseError(f"used by {named}{more}", used_by=told)


def is_living(row: Mapping[str, Any] | None) -> bool:
    """Say whether a row is there and not archived."""
    return row is not None and row[ARCHIVED] is None


async def page_of_rows(
    store: Store, table: str, partition: Mapping[str, Any], limit: int, after: str | None, *, archived: bool = False
) -> Page:
    """Return up to `limit` rows of a partition that are not archived, or that are.

    There may be fewer, and still a token of the next page.  Raises InvalidPageTokenError.
    """
    rows: list[Row] = []
    for _ in range(MOST_READS):
        found = await store.page(table, partition, limit=limit - len(rows), after=after)
        rows += [row for row in found.rows if is_living(row) is not archived]
        after = found.next_token
        if after is None or len(rows) == limit:
            break
    return Page(rows, after)


async def living_rows(store: Store, table: str, partition: Mapping[str, Any]) -> AsyncIterator[Row]:
    """Yield a partition's rows that are not archived."""
    after: str | None = None
    while True:
        found = await store.page(table, partition, limit=PAGE_ROWS, after=after)
        for row in found.rows:
            if is_living(row):
                yield row
        after = found.next_token
        if after is None:
            return


def archiving(
    path: str,
    archive: Handler,
    restore: Handler,
    needs: Permission,
    thing: str,
    tags: tuple[str, ...],
    *,
    shows: Handler,
    errors: tuple[type[Problem], ...] = (),
    restore_errors: tuple[type[Problem], ...] = (),
    configures: bool = True,
    of_archived: bool = False,
) -> tuple[Route, Route]:
    """Return the two routes by which a thing is taken out of use and back into it.  thing: as in "a queue"."""
    taken = Route("DELETE", path, archive, needs, f"Archive {thing}", tags, status=204, errors=(InUseError, *errors))
    back = Route("POST", f"{path}/restore", restore, needs, f"Restore {thing}", tags, errors=restore_errors)

    def whole(route: Route) -> Route:
        return replace(route, configures=configures, shows=shows, of_archived=of_archived)

    return whole(taken), whole(back)
