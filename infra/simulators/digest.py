"""Digest access authentication, MD5 with qop=auth, from both sides (RFC 2617, RFC 7616, RFC 8760)."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time

from .sip_message import SipMessage, split_outside_quotes

CHALLENGES = {401: ("WWW-Authenticate", "Authorization"), 407: ("Proxy-Authenticate", "Proxy-Authorization")}
NONCE_SECONDS = 300


def _md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()


def parse_digest(value: str) -> dict[str, str]:
    """Parse `Digest a="b", c=d` into a dictionary; empty when the scheme is another."""
    scheme, _, rest = value.strip().partition(" ")
    if scheme.lower() != "digest":
        return {}
    pairs = (part.partition("=") for part in split_outside_quotes(rest, ","))
    return {key.strip().lower(): text.strip().strip('"') for key, _, text in pairs}


def ha1_of(user: str, realm: str, password: str) -> str:
    return _md5(f"{user}:{realm}:{password}")


def response_of(ha1: str, method: str, fields: dict[str, str]) -> str:
    """Compute the digest response over `fields` as they stand in the header (RFC 2617 section 3.2.2)."""
    ha2 = _md5(f"{method}:{fields.get('uri', '')}")
    if fields.get("qop"):
        middle = f"{fields['nonce']}:{fields.get('nc', '')}:{fields.get('cnonce', '')}:{fields['qop']}"
    else:
        middle = fields["nonce"]
    return _md5(f"{ha1}:{middle}:{ha2}")


def answer_challenge(challenge: SipMessage, method: str, uri: str, user: str, password: str) -> tuple[str, str]:
    """Return the header name and value that answer a 401 or 407.

    Raises ValueError when no challenge in the response asks for MD5 digest.
    """
    asked, answered = CHALLENGES[challenge.status]
    for value in challenge.all(asked):
        offered = parse_digest(value)
        if "nonce" not in offered or offered.get("algorithm", "MD5").upper() != "MD5":
            continue
        fields = {"username": user, "realm": offered.get("realm", ""), "nonce": offered["nonce"], "uri": uri}
        if "auth" in [choice.strip() for choice in offered.get("qop", "").split(",")]:
            fields |= {"qop": "auth", "nc": "00000001", "cnonce": secrets.token_hex(8)}
        ha1 = ha1_of(user, fields["realm"], password)
        fields |= {"response": response_of(ha1, method, fields), "algorithm": "MD5"}
        if "opaque" in offered:
            fields["opaque"] = offered["opaque"]
        bare = {"qop", "nc", "algorithm"}
        text = ", ".join(f"{key}={item}" if key in bare else f'{key}="{item}"' for key, item in fields.items())
        return answered, f"Digest {text}"
    raise ValueError("no MD5 digest challenge")


class DigestServer:
    """Challenges requests and verifies the answers; nonces carry their own time and signature."""

    def __init__(self, realm: str, passwords: dict[str, str]) -> None:
        self.realm = realm
        self._passwords = passwords
        self._key = secrets.token_bytes(16)

    def challenge(self, status: int, stale: bool = False) -> tuple[str, str]:
        """Return the header name and value of a fresh 401 or 407 challenge."""
        tail = ", stale=true" if stale else ""
        value = f'Digest realm="{self.realm}", nonce="{self._nonce(time.time())}", algorithm=MD5, qop="auth"{tail}'
        return CHALLENGES[status][0], value

    def verify(self, request: SipMessage, status: int) -> str:
        """Say "absent", "stale", "wrong" or "right" about the credentials for a 401 or 407."""
        fields = parse_digest(request.get(CHALLENGES[status][1]))
        if not fields or fields.get("realm") != self.realm:
            return "absent"
        if not self._is_ours(fields.get("nonce", "")):
            return "stale"
        password = self._passwords.get(fields.get("username", ""))
        if password is None:
            return "wrong"
        expected = response_of(ha1_of(fields["username"], self.realm, password), request.method, fields)
        return "right" if hmac.compare_digest(expected, fields.get("response", "")) else "wrong"

    def user_of(self, request: SipMessage, status: int) -> str:
        """Return the user name claimed in the credentials, or ''."""
        return parse_digest(request.get(CHALLENGES[status][1])).get("username", "")

    def _nonce(self, now: float) -> str:
        stamp = f"{int(now):x}"
        return f"{stamp}.{hmac.new(self._key, stamp.encode(), 'sha256').hexdigest()[:24]}"

    def _is_ours(self, nonce: str) -> bool:
        stamp = nonce.partition(".")[0]
        try:
            made = int(stamp, 16)
        except ValueError:
            return False
        fresh = 0 <= time.time() - made + 1 <= NONCE_SECONDS
        return fresh and hmac.compare_digest(nonce, self._nonce(made))
