"""Where a side's media may come from, and go to: by who sent its session description, never by what that says.

Known address and port: rtpengine takes packets from there only, from the first on (`strict-source`, learning off).
A phone behind a NAT that changes ports: its port is learnt from the first packet, and the media guard lets rtpengine
see none but those of the address that the phone signals from.  A browser's way is found by ICE and proven by DTLS.
"""

import ipaddress
import re
from collections.abc import Iterable
from typing import NamedTuple

from callmodel.edgesnapshot import MediaProtection
from edge_proxy.decisions import PeerKind

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_MOST_KNOWN = 1024


class Networks(tuple[Network, ...]):
    """Where a carrier's media may be.

    It remembers what it was asked: a carrier has its media at few addresses, and to read one takes longer than the
    rest.
    """

    def __init__(self, _networks: Iterable[Network] = ()) -> None:
        self._known: dict[str, bool] = {}

    def hold(self, text: str) -> bool:
        """Say whether an address lies there, or is none (rtpengine's to refuse), or means a hold (RFC 2543)."""
        known = self._known.get(text)
        if known is None:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            known = self._known[text] = self._hold(text)
        return known

    def _hold(self, text: str) -> bool:
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            return True
        return address.is_unspecified or any(address in network for network in self)


SILENT = "drop-traffic=start"
"""No packet passes, nor is anything learnt, until an answer tells who the other side is."""
HEARD = "drop-traffic=stop"

# From its line end on, which is looked for in one go.
_CONNECTION = re.compile(r"\nc=IN IP[46] ([^\s/]+)")
_CONTROL = re.compile(r"^(a=rtcp:[0-9]+) IN IP[46] (\S+)", re.MULTILINE)
_CANDIDATES = re.compile(
    r"^a=(?:candidate|remote-candidates|ice-ufrag|ice-pwd|ice-options|ice-lite|end-of-candidates)\b[^\r\n]*\r?\n?",
    re.MULTILINE,
)
_NOWHERE = ("0.0.0.0", "::")


class Sender(NamedTuple):
    """Who sent a session description.

    `address`: where it came from.  `natted`: its Via says otherwise.  `networks`: a carrier's for media, None for
    whoever is no carrier.
    """

    kind: PeerKind
    address: str
    natted: bool = False
    networks: Networks | None = None

    @property
    def is_phone(self) -> bool:
        return self.kind is PeerKind.OUTSIDE and self.networks is None


class Source(NamedTuple):
    """`flags`: for rtpengine.  `only_from`: the address whose packets the guard lets in, empty for no guard."""

    flags: str = ""
    only_from: str = ""


def source_of(sender: Sender, sdp: str, protection: MediaProtection) -> Source:
    """Return where the media of a side comes from, by its session description and who sent that."""
    if protection is MediaProtection.WEBRTC:
        return Source("SIP-source-address" if sender.kind is PeerKind.OUTSIDE and sender.natted else "")
    match sender.kind:
        case PeerKind.OUTSIDE if sender.is_phone:
            return _phone(sender, sdp)
        case PeerKind.BRANCH if protection is MediaProtection.SRTP:
            # Behind a NAT of which nothing is known; what does not authenticate is dropped before it is looked at.
            return Source(_learning(on=True))
        case PeerKind.EDGE:
            # That edge has written there where the phone signals from, or it passes on for a branch.
            address = next(iter(connections(sdp)), "")
            behind = "" if protection is MediaProtection.SRTP or address in _NOWHERE else address
            return Source(_learning(on=True), behind)
        case _:
            return Source(_learning(on=False))


def _phone(sender: Sender, sdp: str) -> Source:
    named = connections(sdp)
    if named and set(named) <= set(_NOWHERE):
        # On hold as RFC 2543 had it: nothing goes there, and rtpengine reads it so only when it stays.
        return Source(_learning(on=False))
    learns = sender.natted or set(named) != {sender.address}
    return Source(f"{_learning(on=learns)} SIP-source-address", sender.address if learns else "")


def _learning(*, on: bool) -> str:
    return f"strict-source endpoint-learning-{'immediate' if on else 'off'}"


def connections(sdp: str) -> list[str]:
    """Return the addresses that media is to go to."""
    return _CONNECTION.findall(f"\n{sdp}")


def outside_of(sdp: str, networks: Networks) -> str | None:
    """Return the first address of an SDP that lies in none of the networks, None when all do.

    0.0.0.0 is no address but a hold (RFC 2543); what is no IP address is rtpengine's to refuse.
    """
    named = connections(sdp)
    if "a=rtcp:" in sdp:
        named += [address for _, address in _CONTROL.findall(sdp)]
    for text in named:
        if not networks.hold(text):
            return text
    return None


def without_detours(sdp: str, protection: MediaProtection) -> str:
    """Return an SDP without what could send RTCP or connectivity checks to a third party.

    A browser's candidates stay: who answers there proves itself (RFC 8445, 7.3).
    """
    if "a=rtcp:" in sdp:
        sdp = _CONTROL.sub(r"\1", sdp)
    checked = protection is not MediaProtection.WEBRTC and ("a=candidate" in sdp or "a=ice-" in sdp)
    return _CANDIDATES.sub("", sdp) if checked else sdp


def networks_of(texts: Iterable[str]) -> Networks:
    """Return addresses and networks given as text; what names none is left out, and lets nobody in."""
    found: list[Network] = []
    for text in texts:
        try:
            found.append(ipaddress.ip_network(text, strict=False))
        except ValueError:
            continue
    return Networks(found)
