"""How many tries of one account get through, and whose address is whose."""

import pytest

from control_plane.features.auth.guesses import gets_through, network_of


def test_of_many_tries_a_few_get_through_and_the_rest_wait():
    through = [count for count in range(1, 61) if gets_through(count, 20)]

    assert through == [*range(1, 21), 25, 30, 35, 40, 45, 50, 55, 60]


def test_ten_thousand_addresses_get_no_more_than_three_times_the_attempts():
    assert sum(gets_through(count, 20) for count in range(1, 100_001)) == 60


def test_whoever_keeps_asking_comes_to_a_turn_within_an_addresss_own_tries():
    for begun in range(21, 80):
        assert any(gets_through(begun + more, 20) for more in range(5))


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:a:b:c:d", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("unknown", "unknown"),
    ],
)
def test_hosts_of_one_network_share_its_tries(address: str, network: str):
    assert network_of(address) == network
