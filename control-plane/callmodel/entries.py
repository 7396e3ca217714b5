"""Configuration as it is published: parts, one of the platform and one a tenant, each made of entries.

An entry has a kind, a key, and a JSON object as its value.  No two entries of a kind have the same key, whichever
part they are in.  A reader looks single entries up: it never reads all of them, and holds few.
"""

from collections.abc import Iterable
from typing import Any, Protocol

from callmodel.ids import TenantId

Tables = dict[str, dict[str, Any]]
"""A part: kind to key to value."""

PLATFORM_PART = "platform"
_TENANT = "tenant:"


class Entries(Protocol):
    """Where entries are looked up."""

    def get(self, kind: str, key: str) -> Any | None:
        """Return an entry's value, None where there is none."""

    def all(self, kind: str) -> Iterable[Any]:
        """Return the values of a kind, by key: for kinds of which there are few."""


class TableEntries:
    """The entries of parts in memory."""

    def __init__(self, *parts: Tables) -> None:
        self._parts = parts

    def get(self, kind: str, key: str) -> Any | None:
        return next((value for part in self._parts if (value := part.get(kind, {}).get(key)) is not None), None)

    def all(self, kind: str) -> Iterable[Any]:
        found = [entry for part in self._parts for entry in part.get(kind, {}).items()]
        return [value for _key, value in sorted(found, key=lambda entry: entry[0])]


def tenant_part(tenant_id: TenantId) -> str:
    """Return the name of a tenant's part."""
    return f"{_TENANT}{tenant_id}"


def tenant_of_part(name: str) -> TenantId | None:
    """Return whose part it is, None for the platform's."""
    return TenantId(name.removeprefix(_TENANT)) if name.startswith(_TENANT) else None
