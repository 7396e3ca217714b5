"""Which address of a carrier is tried first, where its name may lead, and what an answer is worth."""

import ipaddress
from collections import Counter
from dataclasses import replace

import pytest

from callmodel.codec import to_wire
from callmodel.edgesnapshot import EdgeTrunk, Gateway
from callmodel.ids import TrunkId
from edge_proxy import trunking
from edge_proxy.dnslookup import Answer, LookupFailedError
from edge_proxy.gatewaykeeper import FORMER_SECONDS, GatewayKeeper, good_for_seconds, judge
from edge_proxy.hops import Bounds, Found, Hop, in_turn, places_in
from edge_proxy.trunkbook import TrunkBook

NAME = Gateway("sip.carrier.example", None, None)
TRUNK = EdgeTrunk(TrunkId("t1"), (NAME, Gateway("192.0.2.9")), "sip.carrier.example")
PUBLIC = Bounds(allowed=[ipaddress.ip_network("192.0.2.0/24")])


def hop(tail: int, priority: int = 0, weight: int = 0, target: str = "") -> Hop:
    return Hop(f"192.0.2.{tail}", priority=priority, weight=weight, target=target)


# -- order


def test_lower_priority_comes_first_whatever_the_weights():
    ordered = in_turn([hop(1, 20, 100), hop(2, 10, 0), hop(3, 10, 1)], "call-1")

    assert [each.address for each in ordered] == ["192.0.2.3", "192.0.2.2", "192.0.2.1"]


def test_equals_share_calls_by_weight():
    hops = [hop(1, weight=60), hop(2, weight=30), hop(3, weight=10)]
    first = Counter(in_turn(hops, f"call-{number}")[0].address for number in range(5000))

    assert [round(first[f"192.0.2.{tail}"] / 5000, 1) for tail in (1, 2, 3)] == [0.6, 0.3, 0.1]


def test_addresses_without_weights_share_evenly():
    first = Counter(in_turn([hop(1), hop(2)], f"call-{number}")[0].address for number in range(2000))

    assert abs(first["192.0.2.1"] - 1000) < 150


def test_order_of_a_call_stays_when_an_address_goes():
    hops = [hop(tail, weight=tail) for tail in range(1, 8)]
    before = in_turn(hops, "call-1")

    assert in_turn(hops[:3] + hops[4:], "call-1") == [each for each in before if each != hops[3]]


def test_a_call_tries_each_address_once_and_keeps_the_carriers_name_in_its_request():
    book = TrunkBook((TRUNK,), {NAME: Found(NAME, (hop(1, 10), hop(2, 20, target="b.example")))})
    tried: list[str] = []
    while (attempt := trunking.attempt_at(book, TRUNK, "+8613800000000", "call-1", tried)) is not None:
        tried.append(attempt.next_hop)
        assert attempt.place == len(tried)
        if len(tried) < 3:
            assert attempt.target_uri == "sip:+8613800000000@sip.carrier.example"

    assert [each.split(":")[1] for each in tried] == ["192.0.2.1", "192.0.2.2", "192.0.2.9"]


def test_no_call_tries_for_ever():
    many = tuple(hop(tail) for tail in range(1, 17))
    book = TrunkBook((TRUNK,), {NAME: Found(NAME, many)})

    assert trunking.attempt_at(book, TRUNK, "100", "call-1", [str(number) for number in range(8)]) is None


def test_who_was_the_carrier_when_a_call_began_is_so_still():
    book = TrunkBook((TRUNK,), {NAME: Found(NAME, (hop(1),), ("192.0.2.7",))})

    assert book.is_at("t1", "192.0.2.7") and book.is_at("t1", "192.0.2.1")
    assert [each.address for each in book.hops_of(NAME)] == ["192.0.2.1"]


def test_what_an_older_version_kept_is_passed_over():
    found = Found(NAME, (hop(1),))

    assert places_in([{"name": "x", "address": "192.0.2.1"}, to_wire(found)]) == {NAME: found}


# -- bounds


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("8.8.8.8", None),
        ("192.0.2.1", None),
        ("127.0.0.1", "loopback"),
        ("10.0.0.5", "not public"),
        ("100.64.0.1", "not public"),
        ("169.254.169.254", "link-local"),
        ("224.0.0.5", "multicast"),
        ("239.1.2.3", "multicast"),
        ("0.0.0.0", "nobody's"),
        ("255.255.255.255", "nobody's"),
        ("240.0.0.1", "not public"),
        ("8.8.4.4", "one of our own"),
        ("::1", "loopback"),
        ("ff02::1", "multicast"),
        ("fd00::1", "not public"),
    ],
)
def test_a_name_leads_to_public_addresses_and_those_allowed(address, why):
    bounds = replace(PUBLIC, ours=frozenset({"8.8.4.4"}))

    assert bounds.refusal(address) == why


def test_nobody_allows_multicast_or_our_own_addresses():
    bounds = Bounds(frozenset({"10.0.0.5"}), [ipaddress.ip_network("0.0.0.0/0")])

    assert bounds.refusal("10.0.0.6") is None
    assert bounds.refusal("10.0.0.5") == "one of our own"
    assert bounds.refusal("224.0.0.1") == "multicast"


# -- answers


def test_a_target_that_was_lost_keeps_its_last_address():
    lost = Hop("", 5070, "udp", 20, 0, "b.example")
    judged = judge(Answer((hop(1, target="a.example"),), 60, (lost,)), [hop(5, target="b.example")], PUBLIC)

    assert [each.address for each in judged.hops] == ["192.0.2.1", "192.0.2.5"]


def test_a_good_address_is_used_beside_one_that_is_refused():
    judged = judge(Answer((hop(1), replace(hop(2), address="127.0.0.1")), 60), (), PUBLIC)

    assert judged.hops == (hop(1),)
    assert judged.refused == ("127.0.0.1 (loopback)",)


@pytest.mark.parametrize(("ttl", "seconds"), [(0, 30), (29, 30), (120, 120), (86_400, 3600)])
def test_an_answer_is_good_for_its_ttl_within_bounds(ttl, seconds):
    assert good_for_seconds(ttl) == seconds


class Told:
    """A name server in the test's hands: answers or errors, by turns."""

    def __init__(self, *answers: Answer | Exception) -> None:
        self.answers, self.asked = list(answers), 0

    async def look_up(self, gateway: Gateway) -> Answer:
        self.asked += 1
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


class Kept:
    """A keeper with its clock, and what it handed on."""

    def __init__(self, told: Told) -> None:
        self.now, self.places, self.writes = 0.0, {}, 0
        self.keeper = GatewayKeeper(told, lambda: PUBLIC, self.keep, lambda: self.now)
        self.keeper.want([TRUNK])

    async def keep(self, places) -> bool:
        self.places, self.writes = places, self.writes + 1
        return True

    async def look(self, after: float) -> Found | None:
        self.now += after
        await self.keeper.look()
        return self.places.get(NAME)

    @property
    def troubles(self) -> list[str]:
        return [trouble.words for trouble in self.keeper.troubles]


async def test_a_name_is_asked_for_again_when_its_answer_is_over():
    told = Told(Answer((hop(1),), 120), Answer((hop(1),), 120))
    kept = Kept(told)
    await kept.look(0)
    await kept.look(119)
    assert told.asked == 1
    await kept.look(1)
    assert told.asked == 2 and kept.writes == 1


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (LookupFailedError("LifetimeTimeout"), "not looked up (LifetimeTimeout)"),
        (Answer((), 600), "leads nowhere"),
        (Answer((replace(hop(1), address="127.0.0.1"),), 3600), "refused: 127.0.0.1 (loopback)"),
    ],
)
async def test_a_bad_answer_changes_nothing_is_told_and_soon_asked_again(answer, words):
    told = Told(Answer((hop(1),), 60), answer, Answer((hop(2),), 60))
    kept = Kept(told)
    before = await kept.look(0)
    assert await kept.look(60) == before
    assert kept.troubles == [words]

    after = await kept.look(30)
    assert after and [each.address for each in after.hops] == ["192.0.2.2"]
    assert kept.troubles == []


async def test_an_address_that_went_is_remembered_for_as_long_as_calls_last():
    told = Told(Answer((hop(1),), 60), *(Answer((hop(2),), 3600) for _ in range(20)))
    kept = Kept(told)
    await kept.look(0)
    after = await kept.look(60)
    assert after and after.former == ("192.0.2.1",)

    later = await kept.look(FORMER_SECONDS)
    assert later and later.former == ()


async def test_what_was_known_before_a_start_holds_until_a_better_answer():
    kept = Kept(Told(LookupFailedError("Timeout")))
    kept.keeper.remember({NAME: Found(NAME, (hop(1),))})
    await kept.look(0)

    assert kept.writes == 0 and kept.troubles == ["not looked up (Timeout)"]


async def test_a_name_that_nobody_wants_any_more_is_forgotten():
    kept = Kept(Told(Answer((hop(1),), 60)))
    await kept.look(0)
    kept.keeper.want([])
    await kept.look(0)
    assert kept.places == {}
