"""Where carriers name their media though their trunks do not allow it: the last few, by trunk."""

from callmodel.edgecarriers import StrayMedia
from callmodel.ids import TrunkId
from edge_proxy import straymedia


def test_newest_comes_first_and_each_address_once():
    held = ""
    for now, address in enumerate(["192.0.2.1", "192.0.2.2", "192.0.2.1"], start=1):
        held = straymedia.noted(held, address, now)

    assert straymedia.read({"trunk-1": held}) == (
        StrayMedia(TrunkId("trunk-1"), "192.0.2.1", 3000),
        StrayMedia(TrunkId("trunk-1"), "192.0.2.2", 2000),
    )


def test_who_names_thousands_leaves_a_few():
    held = ""
    for now in range(2000):
        held = straymedia.noted(held, f"2001:db8::{now:x}", now)

    assert len(straymedia.read({"trunk-1": held})) == straymedia.KEPT


def test_what_is_not_readable_is_passed_over():
    assert straymedia.read({"trunk-1": "rubbish 192.0.2.1@soon 192.0.2.1@7"}) == (
        StrayMedia(TrunkId("trunk-1"), "192.0.2.1", 7000),
    )
