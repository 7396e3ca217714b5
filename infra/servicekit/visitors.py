"""Who holds a listener's connections, and which of them give way when there are too many.

No I/O: `listener` tells what happens, and cuts whom it is told to.
"""

import ipaddress
from dataclasses import dataclass, field
from typing import Literal

Reason = Literal["late", "quota", "full", "refused"]


@dataclass(eq=False)
class Visitor:
    """A connection.  proven: a request of it has said who it is; busy: a request of it is being served."""

    source: str
    proven: bool = False
    busy: bool = False
    exempt: bool = False
    """A proxy's, until a request tells whose it is."""


@dataclass
class _Crowd:
    """Strangers of one source, those first that are longest as they are."""

    idle: dict[Visitor, None] = field(default_factory=dict)
    busy: dict[Visitor, None] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.idle) + len(self.busy)

    def place(self, visitor: Visitor) -> None:
        self.drop(visitor)
        (self.busy if visitor.busy else self.idle)[visitor] = None

    def drop(self, visitor: Visitor) -> None:
        self.idle.pop(visitor, None)
        self.busy.pop(visitor, None)

    def first(self) -> Visitor:
        return next(iter(self.idle or self.busy))


class Visitors:
    """All connections of a listener: at most so many, and so many strangers of one source.

    A stranger gives way to a newcomer, those of the fullest source first, the longest idle of them first.  Who has
    said who it is never does.
    """

    def __init__(self, most: int, strangers_per_source: int) -> None:
        self._most = most
        self._per_source = strangers_per_source
        self._inside: set[Visitor] = set()
        self._crowds: dict[str, _Crowd] = {}

    def __len__(self) -> int:
        return len(self._inside)

    def enter(self, visitor: Visitor) -> list[tuple[Visitor, Reason]]:
        """Let a connection in, and return whom to cut; that may be the newcomer itself, which then is not inside."""
        cut: list[tuple[Visitor, Reason]] = []
        if not visitor.exempt:
            cut += self._make_room_for(visitor.source)
        if len(self._inside) >= self._most:
            crowd = max(self._crowds.values(), key=len, default=None)
            if crowd is None:
                return [*cut, (visitor, "refused")]
            cut.append((crowd.first(), "full"))
            self.leave(crowd.first())
        self._inside.add(visitor)
        self._place(visitor)
        return cut

    def turn(self, visitor: Visitor, *, busy: bool) -> None:
        """Take note that a request begins or ends."""
        visitor.busy = busy
        self._place(visitor)

    def prove(self, visitor: Visitor) -> None:
        """Take note that a connection has said who it is."""
        self._drop(visitor)
        visitor.proven = True

    def belongs_to(self, visitor: Visitor, source: str) -> list[tuple[Visitor, Reason]]:
        """Take note whose request a proxy's connection brings, and return whom to cut.

        It counts as that client's from now on, and must say anew who it is.
        """
        self._drop(visitor)
        cut = self._make_room_for(source)
        visitor.source, visitor.proven, visitor.exempt = source, False, False
        self._place(visitor)
        return cut

    def leave(self, visitor: Visitor) -> None:
        """Count a connection no more; saying so twice changes nothing."""
        self._drop(visitor)
        self._inside.discard(visitor)

    def _make_room_for(self, source: str) -> list[tuple[Visitor, Reason]]:
        crowd = self._crowds.get(source)
        if crowd is None or len(crowd) < self._per_source:
            return []
        first = crowd.first()
        self.leave(first)
        return [(first, "quota")]

    def _place(self, visitor: Visitor) -> None:
        if visitor in self._inside and not visitor.proven and not visitor.exempt:
            self._crowds.setdefault(visitor.source, _Crowd()).place(visitor)

    def _drop(self, visitor: Visitor) -> None:
        crowd = self._crowds.get(visitor.source)
        if crowd is not None:
            crowd.drop(visitor)
            if not len(crowd):
                del self._crowds[visitor.source]


def source_of(address: str) -> str:
    """Return what a quota counts: an IPv4 address, or the 64 bits of an IPv6 address that one customer gets whole."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if known.version == 4:
        return address
    if known.ipv4_mapped:
        return str(known.ipv4_mapped)
    return str(ipaddress.ip_network((known, 64), strict=False))
