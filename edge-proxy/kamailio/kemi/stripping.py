"""What is taken from a message before it goes on: what only our own rooms may say, and what tells of our programs.

Asks the gate which headers there are: a look through the whole message for each would cost more than the rest.
"""

import KSR

from callmodel.vouched import HEADER
from kemi.gate import at_hand

# A call is replaced or joined by its conductor alone (RFC 3891, 3911): Asterisk would do it without a record.
_OURS = (
    "P-Asserted-Identity", "P-Preferred-Identity", "Remote-Party-ID", "Diversion", "History-Info", "Replaces", "Join",
    HEADER,
)  # fmt: skip
_OURS_LOWERED = tuple((name, name.lower()) for name in _OURS)
_LIKE_OURS = HEADER.lower()
_SOFTWARE = ("User-Agent", "Server", "Organization")
_OF_ASTERISK = "x-asterisk-"


def strip_ours() -> None:
    """Take away what only our own rooms may say, and whatever begins like it."""
    headers = at_hand.message.headers
    for name, lowered in _OURS_LOWERED:
        if lowered in headers:
            KSR.hdr.remove(name)
    _strip_prefixed(_LIKE_OURS)


def strip_software() -> None:
    """Take away what tells of the programs behind us."""
    for name in _SOFTWARE:
        if name.lower() in at_hand.message.headers:
            KSR.hdr.remove(name)
    _strip_prefixed(_OF_ASTERISK)


def strip_ways() -> None:
    """Take away the ways that a phone wants later requests to go: it is reached where it speaks from."""
    for name in ("Record-Route", "Path", "Service-Route"):
        if name.lower() in at_hand.message.headers:
            KSR.hdr.remove(name)


def _strip_prefixed(start: str) -> None:
    for name in at_hand.message.headers:
        if name.startswith(start):
            KSR.hdr.remove(name)
