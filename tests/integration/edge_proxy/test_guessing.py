"""Guessing is slowed for the account too, wherever it comes from; and nobody is locked out for good by a stranger."""

import contextlib
from collections.abc import Iterable

from digest_probe import Account, probe_at, signed_in, wrong
from edge_harness import DOMAIN, OTHER_DOMAIN, address

HOME = address("63.250")
ALLOWED, SHARE = 10, 8
ANA, BEN = Account("1001", "pw-1001"), Account("1002", "pw-1002")


def addresses(third: int, count: int) -> list[str]:
    return [address(f"{third}.{number}") for number in range(1, count + 1)]


async def guess(account: Account, hosts: Iterable[str]) -> None:
    for host in hosts:
        with contextlib.closing(await probe_at(host)) as probe:
            assert (await wrong(probe, account)).status == 401


async def get_in(account: Account, hosts: Iterable[str]) -> int:
    """Return from how many addresses the right password opens."""
    found = 0
    for host in hosts:
        with contextlib.closing(await probe_at(host)) as probe:
            # It asks for its contacts, of which an account has five at most.
            found += (await signed_in(probe, account, Contact="")).status == 200
    return found


async def test_sixty_addresses_do_not_get_sixty_guesses(hq):
    await guess(ANA, addresses(63, ALLOWED))

    # As many more, each with what is the right password at last: one in eight is looked at.
    assert 1 <= await get_in(ANA, addresses(64, 60)) <= 22


async def test_user_signs_in_where_he_ever_has_whatever_strangers_do(hq):
    assert await get_in(ANA, [HOME]) == 1
    await guess(ANA, addresses(63, 3 * ALLOWED))

    assert await get_in(ANA, [HOME] * 5) == 5


async def test_guessing_at_one_account_slows_no_other(hq):
    await guess(ANA, addresses(63, 2 * ALLOWED))

    assert await get_in(BEN, addresses(64, 5)) == 5
    assert await get_in(Account("1001", "pw-1001", OTHER_DOMAIN), addresses(64, 5)) == 5


async def test_account_that_is_nobodys_is_counted_like_others(hq):
    await guess(Account("9999", "guessed"), addresses(63, 3))
    await guess(ANA, addresses(64, 3))

    assert await hq.rpc.htable_get("guesses", f"9999@{DOMAIN}") == "3"
    assert await hq.rpc.htable_get("guesses", f"1001@{DOMAIN}") == "3"


async def test_who_goes_through_the_accounts_of_an_office_is_stopped_and_its_phones_go_on(hq):
    """The address lives, so it is not banned; accounts that have never signed in there are not looked at any more."""
    assert await get_in(ANA, [HOME]) == 1
    for number in range(ALLOWED + 1):
        await guess(Account(f"1{number:03d}5", "guessed"), [HOME])

    assert await get_in(BEN, [HOME]) == 0
    assert await get_in(ANA, [HOME]) == 1
