"""What credentials must hold before a password is looked at: qop, a nonce of ours for this address, our URI.

RFC 2617 and 7616, as SIP uses them (RFC 3261, 22.4; RFC 8760).  Kamailio counts nonces and checks the response.  That
a nonce belongs to one address is ours: Kamailio leaves its own check out where a nonce count came along.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote

from edge_proxy.decisions import Reject

NONCE_BYTES = 29
"""Kamailio's own (modules/auth/nonce.h): expiry, birth, MD5, id and pool.  What comes after it passes over."""
SEAL_BYTES = 16
MOST_CHARACTERS = 2_000
"""Of a header or URI: a phone's has some three hundred, and each costs the time of a pattern."""

# No backslash: what two readers might unquote in two ways is no password's business.
_PARAMETER = r'([A-Za-z-]+)[ \t]*=[ \t]*(?:"([^"\\]*)"|([^\s",]+))'
_ONE = re.compile(_PARAMETER)
_WHOLE = re.compile(rf"Digest[ \t]+{_PARAMETER}(?:[ \t]*,[ \t]*{_PARAMETER})*[ \t]*", re.IGNORECASE)
_NONCE = re.compile(r'(?<![A-Za-z])nonce="([^"]+)"')
_COUNT = re.compile(r"[0-9a-f]{8}")
_SIP_URI = re.compile(r"sips?:(?:([^@]*)@)?(\[[^\]]*\]|[^:;?]+)(?::[0-9]{1,5})?(?:[;?].*)?", re.IGNORECASE)


@dataclass(frozen=True)
class Credentials:
    """A Digest header's parameters, empty where it has none."""

    username: str = ""
    realm: str = ""
    nonce: str = ""
    uri: str = ""
    response: str = ""
    qop: str = ""
    nc: str = ""
    cnonce: str = ""


@dataclass(frozen=True)
class Challenge:
    """Ask again.  stale: with the same password under a new nonce, so that no phone asks its user."""

    stale: bool = False


@dataclass(frozen=True)
class Check:
    """Look at the password."""


Verdict = Challenge | Reject | Check

NO_QOP = Reject(403, "Digest Without qop=auth")
OTHER_URI = Reject(403, "Digest For Another URI")


def parsed(header: str) -> Credentials | None:
    """Return the credentials of one header, None for what is no Digest, or not to be read in one way only."""
    header = header.strip()
    if len(header) > MOST_CHARACTERS or not _WHOLE.fullmatch(header):
        return None
    found = [(name.lower(), quoted or plain) for name, quoted, plain in _ONE.findall(header, len("Digest"))]
    values = dict(found)
    if len(values) < len(found):
        return None
    return Credentials(**{name: values.get(name, "") for name in Credentials.__dataclass_fields__})


def for_realm(headers: Iterable[str], realm: str) -> Credentials | None:
    """Return the first credentials for a realm, those that Kamailio checks.

    None where one before them can not be read: Kamailio is less strict, and would check that one.
    """
    for header in headers:
        credentials = parsed(header)
        if credentials is None or credentials.realm.lower() == realm.lower():
            return credentials
    return None


def examine(credentials: Credentials | None, target: str, address: str, secret: bytes) -> Verdict:
    """Return whether a password may be looked at at all.

    target: the Request-URI.  Says the same for every user name: nobody learns here who exists.
    """
    if credentials is None:
        return Challenge()
    if credentials.qop.lower() != "auth" or not credentials.nc or not credentials.cnonce:
        # An answer without a count can be said again, with another number dialled.
        return NO_QOP
    if not is_bound(credentials.nonce, address, secret) or not _COUNT.fullmatch(credentials.nc):
        return Challenge(stale=True)
    if not is_same_target(credentials.uri, target):
        return OTHER_URI
    return Check()


def is_same_target(said: str, target: str) -> bool:
    """Say whether a digest URI means the Request-URI.

    Phones, and proxies on the way, add and drop a port, parameters and escapes: what is called is user and host.
    """
    if said == target:
        return True
    if max(len(said), len(target)) > MOST_CHARACTERS:
        return False
    one, other = _SIP_URI.fullmatch(said), _SIP_URI.fullmatch(target)
    if one is None or other is None:
        return False
    return _called(one) == _called(other)


def _called(uri: re.Match[str]) -> tuple[str, str]:
    user, host = uri.groups()
    return unquote(user or ""), host.lower()


def challenge_with(realm: str, kamailios: str, address: str, secret: bytes, *, stale: bool) -> str:
    """Return a challenge (the value of its header) with the nonce of one that Kamailio made, bound to an address.

    Raises ValueError where there is no nonce.
    """
    nonce = nonce_in(kamailios)
    if not nonce:
        raise ValueError("a challenge without nonce")
    tail = ", stale=true" if stale else ""
    return f'Digest realm="{realm}", nonce="{bind(nonce, address, secret)}", qop="auth"{tail}'


def nonce_in(header: str) -> str:
    """Return the first nonce that stands in a challenge or its answer, empty for none."""
    found = _NONCE.search(header)
    return found.group(1) if found else ""


def bind(nonce: str, address: str, secret: bytes) -> str:
    """Return Kamailio's nonce with our seal over it and an address behind it."""
    plain = base64.b64decode(nonce)[:NONCE_BYTES]
    return base64.b64encode(plain + _seal(plain, address, secret)).decode()


def is_bound(nonce: str, address: str, secret: bytes) -> bool:
    """Say whether a nonce is one that we gave to this address: whoever has it was there to get it."""
    try:
        plain = base64.b64decode(nonce, validate=True)
    except (binascii.Error, ValueError):
        return False
    own, seal = plain[:NONCE_BYTES], plain[NONCE_BYTES:]
    return len(plain) == NONCE_BYTES + SEAL_BYTES and hmac.compare_digest(seal, _seal(own, address, secret))


def is_fresh(nonce: str, now: float) -> bool:
    """Say whether a bound nonce still counts.  now: seconds since 1970."""
    return int.from_bytes(base64.b64decode(nonce)[:4], "big") >= now


def _seal(nonce: bytes, address: str, secret: bytes) -> bytes:
    text = nonce + address.encode()
    return hashlib.blake2b(text, key=secret[:64], digest_size=SEAL_BYTES, person=b"digest nonce").digest()
