"""Whose password is looked at: guessing is slowed for address and account, and nobody is locked out for good.

ADR 18 says why.
"""

from dataclasses import dataclass
from enum import Enum

UNFAMILIAR_SHARE = 1 / 8
"""Of the attempts on an account under attack that come from where it has never signed in."""
ACCOUNT_CHARACTERS = 100
HELP_CHECKED = 2
"""Calls for help a second of one account that is locked out where it is at home."""


@dataclass(frozen=True)
class Standing:
    """What has been counted in the last minute, on all edges, when somebody wants to sign in.

    of_account: wrong passwords for the account, from everywhere; of_address: from the address, for any account;
    familiar: the account has signed in from this address before; locked: the account is locked out there.
    """

    of_account: int = 0
    of_address: int = 0
    familiar: bool = False
    locked: bool = False


class Sanction(Enum):
    NONE = "none"
    BAN = "ban"
    """Hear nothing from the address."""
    LOCK = "lock"
    """Check no password of the account from the address; the others behind it go on."""


def is_checked(standing: Standing, allowed: int, draw: float, *, emergency: bool = False) -> bool:
    """Say whether the password is looked at; if not, the answer is that to a wrong one.

    allowed: wrong passwords a minute; draw: chance, from 0 to below 1.  emergency: a call for help, of
    which so many are looked at in a second where the account is locked out though it has signed in there before.
    """
    if standing.locked:
        return emergency and standing.familiar
    if standing.familiar:
        return True
    if standing.of_address > allowed:
        # Only where an address is never banned: somebody there goes through the accounts.
        return False
    return standing.of_account < allowed or draw < UNFAMILIAR_SHARE


def after_failure(*, of_address: int, of_pair: int, allowed: int, spared: bool) -> Sanction:
    """Return what follows from one more failure, counted here already.

    of_pair: of one account at one address, 0 where no account is meant; spared: others live behind the address.
    """
    if spared:
        return Sanction.LOCK if of_pair > allowed else Sanction.NONE
    return Sanction.BAN if of_address > allowed else Sanction.NONE


def account_of(user: str, domain: str) -> str:
    """Return the name that an account is counted by, no longer than a table should hold."""
    return f"{user}@{domain}"[:ACCOUNT_CHARACTERS]


def pair_of(address: str, account: str) -> str:
    """Return the name of an account at an address."""
    return f"{address}|{account}"
