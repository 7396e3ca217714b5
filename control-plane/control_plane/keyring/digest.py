"""Passwords of SIP phones and trunks as SIP digest needs them (RFC 2617; MD5, since that is what phones speak)."""

import hashlib
import secrets

# No 0/O, 1/l/I: somebody types this into a desk phone.
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"
GENERATED_LENGTH = 20


def ha1_of(username: str, realm: str, password: str) -> str:
    """Return MD5(username:realm:password) in hex (RFC 2617, 3.2.2.2)."""
    return hashlib.md5(f"{username}:{realm}:{password}".encode(), usedforsecurity=False).hexdigest()


def make_password() -> str:
    """Return a password of 116 random bits that can be read out and typed."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(GENERATED_LENGTH))
