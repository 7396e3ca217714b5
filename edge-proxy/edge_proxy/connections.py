"""Which connections of strangers are closed: who does not say in time who it is, and who holds too many.

A stranger is a connection that nothing has vouched for: no password, no certificate, no carrier's address.
"""

import ipaddress
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, get_args

PROVEN_SECONDS = 3605
"""How long a connection that somebody has vouched for may be silent; longer than any registration lasts.  Kamailio
keeps this with the connection, so it is also the mark by which it is known."""
IDLE_SECONDS = 120
"""What Kamailio gives every other connection, those that it opens itself too."""
ROOM_OF_STRANGERS = 2
"""Strangers hold one in so many of the connections that there are at most: the others are left to those we know."""

CLOSED_TABLE = "closed"
"""Kamailio's table of how many were closed since its start, by reason."""

Reason = Literal["late", "quota", "full"]
REASONS: tuple[Reason, ...] = get_args(Reason)


@dataclass(frozen=True)
class Connection:
    """One that came in.  id: Kamailio's, higher for a later one; source: IP address; proven: somebody vouched for
    it.
    """

    id: int
    source: str
    proven: bool


@dataclass(frozen=True)
class Closing:
    """late: did not say in time who it is; quota: too many of its source; full: too many of all, most of its
    source.
    """

    id: int
    source: str
    reason: Reason


@dataclass(frozen=True)
class Limits:
    """seconds: from its first sight until a stranger is closed; per_source and in_all: strangers at once."""

    seconds: float
    per_source: int
    in_all: int


class Strangers:
    """Remembers since when each stranger has been connected."""

    def __init__(self, limits: Limits, knows: Callable[[str], bool]) -> None:
        """knows: whether an address is one whose connections are never closed, such as a carrier's."""
        self._limits = limits
        self._knows = knows
        self._since: dict[int, float] = {}

    def closing(self, connections: Iterable[Connection], now: float) -> list[Closing]:
        """Return which of all connections to close.  `now`: monotonic seconds.

        Whoever has been a stranger for longest goes first: what it sends meanwhile, such as CRLF, proves nothing.
        """
        strangers = [each for each in connections if not each.proven and not self._knows(each.source)]
        self._since = {each.id: self._since.get(each.id, now) for each in strangers}
        by_source: dict[str, list[Connection]] = {}
        late = []
        for each in sorted(strangers, key=lambda stranger: (self._since[stranger.id], stranger.id)):
            if now - self._since[each.id] >= self._limits.seconds:
                late.append(Closing(each.id, each.source, "late"))
            else:
                by_source.setdefault(source_of(each.source), []).append(each)
        share = level([min(len(crowd), self._limits.per_source) for crowd in by_source.values()], self._limits.in_all)
        reason: Reason = "quota" if share >= self._limits.per_source else "full"
        over = [each for crowd in by_source.values() for each in crowd[: max(0, len(crowd) - share)]]
        return late + [Closing(each.id, each.source, reason) for each in over]


def level(counts: list[int], most: int) -> int:
    """Return how many each may keep so that all together keep no more than `most`: the largest give way first."""
    left = most
    for place, count in enumerate(ordered := sorted(counts)):
        share = left // (len(ordered) - place)
        if count > share:
            return share
        left -= count
    return max(counts, default=0)


def source_of(address: str) -> str:
    """Return what a quota counts: an IPv4 address, or the 64 bits of an IPv6 address that one customer gets whole."""
    if ":" not in address:
        return address
    return str(ipaddress.ip_network((address, 64), strict=False))
