"""Whom the edges do not listen to, as they tell it, and the order to listen again."""

from dataclasses import dataclass


@dataclass(frozen=True)
class EdgeBan:
    """An address that is banned, or, with `account` (`extension@domain`), an account that is locked out there.

    reason: `scanner`, `flood`, `guessing`.
    """

    address: str
    account: str
    reason: str
    since_ms: int
    until_ms: int


@dataclass(frozen=True)
class EdgeBans:
    """Everything that one edge holds at a time."""

    edge_id: str
    at_ms: int
    bans: tuple[EdgeBan, ...] = ()


@dataclass(frozen=True)
class LiftBan:
    """An order to every edge.  account: empty for the ban of the address."""

    address: str
    account: str = ""
