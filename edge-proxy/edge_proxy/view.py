"""The edge's knowledge, looked up in one file by every SIP worker.

The agent keeps what is published in the file (`servicekit.snapshotcopy`).  A worker asks at most every 50 ms whether
it has changed, and looks stations, domains, numbers and branches up one by one; only trunks are all held in memory.
A file, and no shared hash table, because it is there again the moment Kamailio restarts (digest works from the first
REGISTER) and needs no push to be repeated.  A step of the agent is seen whole or not at all.
"""

from collections.abc import Callable
from functools import cached_property
from typing import Any

from callmodel.codec import ShapeError, from_wire
from callmodel.edgesnapshot import (
    BRANCH,
    COUNTRY,
    DOMAIN,
    NUMBER,
    SITE,
    STATION,
    TENANT,
    TRUNK,
    EdgeStation,
    EdgeTrunk,
    station_key,
)
from callmodel.entries import PLATFORM_PART, Entries, TableEntries
from callmodel.numbers import DiallingPlan, emergency_number, plan_of_country
from callmodel.storeddirectory import read_entry
from edge_proxy.hops import places_in
from edge_proxy.telephones import LONGEST_EMERGENCY
from edge_proxy.trunkbook import TrunkBook
from servicekit.snapshotcopy import LOCAL, CopiedEntries, CopyAwayError

LOOK_SECONDS = 0.05
DRAIN_LOOK_SECONDS = 0.25
"""How often a worker looks whether its edge drains."""
MOST_REMEMBERED, LONGEST_REMEMBERED = 2_000, 100
ADDRESS = "address"
"""Kind of the entries that say where a gateway's name leads: `hops.Found`."""
ADDRESSES_PART = f"{LOCAL}addresses"


class EdgeView:
    """What decisions look up.  known: whether there is anything to decide by.

    It remembers some of what was looked up, also that there is none: a worker that has waited finds nothing of SQLite
    in the processor's caches.
    """

    def __init__(self, entries: Entries, trunks: TrunkBook, *, known: bool) -> None:
        self._entries = entries
        self._remembered: dict[tuple[str, str], Any] = {}
        self.trunks = trunks
        self.known = known

    def has_domain(self, domain: str) -> bool:
        """Say whether phones register in a domain."""
        return self._find(DOMAIN, domain.lower()) is not None

    def is_emergency(self, domain: str, extension: str, dialled: str | None) -> bool:
        """Say whether what a tenant's station dials is an emergency number where it is."""
        if dialled is None or len(dialled) > LONGEST_EMERGENCY:
            return False
        station = self.station_of(domain, extension)
        at_site = self._find(SITE, station.site_id) if station is not None else None
        tenant = None if at_site else self._find(DOMAIN, domain.lower())
        lookup = at_site or (self._find(TENANT, tenant["tenant_id"]) if tenant else None)
        if not lookup:
            return False
        plan = from_wire(DiallingPlan, lookup.get("dialling", {}))
        return emergency_number(dialled, plan) is not None

    @cached_property
    def plans(self) -> tuple[DiallingPlan, ...]:
        """How numbers are written where HQ has some."""
        codes = {value["code"] for value in self._entries.all(COUNTRY)}
        return tuple(plan_of_country(code) for code in sorted(codes))

    def domain_of(self, tenant_id: str) -> str | None:
        tenant = self._find(TENANT, tenant_id)
        return str(tenant["domain"]) if tenant else None

    def station_of(self, domain: str, extension: str) -> EdgeStation | None:
        station = self._find(STATION, station_key(domain, extension))
        return from_wire(EdgeStation, station) if station else None

    def has_branch(self, site_id: str) -> bool:
        return self._find(BRANCH, site_id) is not None

    def owns(self, number: str) -> bool:
        """Say whether a number (E.164) is one of HQ's that a tenant holds."""
        return self._find(NUMBER, number) is not None

    def _find(self, kind: str, key: str) -> Any | None:
        try:
            return self._remembered[kind, key]
        except KeyError:
            found = self._entries.get(kind, key)
        if len(self._remembered) >= MOST_REMEMBERED:
            self._remembered.clear()
        # Strangers ask for what they like, and at length.
        if len(key) <= LONGEST_REMEMBERED:
            self._remembered[kind, key] = found
        return found


def trunks_in(entries: Entries, on_problem: Callable[[str], None]) -> list[EdgeTrunk]:
    """Return the trunks among entries; one that can not be read is told of and left out."""

    def tell(error: ShapeError) -> None:
        on_problem(f"trunk not readable: {error}")

    read = [read_entry(EdgeTrunk, value, tell) for value in entries.all(TRUNK)]
    return [trunk for trunk in read if trunk is not None]


class StateFile:
    """The view on the file that the agent writes.  A SIP worker has its own, and asks it after the fork only."""

    def __init__(self, path: str, on_problem: Callable[[str], None] = lambda _: None) -> None:
        self._entries = CopiedEntries(path)
        self._on_problem = on_problem
        self._looked = -1.0
        self._versions: tuple[int | None, ...] | None = None
        self.seen = EdgeView(TableEntries(), TrunkBook(), known=False)
        """The view as it was when last looked at."""

    def view(self, now: float) -> EdgeView:
        """Return the view as it is now.  `now`: a monotonic clock, in seconds."""
        if now - self._looked >= LOOK_SECONDS:
            self._looked = now
            if self._entries.moved():
                self._look()
        return self.seen

    def _look(self) -> None:
        try:
            versions = tuple(self._entries.version_of(part) for part in (PLATFORM_PART, ADDRESSES_PART))
            if versions != self._versions:
                trunks = TrunkBook(trunks_in(self._entries, self._on_problem), places_in(self._entries.all(ADDRESS)))
            else:
                trunks = self.seen.trunks
            self.seen = EdgeView(self._entries, trunks, known=self._entries.whole)
            self._versions = versions
        except CopyAwayError as error:
            # Nobody is turned away for what cannot be looked up: the edge is not ready.
            self._on_problem(str(error))
            self.seen = EdgeView(self._entries, self.seen.trunks, known=False)
