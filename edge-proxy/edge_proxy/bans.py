"""Bans and locks as Kamailio's tables hold them, and as they are told: who, why, since when, until when."""

import re
from collections.abc import Iterable, Mapping

from callmodel.edgebans import EdgeBan

_SECONDS = re.compile(r"[0-9]{1,12}")

HOME_SECONDS = 900
"""An address keeps its standing for this long after somebody signed in there; phones register every ten minutes."""
FAMILIAR_SECONDS = 7 * 86_400
FLOODING_SECONDS = 4
"""As long as pike remembers; a flood that goes on is found again at once."""

BANNED, LOCKED = "banned", "locked"


def sentence(reason: str, since: int, seconds: int) -> str:
    """Return what a table holds of a ban.  since: seconds since 1970."""
    return f"{reason} {since} {since + seconds}"


def read(banned: Mapping[str, str], locked: Mapping[str, str], now: float) -> tuple[EdgeBan, ...]:
    """Return the bans and locks that still hold, the newest first; what is not readable is passed over."""
    found = [_ban_of(address, "", value) for address, value in banned.items()]
    for pair, value in locked.items():
        address, _, account = pair.partition("|")
        found.append(_ban_of(address, account, value))
    return tuple(sorted(_holding(found, now), key=lambda ban: (-ban.since_ms, ban.address, ban.account)))


def _holding(found: Iterable[EdgeBan | None], now: float) -> list[EdgeBan]:
    return [ban for ban in found if ban is not None and ban.until_ms > now * 1000]


def _ban_of(address: str, account: str, value: str) -> EdgeBan | None:
    reason, _, times = value.partition(" ")
    since, _, until = times.partition(" ")
    if not (_SECONDS.fullmatch(since) and _SECONDS.fullmatch(until)):
        return None
    return EdgeBan(address, account, reason, int(since) * 1000, int(until) * 1000)


def traces_of(address: str, account: str) -> tuple[tuple[str, str], ...]:
    """Return the entries (table, key) that a lift takes away: also the strikes, or the next one would ban again."""
    if account:
        pair = f"{address}|{account}"
        return (LOCKED, pair), ("strikes", pair), ("guesses", account)
    return (BANNED, address), ("strikes", address)
