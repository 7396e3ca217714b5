"""Leads are dealt fairly, and who leaves moves nobody else's."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callmodel.campaigns.sharing import SLOTS, Share, ShareKind, Taker, share_out, taker_of, without
from callmodel.codec import from_wire, to_wire
from callmodel.ids import E164, AgentId

ANY = E164("+8613812345678")


def agents(*names: str) -> list[Taker]:
    return [Taker(AgentId(name)) for name in names]


def dealt(share: Share, leads: int) -> list[str | None]:
    takers = [taker_of(share, ordinal, ANY, {}) for ordinal in range(leads)]
    return [None if taker is None else taker.name for taker in takers]


def test_ten_agents_have_as_much_each_of_a_short_list_too():
    share = share_out(ShareKind.EQUAL, agents(*"abcdefghij"))

    assert set(Counter(dealt(share, 1000)).values()) <= {95, 96, 97, 98, 99, 100, 101, 102, 103, 104, 105}
    assert len(set(dealt(share, 20))) == 10


def test_weights_count():
    share = share_out(ShareKind.WEIGHT, [Taker(AgentId("ana"), weight=3), Taker(team="night")])

    assert Counter(dealt(share, SLOTS)) == {"agent:ana": 768, "team:night": 256}


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=40))
def test_every_slot_is_somebodys_and_nobody_is_short(weights: list[int]):
    share = share_out(ShareKind.WEIGHT, [Taker(AgentId(str(n)), weight=each) for n, each in enumerate(weights)])

    counts = Counter(share.slots)
    assert len(share.slots) == SLOTS
    for number, weight in enumerate(weights):
        assert abs(counts[f"agent:{number}"] - SLOTS * weight / sum(weights)) < 1


def test_who_leaves_moves_nobody_elses_leads():
    before = share_out(ShareKind.EQUAL, agents("ana", "bo", "cy", "dee"))
    after = without(before, "agent:bo")

    moved = [(was, now) for was, now in zip(before.slots, after.slots, strict=True) if was != now]
    assert {was for was, _ in moved} == {"agent:bo"}
    assert max(Counter(after.slots).values()) - min(Counter(after.slots).values()) <= 1


def test_who_comes_takes_from_each_as_much_as_is_due():
    before = share_out(ShareKind.EQUAL, agents("ana", "bo", "cy"))
    after = share_out(ShareKind.EQUAL, agents("ana", "bo", "cy", "dee"), before)

    assert {now for was, now in zip(before.slots, after.slots, strict=True) if was != now} == {"agent:dee"}
    assert set(Counter(after.slots).values()) == {256}


def test_the_last_one_can_not_leave():
    with pytest.raises(ValueError):
        without(share_out(ShareKind.EQUAL, agents("ana")), "agent:ana")


def test_by_region_the_longest_prefix_counts():
    share = share_out(
        ShareKind.REGION, [Taker(team="north", prefixes=("+86",)), Taker(team="south", prefixes=("+86138",))]
    )

    assert taker_of(share, 0, ANY, {}) == share.takers[1]
    assert taker_of(share, 0, E164("+8613912345678"), {}) == share.takers[0]
    assert taker_of(share, 0, E164("+442079460000"), {}) is None


def test_by_owner_the_files_name_counts():
    share = share_out(ShareKind.OWNER, [Taker(AgentId("u1"), owners=("Li Na", "李娜"))])

    assert taker_of(share, 0, ANY, {"owner": " li na "}) == share.takers[0]
    assert taker_of(share, 0, ANY, {"owner": "李娜"}) == share.takers[0]
    assert taker_of(share, 0, ANY, {"owner": "somebody"}) is None is taker_of(share, 0, ANY, {})


def test_a_share_is_kept_as_it_was_made():
    share = share_out(ShareKind.WEIGHT, [Taker(AgentId("ana"), weight=3), Taker(team="night")])

    assert from_wire(Share, to_wire(share)) == share
