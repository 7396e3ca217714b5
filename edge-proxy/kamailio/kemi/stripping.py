"""What is taken from a message before it goes on: what only our own rooms may say, and what tells of our programs.

Asks the gate which headers there are: a look through the whole message for each would cost more than the rest.
"""

import KSR

from callmodel.vouched import HEADER
from edge_proxy.decisions import Peer, PeerKind
from kemi.gate import at_hand

# A call is replaced or joined by its conductor alone (RFC 3891, 3911): Asterisk would do it without a record.
_OURS = (
    "P-Asserted-Identity", "P-Preferred-Identity", "Remote-Party-ID", "Diversion", "History-Info", "Replaces", "Join",
    HEADER,
)  # fmt: skip
_SOFTWARE = ("User-Agent", "Server", "Organization")
_WAYS = ("Record-Route", "Path", "Service-Route")
_LOWERED = {name.lower(): name for name in (*_OURS, *_SOFTWARE, *_WAYS)}
_OF_OURS, _OF_SOFTWARE, _OF_WAYS = (frozenset(name.lower() for name in names) for names in (_OURS, _SOFTWARE, _WAYS))
_LIKE_OURS, _OF_ASTERISK = HEADER.lower(), "x-asterisk-"


_OF_OURS_AND_SOFTWARE = _OF_OURS | _OF_SOFTWARE


def strip(sender: Peer) -> None:
    """Take away what only our own rooms may say and, of what a media node sends, what tells of its programs."""
    of_node = sender.kind is PeerKind.NODE
    _strip(_OF_OURS_AND_SOFTWARE if of_node else _OF_OURS, (_LIKE_OURS, _OF_ASTERISK) if of_node else _LIKE_OURS)


def strip_ours() -> None:
    """Take away what only our own rooms may say, and whatever begins like it."""
    _strip(_OF_OURS, _LIKE_OURS)


def strip_software() -> None:
    """Take away what tells of the programs behind us."""
    _strip(_OF_SOFTWARE, _OF_ASTERISK)


def strip_ways() -> None:
    """Take away the ways that a phone wants later requests to go: it is reached where it speaks from."""
    _strip(_OF_WAYS)


def _strip(wanted: frozenset[str], start: str | tuple[str, ...] = "\n") -> None:
    for name in at_hand.message.names(wanted, start):
        KSR.hdr.remove(_LOWERED.get(name, name))
