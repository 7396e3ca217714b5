"""What a dialog's Record-Route remembers under a seal: who is at its two ends, what each speaks, and since when.

A request inside of the dialog must come from one end and leave to the other.  Both travel as one parameter of our
Record-Route, with a keyed digest over them and the Call-ID: no state here, so a restart forgets no call; and a Route
that we did not make for these two is refused (the edge is no open relay).
"""

import functools
import hashlib
import hmac
import re
from collections.abc import Callable
from enum import Enum
from typing import NamedTuple

from callmodel.edgesnapshot import MediaProtection
from edge_proxy.decisions import Peer, PeerKind

PARAMETER = "sg"
MAX_AGE_MINUTES = 24 * 60
"""No dialog is older: the dialog module forgets after twelve hours."""

_DIGITS = 16
_ACCOUNT = "*"
# Not "!": tm takes that for a place to fill in when a request of our own has it in a Route (FIFO's substitution).
_SEAL = re.compile(rf";{PARAMETER}=([^;>,]{{0,{_DIGITS}}})([^;>,]*)")
_NAME = re.compile(r"[A-Za-z0-9._:-]*")
_LETTERS = {
    MediaProtection.RTP: "r",
    MediaProtection.SRTP: "s",
    MediaProtection.WEBRTC: "w",
    MediaProtection.OPTIONAL: "o",
    None: "-",
}
_PROTECTIONS = {letter: protection for protection, letter in _LETTERS.items()}


class EndKind(Enum):
    """What stands at an end of a dialog; the values are the seal's letters."""

    NODE = "n"
    """One of the media nodes, whichever: they take each other's place."""
    PHONE = "p"
    """Whoever speaks from an address."""
    BRANCH = "b"
    TRUNK = "t"
    EDGE = "e"
    """Another of HQ's edges."""
    HQ = "h"


_KINDS = {kind.value: kind for kind in EndKind}


class End(NamedTuple):
    """`name`: the address of a phone, the site of a branch, the id of a trunk.  `speaks`: None where another edge has
    the media.  `account`: of a phone, whose it is (`account_of`): it may have another address later.
    """

    kind: EndKind
    speaks: MediaProtection | None
    name: str = ""
    account: str = ""


class Dialog(NamedTuple):
    caller: End
    callee: End


def seal(secret: bytes, call_id: str, dialog: Dialog, now_minutes: int) -> str:
    """Return the value of the Record-Route parameter.  Raises ValueError for a name that cannot stand there."""
    if not _NAME.fullmatch(dialog.caller.name + dialog.callee.name):
        raise ValueError("a name at an end of the dialog cannot stand in a URI")
    plain = f"{now_minutes:x}~{_written(dialog.caller)}~{_written(dialog.callee)}"
    return f"{_digest(secret, call_id, plain)}{plain}"


def open_seal(secret: bytes, call_id: str, routes: str, now_minutes: int) -> Dialog | None:
    """Return the dialog from a request's Route headers, None when this edge did not make them for this call.

    Several edges may each have left a seal there: ours is the topmost.
    """
    found = _SEAL.search(routes)
    if found is None:
        return None
    digest, plain = found.groups()
    if not hmac.compare_digest(digest.encode(errors="replace"), _digest(secret, call_id, plain).encode()):
        return None
    # From here on all is as we wrote it.
    born, caller, callee = plain.split("~")
    # Born in the future: the clock was put right meanwhile, or another edge's differs.  A call must not end by that.
    if abs(now_minutes - int(born, 16)) > MAX_AGE_MINUTES:
        return None
    return Dialog(_end_of(caller), _end_of(callee))


def _written(end: End) -> str:
    account = f"{_ACCOUNT}{end.account}" if end.account else ""
    return f"{end.kind.value}{_LETTERS[end.speaks]}{end.name}{account}"


@functools.lru_cache(maxsize=1024)
def _end_of(written: str) -> End:
    # The same few stand at the ends of most dialogs.
    name, _, account = written[2:].partition(_ACCOUNT)
    return End(_KINDS[written[0]], _PROTECTIONS[written[1]], name, account)


def ends_of(
    dialog: Dialog, peer: Peer, is_of: Callable[[str], bool], has_moved: Callable[[End], bool]
) -> list[tuple[End, End]]:
    """Return the end that a request comes from and the one that it must leave to; none for a stranger's request.

    Two pairs where both ends are behind the sender's address, that of the INVITE's direction first.  is_of: says
    whether the sender's address belongs to a trunk, by its id.  has_moved: says whether a phone that was elsewhere
    when the dialog began is at the sender's address now.
    """
    ways = ((dialog.caller, dialog.callee), (dialog.callee, dialog.caller))
    return [(behind, ahead) for behind, ahead in ways if _stands_at(behind, peer, is_of, has_moved)]


def account_of(aor: str) -> str:
    """Return what stands for an account in a seal: a carrier or colleague reads no name in it."""
    return hashlib.blake2b(aor.lower().encode(), digest_size=4).hexdigest()


def name_of(call_id: str, *tags: str) -> str:
    """Return a short name of a dialog that is the same in both directions: forks share their Call-ID."""
    return hashlib.blake2b("\n".join((call_id, *sorted(tags))).encode(), digest_size=8).hexdigest()


def _stands_at(end: End, peer: Peer, is_of: Callable[[str], bool], has_moved: Callable[[End], bool]) -> bool:
    match end.kind:
        case EndKind.NODE:
            return peer.kind is PeerKind.NODE
        case EndKind.BRANCH:
            return peer.kind is PeerKind.BRANCH and peer.site_id == end.name
        case EndKind.TRUNK:
            return peer.kind is PeerKind.OUTSIDE and is_of(end.name)
        case EndKind.PHONE:
            return peer.kind is PeerKind.OUTSIDE and (peer.address == end.name or has_moved(end))
        case EndKind.EDGE:
            return peer.kind is PeerKind.EDGE
        case EndKind.HQ:
            return peer.kind is PeerKind.HQ


def _digest(secret: bytes, call_id: str, plain: str) -> str:
    # BLAKE2 has a key of its own (RFC 7693), and an HMAC of OpenSSL's costs several times as much.
    return hashlib.blake2b(f"{plain} {call_id}".encode(), key=secret, digest_size=_DIGITS // 2).hexdigest()
