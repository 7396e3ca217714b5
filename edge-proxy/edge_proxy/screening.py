"""Who is not even listened to: scanners, and whoever is banned; what is too big; and whom an offence hits."""

from dataclasses import dataclass

from edge_proxy.decisions import PeerKind, Reject

SCANNERS = (
    "friendly-scanner", "sipvicious", "sipcli", "sip-scan", "sipsak", "sundayddr", "iwar", "pplsip",
    "vaxsipuseragent", "sivus", "gulp", "smap", "svcrack", "svwar", "vicidial-scan",
)  # fmt: skip

MAX_MESSAGE_BYTES = 16_384
"""An INVITE with every codec, SRTP and ICE takes 4 to 6 KB."""

SCANNER = "scanner"
FLOOD = "flood"
GUESSING = "guessing"
NOISE = "noise"
"""Messages that make no sense, and calls from nowhere."""


@dataclass(frozen=True)
class Listen:
    """Go on with the request."""


@dataclass(frozen=True)
class Ignore:
    """Say nothing: an answer would tell a scanner that somebody lives here."""


@dataclass(frozen=True)
class Offend:
    """Ignore the request, and let its sender answer for it where the sender is proven (`is_punished`)."""

    reason: str


Verdict = Listen | Ignore | Offend | Reject

LISTEN = Listen()
IGNORE = Ignore()


def screen(user_agent: str, *, banned: bool, trusted: bool, size_bytes: int) -> Verdict:
    """Return what to do with a request before anything in it is believed.

    trusted: comes from a media node, a verified branch, HQ or a carrier's address; these are never banned, since
    a ban would cut off everybody behind them.
    """
    if size_bytes > MAX_MESSAGE_BYTES:
        return Reject(513, "Message Too Large")
    if trusted:
        return LISTEN
    if banned:
        return IGNORE
    if is_scanner(user_agent):
        return Offend(SCANNER)
    return LISTEN


HELP_IN_WINDOW = 8
"""Messages a second of calls for help, from an address that nobody listens to otherwise: a call takes two or more."""


def leaves_to_others(kind: PeerKind, method: str, *, registers: bool, emergency: bool = False) -> bool:
    """Say whether an edge that drains leaves a new request to another edge.

    An emergency call is left to nobody.

    What media nodes and edges send must pass: they have chosen this edge for what only it can reach, or have not
    heard of the drain yet.  registers: the sender is a carrier that knows this edge by a registration alone.
    """
    if emergency:
        return False
    if method == "OPTIONS":
        return True
    if method == "REGISTER":
        # A branch's counts at all edges, wherever it comes in.
        return kind is PeerKind.OUTSIDE
    return kind is PeerKind.BRANCH or (kind is PeerKind.OUTSIDE and not registers)


def is_scanner(user_agent: str) -> bool:
    """Say whether a User-Agent is one that only tools for breaking in send."""
    lowered = user_agent.lower()
    return any(name in lowered for name in SCANNERS)


def is_punished(*, proven: bool, spared: bool) -> bool:
    """Say whether an offence counts against its sender's address.

    proven: the sender was there to get what we sent: a connection, or a nonce over UDP, where anybody can write any
    address; spared: others live behind the address, or it is a carrier's.
    """
    return proven and not spared
