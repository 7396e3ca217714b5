"""Who may register where (RFC 3261, 10; Path: RFC 3327)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from callmodel.ids import SiteId
from edge_proxy.decisions import NOT_READY, Authenticate, Decision, PeerKind, Reject, Request, SaveContact
from edge_proxy.view import EdgeView

MIN_EXPIRES_SECONDS = 30
DEFAULT_EXPIRES_SECONDS = 120
MAX_EXPIRES_SECONDS = 600
MOST_CONTACTS = 5
"""Of a station: a desk phone, a softphone, a browser, and two to spare."""

_ALIAS = re.compile(r";alias=([^~;>]+)~")
_HOST = re.compile(r"sips?:(?:[^@;>]*@)?(\[[^\]]*\]|[^:;>?]+)")
_INSTANCE = re.compile(r';\s*\+sip\.instance\s*=\s*"<([^>"]+)>"', re.IGNORECASE)
_ANOTHER_WAY = re.compile(r";[ \t]*(?:alias|received|maddr)[ \t]*=", re.IGNORECASE)
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')


@dataclass(frozen=True)
class Binding:
    """A contact of a station.

    `name`: the registrar's own for it.  `address`: where the phone is.  `modified`: when it was registered last, in
    seconds.
    """

    name: str
    contact: str
    address: str
    user_agent: str = ""
    instance: str = ""
    modified: int = 0


def address_of(contact: str, received: str = "") -> str:
    """Return where a phone is: as an edge saw it, else as its own contact says."""
    alias = _ALIAS.search(contact)
    found = alias or _HOST.search(received or contact)
    return found.group(1) if found else ""


def names_another_way(contact: str, *, registers: bool) -> bool:
    """Say whether a Contact leads elsewhere than to its host.

    Kamailio's registrar goes by what stands behind the URI too, and nobody else does: in its INVITEs linphone repeats
    there what our 200 to its REGISTER told (`;received="..."`).
    """
    if _ANOTHER_WAY.search(contact) is None:
        return False
    uri, _, _ = _QUOTED.sub("", contact).partition(">")
    return registers or _ANOTHER_WAY.search(uri) is not None


def instance_of(contact: str) -> str:
    """Return a phone's instance id in a Contact (RFC 5626, 4.1), empty where it has none."""
    found = _INSTANCE.search(contact)
    return found.group(1).lower() if found else ""


def superseded(bindings: Sequence[Binding], new: Binding) -> list[str]:
    """Return the names of the contacts that a new one takes the place of, because they are the same phone's.

    By its instance id at once; by user agent and address only where there would be too many, since two phones of one
    make may sit behind one address: then the oldest goes.  A phone that was set up anew has another instance id.
    """
    others = [each for each in bindings if each.contact != new.contact]
    same = [each for each in others if new.instance and each.instance == new.instance]
    others = [each for each in others if each not in same]
    alike = [each for each in others if (each.user_agent, each.address) == (new.user_agent, new.address)]
    too_many = max(len(others) + 1 - MOST_CONTACTS, 0)
    return [each.name for each in [*same, *sorted(alike, key=lambda each: each.modified)[:too_many]]]


_SECONDS = re.compile("[0-9]+")


def decide_register(view: EdgeView, request: Request, *, branch_role: bool) -> Decision:
    """Return what to do with a REGISTER.

    A branch's gateway has checked the digest itself: at HQ its certificate counts, for stations of its site only.
    """
    if not view.known:
        return NOT_READY
    if request.peer.kind in (PeerKind.NODE, PeerKind.HQ, PeerKind.EDGE):
        return Reject(403, "Forbidden")
    if request.peer.kind is PeerKind.BRANCH:
        return _from_branch(view, request)
    if not view.has_domain(request.from_domain):
        return Reject(403, "Unknown Domain", strike=True)
    if (request.to_user, request.to_domain) != (request.from_user, request.from_domain):
        return Reject(403, "Not Your Address", strike=True)
    if not request.authenticated:
        station = view.station_of(request.to_domain, request.to_user)
        # An unknown extension is challenged like a known one, so that nobody can list who exists.
        return Authenticate(request.to_domain, request.to_user, station.ha1 if station else None)
    return SaveContact(forward=branch_role)


def _from_branch(view: EdgeView, request: Request) -> Decision:
    site = SiteId(request.peer.site_id)
    station = view.station_of(request.to_domain, request.to_user)
    if not view.has_branch(site) or station is None or station.site_id != site:
        return Reject(403, "Not Of This Site")
    return SaveContact()


def granted_expires(requested: str) -> int:
    """Return the seconds that the registrar grants for what a Contact or Expires header asks; 0 unregisters."""
    if not _SECONDS.fullmatch(requested):
        return DEFAULT_EXPIRES_SECONDS
    wanted = int(requested[:9])
    return 0 if wanted == 0 else min(max(wanted, MIN_EXPIRES_SECONDS), MAX_EXPIRES_SECONDS)
