"""What a tenant's people may dial by hand to the public network, so that nobody calls privately at its cost.

Emergency calls pass, and so does what is no person's own choice: campaigns, flows, call backs and follow-ups.
"""

from dataclasses import dataclass

from callmodel.ids import E164


@dataclass(frozen=True)
class HandDialling:
    """`limited`: only what is named here may be dialled; without it, whatever the tenant's limits allow.

    prefixes: classes of numbers, E.164 with the plus sign.  lists: customers on the tenant's lists of numbers.
    approvals: numbers that somebody has approved for a while.
    """

    limited: bool = False
    prefixes: tuple[str, ...] = ()
    lists: bool = False
    approvals: bool = False


@dataclass(frozen=True)
class Asked:
    """What has to be asked of a number before it is dialled by hand: whether it is on a list, or approved."""

    number: E164
    lists: bool
    approvals: bool


def asked_of(rules: HandDialling, number: E164) -> Asked | None:
    """Return what has to be asked of a number, None where nothing stands against it."""
    if not rules.limited or number.startswith(rules.prefixes):
        return None
    return Asked(number, rules.lists, rules.approvals)
