"""The directory as a media node reads it: entries that lie elsewhere, looked up by key and remembered."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from callmodel.campaigns.document import Campaign
from callmodel.codec import ShapeError, from_wire
from callmodel.directory import CAMPAIGN, NUMBER, TRUNK, ByKey, Did, Trunk
from callmodel.entries import Entries
from callmodel.ids import TrunkId

MOST_REMEMBERED = 10_000

T = TypeVar("T")


class StoredDirectory(ByKey):
    """The directory as entries that lie elsewhere.

    It remembers what was looked up: after each change there has to be a new one.
    trunks: all of them, which each choice goes through.
    on_problem: told of an entry that can not be read; it counts as none.
    """

    def __init__(self, entries: Entries, trunks: tuple[Trunk, ...], on_problem: Callable[[ShapeError], None]) -> None:
        self.trunks = trunks
        self._entries = entries
        self._on_problem = on_problem
        self._remembered: dict[tuple[str, str], Any] = {}

    def each_number(self) -> Iterable[Did]:
        found = (read_entry(Did, value, self._on_problem) for value in self._entries.all(NUMBER))
        return (did for did in found if did is not None)

    def each_campaign(self) -> Iterable[Campaign]:
        found = (read_entry(Campaign, value, self._on_problem) for value in self._entries.all(CAMPAIGN))
        return (campaign for campaign in found if campaign is not None)

    def trunk_of(self, trunk_id: TrunkId) -> Trunk | None:
        return next((trunk for trunk in self.trunks if trunk.trunk_id == trunk_id), None)

    def _look_up(self, shape: type[T], kind: str, key: str) -> T | None:
        known: T | None = self._remembered.get((kind, key))
        if known is not None:
            return known
        value = self._entries.get(kind, key)
        found = None if value is None else read_entry(shape, value, self._on_problem)
        if found is not None:
            if len(self._remembered) >= MOST_REMEMBERED:
                self._remembered.clear()
            self._remembered[kind, key] = found
        return found


def trunks_in(entries: Entries, on_problem: Callable[[ShapeError], None]) -> Iterator[Trunk]:
    """Yield the trunks among entries, as they are read."""
    for value in entries.all(TRUNK):
        trunk = read_entry(Trunk, value, on_problem)
        if trunk is not None:
            yield trunk


def read_entry(shape: type[T], value: Any, on_problem: Callable[[ShapeError], None]) -> T | None:
    """Return what an entry describes; None, and it is told of, where it can not be read."""
    try:
        return from_wire(shape, value)
    except ShapeError as error:
        on_problem(error)
        return None
