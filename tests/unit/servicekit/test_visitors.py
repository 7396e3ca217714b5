"""A listener's places: who gives way to whom."""

from servicekit.visitors import Visitor, Visitors, source_of


def come(visitors: Visitors, source: str, count: int = 1) -> list[Visitor]:
    """Let so many in, for whom there is room."""
    those = [Visitor(source) for _ in range(count)]
    for each in those:
        assert visitors.enter(each) == []
    return those


def test_beyond_its_quota_a_source_loses_who_was_idle_longest():
    visitors = Visitors(10, 3)
    first, second, third = come(visitors, "a", 3)
    for busy in (True, False):
        visitors.turn(first, busy=busy)

    assert visitors.enter(Visitor("a")) == [(second, "quota")]
    visitors.turn(third, busy=True)
    assert visitors.enter(Visitor("a")) == [(first, "quota")], "who asks for something goes after who is idle"
    assert len(visitors) == 3


def test_who_has_said_who_it_is_leaves_the_quota_to_others():
    visitors = Visitors(10, 2)
    for each in come(visitors, "office", 2):
        visitors.prove(each)

    come(visitors, "office", 2)


def test_a_full_house_takes_a_place_from_the_fullest_source():
    visitors = Visitors(6, 4)
    lone, *_ = come(visitors, "b")
    first, *_ = come(visitors, "a", 3)
    for each in come(visitors, "c", 2):
        visitors.prove(each)

    assert visitors.enter(Visitor("d")) == [(first, "full")]
    assert len(visitors) == 6
    visitors.leave(lone)
    assert visitors.enter(Visitor("b")) == []


def test_the_known_never_give_way_to_strangers():
    visitors = Visitors(2, 2)
    for each in come(visitors, "office", 2):
        visitors.prove(each)
    stranger = Visitor("a")

    assert visitors.enter(stranger) == [(stranger, "refused")]
    visitors.leave(stranger)
    assert len(visitors) == 2


def test_a_proxys_connection_is_its_clients_from_the_first_request():
    visitors = Visitors(10, 2)
    proxied = [Visitor("proxy", exempt=True) for _ in range(4)]
    for each in proxied:
        assert visitors.enter(each) == []
    for each in proxied[:2]:
        assert visitors.belongs_to(each, "client") == []

    assert visitors.belongs_to(proxied[2], "client") == [(proxied[0], "quota")]
    visitors.prove(proxied[2])
    assert visitors.belongs_to(proxied[2], "other") == [], "another client's request must say anew who it is"
    assert not proxied[2].proven


def test_to_leave_twice_changes_nothing():
    visitors = Visitors(3, 3)
    first, second = come(visitors, "a", 2)
    visitors.leave(first)
    visitors.leave(first)
    visitors.turn(first, busy=True)

    assert len(visitors) == 1
    assert visitors.enter(Visitor("a")) == []
    visitors.leave(second)
    assert len(visitors) == 1


def test_what_a_source_is():
    assert source_of("192.0.2.1") == "192.0.2.1"
    assert source_of("::ffff:192.0.2.1") == "192.0.2.1"
    assert source_of("2001:db8:1:2::1") == source_of("2001:db8:1:2:ffff::9")
    assert source_of("not an address" * 99) == ("not an address" * 99)[:64]
