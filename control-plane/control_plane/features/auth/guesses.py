"""How often a password may be tried: for each user and address, and for each user from all addresses together.

A stranger who keeps guessing must not lock the user out: an address from which the user has signed in before counts
by itself alone, and of the rest a share gets through.
"""

import hashlib
import ipaddress
import logging
import math

from redis.exceptions import RedisError

from control_plane.web import Context
from control_plane.web.throttle import Throttle
from servicekit.problems import TooManyRequestsError

KNOWN_SECONDS = 90 * 86_400
"""An address is the user's so long after the last time that they signed in from it."""
SHARE = 5
MOST_TIMES = 3
"""Never more than this times the account's attempts in a window, however many addresses ask."""

logger = logging.getLogger(__name__)


class Guesses:
    """The tries of one request to give a user's password."""

    def __init__(self, context: Context, what: str, username: str) -> None:
        settings = context.settings
        self._redis = context.redis
        self._address = Throttle(context.redis, what, settings.sign_in_attempts, settings.sign_in_pause_seconds)
        self._account = Throttle(
            context.redis, f"{what}-account", settings.account_attempts, settings.account_pause_seconds
        )
        self._attempts = settings.account_attempts
        self._user = _short_hash(username.lower())
        self._guesser = _short_hash(f"{username.lower()}\0{network_of(context.address)}")
        self._counted_for_account = False

    async def admit(self) -> None:
        """Count a try.  Raises TooManyRequestsError for one too many, whether or not there is such a user."""
        await self._address.admit(self._guesser)
        if await self._is_known():
            return
        count, left_ms = await self._account.count(self._user)
        self._counted_for_account = True
        if not gets_through(count, self._attempts):
            raise TooManyRequestsError(max(1, math.ceil(left_ms / 1000)))

    async def fitted(self) -> None:
        """The password was right: this address is the user's, and its tries are forgotten."""
        await self._address.forget(self._guesser)
        if self._counted_for_account:
            await self._account.give_back(self._user)
        try:
            await self._redis.set(self._known_key(), 1, ex=KNOWN_SECONDS)
        except RedisError:
            logger.warning("address of a sign-in not remembered")

    async def _is_known(self) -> bool:
        try:
            return bool(await self._redis.exists(self._known_key()))
        except RedisError:
            return False

    def _known_key(self) -> str:
        return f"platform:known-address:{self._guesser}"


def gets_through(count: int, attempts: int) -> bool:
    """Say whether the count-th try of a window may be made: the first `attempts`, then one in SHARE, to a bound.

    An address has few tries a minute of its own, so that one which keeps asking comes to its turn.
    """
    beyond = count - attempts
    return beyond <= 0 or (beyond % SHARE == 0 and beyond // SHARE <= attempts * (MOST_TIMES - 1))


def network_of(address: str) -> str:
    """Return what one subscriber has: the address, of IPv6 its /64 (RFC 4291), in which hosts change theirs."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.IPv6Network((parsed, 64), strict=False))
    return str(parsed)


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
