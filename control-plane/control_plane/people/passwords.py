"""Passwords of people: Argon2id (RFC 9106, OWASP's m=19 MiB t=2 p=1), a few at a time, off the event loop."""

import asyncio
import re
from collections.abc import Callable
from typing import TypeVar

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

CONCURRENT_HASHES = 2
WAITING_HASHES = 64
LEAST_LENGTH = 10

# A hash of nothing anyone can type: verifying against it takes as long as against a real one.
_NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$" + "A" * 43

T = TypeVar("T")

_COMMON = re.compile(r"(?i)password|passw0rd|12345|qwert|abc123|letmein|welcome|trunkline")


class WeakPasswordError(ValueError):
    """The text says what a better password needs; the API answers `password-weak`."""


def check_password(password: str, username: str = "") -> None:
    """Raise WeakPasswordError for a password that is too short, too plain or well known."""
    if len(password) < LEAST_LENGTH:
        raise WeakPasswordError(f"use at least {LEAST_LENGTH} characters")
    if len(set(password)) < 5:
        raise WeakPasswordError("use more different characters")
    stripped = _COMMON.sub("", password)
    if len(stripped) < 6 or (username and username.lower() in password.lower()):
        raise WeakPasswordError("leave out the user name and well-known words and sequences")


class PasswordsBusyError(Exception):
    """Too many are waiting to be hashed already."""


class Passwords:
    """Hashes and verifies; at most CONCURRENT_HASHES at once, since each takes 19 MiB and a core.

    Raises PasswordsBusyError when WAITING_HASHES wait.
    """

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1, type=Type.ID)
        self._slots = asyncio.Semaphore(CONCURRENT_HASHES)
        self._waiting = 0

    async def hash(self, password: str) -> str:
        """Return the hash to keep."""
        return await self._run(self._hasher.hash, password)

    async def verify(self, password: str, hashed: str | None) -> bool:
        """Say whether the password fits.  None (no such user) takes the same time and never fits."""
        fits = await self._run(self._verify, password, hashed or _NOBODY)
        return fits and hashed is not None

    async def _run(self, function: Callable[..., T], *arguments: str) -> T:
        if self._waiting >= WAITING_HASHES:
            raise PasswordsBusyError
        self._waiting += 1
        try:
            async with self._slots:
                return await asyncio.to_thread(function, *arguments)
        finally:
            self._waiting -= 1

    def _verify(self, password: str, hashed: str) -> bool:
        try:
            return self._hasher.verify(hashed, password)
        except (VerificationError, InvalidHashError):
            return False
