"""A phone joins its two calls (REFER with Replaces): the customer talks with whom the agent consulted, as stories."""

from dataclasses import replace

import pytest

from callmodel.beginnings import StationDialled
from callmodel.calls import Step, begin
from callmodel.callstate import Call, LegRole, LegState, Phase
from callmodel.cdr import cdr_of
from callmodel.commands import asked_by_phone
from callmodel.endings import Ending
from callmodel.facts import (
    ConsultStep,
    ConsultTurned,
    JoinAsked,
    LegAnswered,
    LegHeld,
    LegHungUp,
    LegRang,
    LinkAsked,
    LinkNamed,
    TransferAsked,
    TrunkGranted,
)
from callmodel.ids import E164, CallId, Extension, LegId, NodeId, SiteId, TenantId
from callmodel.linking import named_by
from callmodel.links import Link, LinkedParty, link_in, link_text
from callmodel.orders import Answer, DialLink, HangUp, NameLink, Order, ReportTransfer, SetRoom
from callmodel.rooms import Mode
from callmodel.routing import LinkPlan, Refusal, plan_call
from callmodel.seats import SeatUse, changes, legs_at_seats
from callmodel.wantedroom import room_of
from tests.unit.callmodel.stories import (
    ACME,
    AGENT_LEG,
    ANA,
    BEN,
    BRANCH,
    CALL,
    CHEAP,
    CUSTOMER,
    CUSTOMER_LEG,
    DIRECTORY,
    GLOBEX,
    T0,
    TALKING,
    after,
    dialled,
)

CONSULT = CallId("0193-consult")
OTHER_NODE = NodeId("media-2")
ANAS_SECOND = LegId("anas-second-line")
BENS = LegId(f"{CONSULT}-2")
MOBILE = E164("+8613900001111")
LINK, FAR_LINK = LegId(f"{CALL}-3"), LegId("link.1")
DIALOG = "f81d4fae@10.0.0.7"
LATER = T0 + 30_000
BEN_COMES = LinkedParty(BEN, SiteId("hq"))
CUSTOMER_COMES = LinkedParty(number=CUSTOMER)


def consulting(number: str = BEN) -> Call:
    """Ana's second call, at another node: to Ben, or out to a mobile."""
    fact = StationDialled(CONSULT, ACME, OTHER_NODE, ANAS_SECOND, ANA, BRANCH, number, T0 + 10_000)
    call, _ = begin(fact, plan_call(DIRECTORY, ACME, number))
    if number != BEN:
        call, _ = after(call, TrunkGranted(BENS, CHEAP, 0, T0 + 10_005))
    return after(call, LegRang(BENS, T0 + 11_000), LegAnswered(BENS, T0 + 12_000))[0]


def asked(call: Call = TALKING, dialog: str = DIALOG, leg_id: LegId = AGENT_LEG) -> Step:
    return after(call, asked_by_phone(call, leg_id, "1002", dialog, DIRECTORY, LATER))


ASKED = asked()[0]
JOINED = after(ASKED, LegAnswered(LINK, LATER + 20))[0]
LINK_SAID = Link(TALKING.node_id, LINK, ANA, DIALOG, party=CUSTOMER_COMES)


def taken(call: Call, link: Link = LINK_SAID) -> Step:
    return after(call, LinkAsked(FAR_LINK, ANAS_SECOND, link, LATER + 10))


def of_kind(orders: list[Order], kind: type) -> list[Order]:
    return [order for order in orders if isinstance(order, kind)]


# -- the call whose phone asks


def test_the_call_asks_for_the_other_and_says_who_comes():
    call, orders = asked()

    assert of_kind(orders, DialLink) == [DialLink(LINK, LINK_SAID, 10)]
    assert call.leg_of(LINK).role is LegRole.LINK
    assert not of_kind(orders, HangUp), "the customer stays with the agent until somebody is there"


def test_a_customer_on_hold_goes_on_hearing_music_until_the_other_call_is_there():
    call, _ = after(TALKING, LegHeld(AGENT_LEG, LATER - 5_000))
    call, _ = asked(call)

    assert room_of(call).of(Mode.HOLDING) == (CUSTOMER_LEG,)
    call, orders = after(call, LegAnswered(LINK, LATER + 20))
    assert set(room_of(call).of(Mode.TALKING)) == {CUSTOMER_LEG, LINK}
    assert of_kind(orders, SetRoom)


def test_the_agent_leaves_the_phone_hears_200_and_the_record_says_who_handed_over():
    call, orders = after(ASKED, LegAnswered(LINK, LATER + 20))

    assert of_kind(orders, ReportTransfer) == [ReportTransfer(AGENT_LEG, 200)]
    assert of_kind(orders, HangUp) == [HangUp(AGENT_LEG, 200)]
    assert cdr_of(call).transferred_by == ANA


def test_the_other_call_says_who_talks_there_and_the_record_names_them():
    call, _ = after(JOINED, LinkNamed(LINK, CONSULT, BEN_COMES, LATER + 30))

    leg = next(leg for leg in cdr_of(call).legs if leg.leg_id == LINK)
    assert (leg.role, leg.extension, leg.joined_call) == (LegRole.AGENT, BEN, CONSULT)
    assert changes(JOINED, call)[0].use is SeatUse.TALKING, "Ben's agent is busy with the customer"


def test_somebody_outside_who_was_consulted_is_named_by_number():
    call, _ = after(JOINED, LinkNamed(LINK, CONSULT, LinkedParty(number=MOBILE), LATER + 30))

    leg = call.leg_of(LINK)
    assert (leg.role, leg.number, leg.trunk_id) == (LegRole.OUTSIDE, MOBILE, None)


def test_a_name_that_comes_before_the_answer_or_twice_changes_nothing_else():
    early, _ = after(ASKED, LinkNamed(LINK, CONSULT, BEN_COMES, LATER + 15))
    twice, orders = after(early, LegAnswered(LINK, LATER + 20), LinkNamed(LINK, CONSULT, BEN_COMES, LATER + 30))

    assert twice.leg_of(LINK).role is LegRole.AGENT
    assert orders == []


@pytest.mark.parametrize("leg_id", [AGENT_LEG, CUSTOMER_LEG, LegId("nobody")])
def test_only_a_link_is_given_a_name_by_another_call(leg_id: LegId):
    call, _ = after(JOINED, LinkNamed(leg_id, CONSULT, LinkedParty(Extension("6666")), LATER + 30))

    assert call == JOINED


def test_where_no_node_has_the_other_call_the_phone_hears_why_and_the_customer_stays():
    call, orders = after(ASKED, LegHungUp(LINK, 503, LATER + 20))

    assert of_kind(orders, ReportTransfer) == [ReportTransfer(AGENT_LEG, 503)]
    assert set(room_of(call).of(Mode.TALKING)) == {AGENT_LEG, CUSTOMER_LEG}
    assert cdr_of(call).transferred_by is None


def test_who_is_at_no_station_has_no_other_call():
    fact = asked_by_phone(TALKING, CUSTOMER_LEG, "1002", DIALOG, DIRECTORY, LATER)

    assert fact == TransferAsked(Refusal(Ending.REJECTED), CUSTOMER_LEG, LATER, referred=True)
    call, orders = after(TALKING, fact)
    assert orders == [ReportTransfer(CUSTOMER_LEG, 603)]
    assert call == TALKING


@pytest.mark.parametrize("to", ["1002", "13812345678", "+447700900123"])
def test_who_is_at_no_station_hands_nobody_over(to: str):
    """The tenant would pay for the call that a caller from outside wishes for."""
    call, orders = after(TALKING, asked_by_phone(TALKING, CUSTOMER_LEG, to, "", DIRECTORY, LATER))

    assert orders == [ReportTransfer(CUSTOMER_LEG, 603)]
    assert call == TALKING


def test_a_transfer_that_names_no_other_call_is_a_blind_one():
    fact = asked_by_phone(TALKING, AGENT_LEG, "1002", "", DIRECTORY, LATER)

    assert fact.plan == plan_call(DIRECTORY, ACME, BEN, site_id=BRANCH)
    assert asked_by_phone(TALKING, AGENT_LEG, "1002", DIALOG, DIRECTORY, LATER).plan == LinkPlan(DIALOG)


def test_the_call_ends_when_the_other_one_does_and_when_the_customer_goes():
    for leg_id, other in ((LINK, CUSTOMER_LEG), (CUSTOMER_LEG, LINK)):
        call, orders = after(JOINED, LegHungUp(AGENT_LEG, None, LATER + 50), LegHungUp(leg_id, None, LATER + 9_000))

        assert (call.phase, call.ending) == (Phase.ENDING, Ending.COMPLETED)
        assert HangUp(other, 200) in orders


# -- the call that is asked for


def test_the_other_call_lets_the_customer_in_and_the_agent_go():
    call, orders = taken(consulting())

    assert Answer(FAR_LINK) in orders and HangUp(ANAS_SECOND, 200) in orders
    assert NameLink(TALKING.node_id, LINK, CONSULT, BEN_COMES) in orders
    assert set(room_of(call).of(Mode.TALKING)) == {FAR_LINK, BENS}
    leg = call.leg_of(FAR_LINK)
    assert (leg.role, leg.number, leg.state, leg.joined_call) == (LegRole.OUTSIDE, CUSTOMER, LegState.ANSWERED, CALL)
    assert call.transferred_by == ANA


def test_a_mobile_that_was_consulted_keeps_its_channel_and_its_cost_in_its_own_call():
    call, orders = taken(consulting(MOBILE))

    assert NameLink(TALKING.node_id, LINK, CONSULT, LinkedParty(number=MOBILE)) in orders
    assert call.leg_of(BENS).trunk_held
    call, _ = after(call, LegHungUp(ANAS_SECOND, None, LATER), LegHungUp(FAR_LINK, None, LATER + 60_000))
    assert call.ending is Ending.COMPLETED


def test_of_a_conference_nobody_is_named():
    third = LegId(f"{CONSULT}-3")
    joins = JoinAsked(plan_call(DIRECTORY, ACME, MOBILE), ANAS_SECOND, LATER)
    conference, _ = after(
        consulting(), joins, TrunkGranted(third, CHEAP, 0, LATER + 1), LegAnswered(third, LATER + 2)
    )

    call, orders = taken(conference)

    assert NameLink(TALKING.node_id, LINK, CONSULT, LinkedParty()) in orders
    assert set(room_of(call).of(Mode.TALKING)) == {FAR_LINK, BENS, third}


@pytest.mark.parametrize("call", [dialled(BEN)[0], replace(consulting(), phase=Phase.ENDING)], ids=["rings", "ends"])
def test_a_call_that_does_not_talk_takes_nobody_in(call: Call):
    after_it, orders = taken(call)

    assert orders == [HangUp(FAR_LINK, 480)]
    assert after_it.legs == call.legs


def test_a_party_that_has_left_meanwhile_hands_nobody_over():
    call, _ = after(consulting(), LinkAsked(LegId("link.0"), ANAS_SECOND, LINK_SAID, LATER))

    assert taken(call)[1] == [HangUp(FAR_LINK, 480)]


def test_a_consult_within_the_other_call_is_over_too():
    call = consulting()
    assert taken(after(call, ConsultTurned(ConsultStep.CANCEL, LATER))[0])[0].consult is None


# -- whose call it is


def test_only_the_stations_own_call_of_the_same_tenant_is_found():
    call = consulting()

    assert named_by(call, ACME, LINK_SAID) == ANAS_SECOND
    assert named_by(call, GLOBEX, LINK_SAID) is None, "another tenant's"
    assert named_by(call, ACME, replace(LINK_SAID, extension=Extension("1009"))) is None, "no party of it"
    assert named_by(call, ACME, replace(LINK_SAID, station_tenant_id=GLOBEX)) is None, "another tenant's station"
    assert named_by(call, ACME, replace(LINK_SAID, leg_id=LegId(f"{CONSULT}-3"))) is None, "the call itself"


def test_a_party_that_rings_only_is_none_yet():
    assert named_by(dialled(BEN)[0], ACME, replace(LINK_SAID, leg_id=LegId("x-9"))) is None


def test_who_talks_at_the_other_end_is_busy_with_this_call_too():
    call, _ = after(JOINED, LinkNamed(LINK, CONSULT, BEN_COMES, LATER + 30))

    assert {seat.seat.extension for seat in legs_at_seats(call).values()} == {ANA, BEN}


@pytest.mark.parametrize(
    "link",
    [
        LINK_SAID,
        Link(OTHER_NODE, LINK, ANA, "a~b;c=d%7E@[::1]", GLOBEX, LinkedParty(BEN, SiteId("hq"), TenantId("globex"))),
        Link(OTHER_NODE, LINK, ANA, "x"),
    ],
)
def test_a_link_is_read_as_it_was_written(link: Link):
    text = link_text(link)

    assert link_in(text) == link
    assert not set(text) & set(" ;\r\n")


@pytest.mark.parametrize("text", ["", "~~~~~~~~", "a~b~c", "a~b~c~d~e~f~g~h~i~j", "node~leg-1~~dialog~~~~~"])
def test_what_says_no_link_is_none(text: str):
    assert link_in(text) is None
