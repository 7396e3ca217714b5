"""Who calls, as a carrier tells it: who the network says it is (RFC 3325), whether that may be shown (RFC 3323), and
whose phone sent the call on (RFC 5806, RFC 7044).
"""

import re
from typing import NamedTuple

from callmodel.numbers import DiallingPlan
from edge_proxy.telephones import Address, addresses_in, public_number

_ANONYMOUS_USERS = frozenset({"anonymous", "restricted", "private"})
_ANONYMOUS_HOST = "anonymous.invalid"
_WITHHOLDING = frozenset({"id", "user", "header"})
_BETWEEN = re.compile(r"[;,\s]+")
_REASON = re.compile(r"[?&]reason=", re.IGNORECASE)
_CAUSE = re.compile(r";\s*cause=(?:302|404|408|480|486|487|503)\b", re.IGNORECASE)
_HIDDEN = re.compile(r";\s*privacy\s*=\s*\"?(?:full|uri|name)\b", re.IGNORECASE)
_HISTORY_HIDDEN = re.compile(r"[?&]privacy=[^&>;]*history", re.IGNORECASE)


class Told(NamedTuple):
    """What stands in a carrier's INVITE beside From and To, by header; empty where nothing does."""

    asserted: str = ""
    remote_party: str = ""
    privacy: str = ""
    diversion: str = ""
    history: str = ""
    called_party: str = ""


class Caller(NamedTuple):
    """`number`: E.164, None where the network does not tell it; `withheld`: to be shown to nobody."""

    number: str | None
    withheld: bool = False
    diverted_by: str | None = None


def caller_of(told: Told, from_user: str, from_host: str, plan: DiallingPlan, *, trusted: bool) -> Caller:
    """Return who calls.

    trusted: whether the carrier's network vouches for the identities that it asserts.  That a number be withheld is
    granted to anybody.  plan: how numbers are written in the carrier's country.
    """
    anonymous = from_user.lower() in _ANONYMOUS_USERS or from_host == _ANONYMOUS_HOST
    withheld = anonymous or (bool(told.privacy) and not _WITHHOLDING.isdisjoint(_BETWEEN.split(told.privacy.lower())))
    number = None
    if trusted:
        calling = _calling(told.remote_party)
        known = [*addresses_in(told.asserted), *calling]
        for each in known:
            number = public_number(each.user, plan)
            if number is not None:
                break
        withheld |= any(_HIDDEN.search(each.parameters) for each in calling)
    if number is None and not anonymous:
        number = public_number(from_user, plan)
    return Caller(number, withheld, _diverted_by(told, plan) if trusted else None)


def _calling(remote_party: str) -> list[Address]:
    """Return the calling parties of a Remote-Party-ID, which some carriers say in place of RFC 3325's header."""
    if not remote_party:
        return []
    return [each for each in addresses_in(remote_party) if "party=called" not in each.parameters.lower()]


def _diverted_by(told: Told, plan: DiallingPlan) -> str | None:
    """Return who sent the call on last: the first Diversion, or the history's entry before its last diversion."""
    if not (told.diversion or told.history):
        return None
    for each in addresses_in(told.diversion)[:1]:
        return None if _HIDDEN.search(each.parameters) else public_number(each.user, plan)
    entries = addresses_in(told.history)
    for place in range(len(entries) - 1, -1, -1):
        entry = entries[place]
        # RFC 4244 wrote the reason to who diverted, RFC 4458 and 7044 write a cause to where it went.
        if _CAUSE.search(entry.parameters) and place:
            entry = entries[place - 1]
        elif not _REASON.search(entry.parameters):
            continue
        return None if _HISTORY_HIDDEN.search(entry.parameters) else public_number(entry.user, plan)
    return None
