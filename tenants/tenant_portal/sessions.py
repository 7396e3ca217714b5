"""A browser's session: what is known of it, and how it is kept so that only the browser's own cookie opens it.  Pure.

Of the cookie Redis has a hash, and what the session holds is encrypted under a key that follows from the cookie:
whoever reads Redis has neither sessions nor the control plane's tokens.
"""

import hashlib
import hmac
import json
import secrets
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

COOKIE_BYTES = 32
NONCE_BYTES = 12


class SealBrokenError(Exception):
    """What was kept does not open with this cookie."""


@dataclass(frozen=True)
class Tokens:
    """The control plane's, which no browser sees.  `use_until_ms`: when to swap them, some time before they end."""

    access: str
    refresh: str
    use_until_ms: int


@dataclass(frozen=True)
class Identity:
    """Who signed in, when (ms since 1970), and the token that proves a request to be the page's own."""

    user_id: str
    username: str
    csrf: str
    begun_ms: int


@dataclass(frozen=True)
class Session:
    """A session as a request finds it.  `tenant_id`: the tenant whose desk is shown, None for the platform's."""

    key: "CookieKey"
    identity: Identity
    tokens: Tokens
    tenant_id: str | None
    language: str | None


class CookieKey:
    """What follows from a cookie's value: under which name the session is kept, and the key that opens it."""

    def __init__(self, cookie: str) -> None:
        self.cookie = cookie

    @classmethod
    def new(cls) -> "CookieKey":
        return cls(secrets.token_urlsafe(COOKIE_BYTES))

    @cached_property
    def name(self) -> str:
        return self._derive(b"name").hex()[:40]

    def seal(self, what: str, value: Identity | Tokens) -> str:
        """Return the value encrypted (AES-256-GCM), bound to its place, as hexadecimal text."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = AESGCM(self._derive(b"seal")).encrypt(nonce, json.dumps(asdict(value)).encode(), what.encode())
        return (nonce + sealed).hex()

    def open(self, what: str, sealed: str) -> dict[str, Any]:
        """Return what was sealed.  Raises SealBrokenError."""
        try:
            data = bytes.fromhex(sealed)
            plain = AESGCM(self._derive(b"seal")).decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], what.encode())
            found: dict[str, Any] = json.loads(plain)
        except (InvalidTag, ValueError) as error:
            raise SealBrokenError() from error
        return found

    def _derive(self, purpose: bytes) -> bytes:
        # 256 random bits need no slow hash.
        return hmac.digest(self.cookie.encode(), b"trunkline/portal/" + purpose, hashlib.sha256)


def new_identity(user_id: str, username: str, now_ms: int) -> Identity:
    """Return who has just signed in."""
    return Identity(user_id, username, secrets.token_urlsafe(24), now_ms)


def lives_ms(begun_ms: int, now_ms: int, idle_ms: int, whole_ms: int) -> int:
    """Return for how long a session lives on that is used now; 0 or less for one that is over."""
    return min(idle_ms, begun_ms + whole_ms - now_ms)
