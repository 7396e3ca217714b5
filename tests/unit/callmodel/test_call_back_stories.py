"""A customer is called back when it is their turn: the agent's phone rings, then the customer's; told as stories."""

from dataclasses import replace

import pytest

from callmodel.agents import Seat
from callmodel.beginnings import CallBackDue
from callmodel.callbacks import CallBack, after_failure, may_be_kept
from callmodel.calls import Step, begin
from callmodel.callstate import Call, Direction, LegRole, Phase
from callmodel.cdr import cdr_of
from callmodel.endings import Ending
from callmodel.facts import (
    AgentOffered,
    HangUpAsked,
    LegAnswered,
    LegHungUp,
    LegRang,
    NotQueued,
    Queued,
    TrunkGranted,
)
from callmodel.ids import E164, AgentId, CallId, Extension, LegId, QueueId, SiteId
from callmodel.limits import Limits
from callmodel.offers import Offer, Offered, OfferEnd
from callmodel.orders import (
    ClaimTrunk,
    CloseOffer,
    DialStation,
    DialTrunk,
    EndCallBack,
    HangUp,
    LeaveQueue,
    Order,
    Play,
    SetRoom,
    StartRecording,
)
from callmodel.queues import Queue
from callmodel.rooms import Mode
from callmodel.routing import Refusal, plan_call
from callmodel.seats import SeatUse, changes
from callmodel.wantedroom import room_of
from tests.unit.callmodel.stories import ACME, BEIJING, BEN, CHEAP, CUSTOMER, DEAR, DIRECTORY, NODE, T0, after

BACK = CallId("0193-back")
SALES = Queue(ACME, QueueId("sales"), longest_wait_seconds=60)
SINCE = T0 - 600_000
HELD = CallBack(
    BACK, ACME, SALES.queue_id, CUSTOMER, BEIJING, CallId("asked"), SINCE, T0 + 3_600_000, language="zh-CN"
)
ANA_ID, BEN_ID = AgentId("u-ana"), AgentId("u-ben")
SEATS = {ANA_ID: Seat(ACME, Extension("1001"), SiteId("branch-1")), BEN_ID: Seat(ACME, BEN, SiteId("hq"))}
AGENT, SECOND = LegId(f"{BACK}-1"), LegId(f"{BACK}-2")


def offer(*agents: AgentId, token: int = 1) -> Offer:
    return Offer(ACME, SALES.queue_id, BACK, token, T0, tuple(Offered(each, SEATS[each]) for each in agents))


def due(call_back: CallBack = HELD, *agents: AgentId) -> CallBackDue:
    return CallBackDue(BACK, ACME, NODE, CUSTOMER, call_back, SALES, offer(*(agents or (ANA_ID,))), T0)


def begun(call_back: CallBack = HELD, *agents: AgentId) -> Step:
    return begin(due(call_back, *agents), plan_call(DIRECTORY, ACME, CUSTOMER, wanted_caller=BEIJING))


def of_kind(orders: list[Order], kind: type) -> list[Order]:
    return [order for order in orders if isinstance(order, kind)]


REACHING = after(begun()[0], LegRang(AGENT, T0 + 500), LegAnswered(AGENT, T0 + 3_000))[0]
CALLING = after(REACHING, TrunkGranted(SECOND, CHEAP, 0, T0 + 3_005), LegRang(SECOND, T0 + 4_000))[0]


def test_the_agents_phone_rings_first_and_shows_whom_it_is_about():
    call, orders = begun()

    (rung,) = of_kind(orders, DialStation)
    assert (rung.leg_id, rung.extension, rung.shown) == (AGENT, "1001", "+86138****5678")
    assert (call.direction, call.phase, call.number) == (Direction.OUTBOUND, Phase.WAITING, CUSTOMER)
    assert not of_kind(orders, ClaimTrunk), "nobody outside is called before an agent is there"


def test_the_customer_is_called_once_the_agent_has_answered_who_hears_it_ring():
    call, orders = after(begun()[0], LegAnswered(AGENT, T0 + 3_000))

    assert of_kind(orders, CloseOffer) == [CloseOffer(SALES.queue_id, ANA_ID, 1, OfferEnd.ANSWERED)]
    assert len(of_kind(orders, ClaimTrunk)) == 1
    call, orders = after(call, TrunkGranted(SECOND, CHEAP, 0, T0 + 3_005))
    assert of_kind(orders, DialTrunk)[0].caller_number == BEIJING, "the number that the customer rang"
    assert room_of(CALLING).of(Mode.RINGBACK) == (AGENT,)


def test_customer_and_agent_talk_recorded_and_the_place_is_done():
    call, orders = after(CALLING, LegAnswered(SECOND, T0 + 9_000))

    assert set(room_of(call).of(Mode.TALKING)) == {AGENT, SECOND}
    assert of_kind(orders, EndCallBack) == [EndCallBack(reached=True)]
    assert of_kind(orders, StartRecording)[0].leg_id == SECOND
    record = cdr_of(after(call, LegHungUp(SECOND, None, T0 + 60_000), LegHungUp(AGENT, None, T0 + 60_010))[0])
    assert (record.ending, record.agent_id, record.extension, record.call_back) == (
        Ending.COMPLETED, ANA_ID, "1001", "asked",
    )  # fmt: skip
    assert (record.queue_id, record.queue_seconds, record.missed) == ("sales", 603.0, None)
    assert [leg.role for leg in record.legs] == [LegRole.AGENT, LegRole.CUSTOMER]


def test_the_agent_writes_after_it_as_after_any_call_of_the_queue():
    talking, _ = after(CALLING, LegAnswered(SECOND, T0 + 9_000))
    gone, _ = after(talking, LegHungUp(AGENT, None, T0 + 60_000))

    (told,) = changes(talking, gone)
    assert (told.use, told.queue_id, told.spoke) == (SeatUse.GONE, "sales", True)


@pytest.mark.parametrize("code, ending", [(486, Ending.BUSY), (480, Ending.NO_ANSWER), (404, Ending.NUMBER_INVALID)])
def test_a_customer_who_is_not_reached_is_called_again_by_rule(code: int, ending: Ending):
    call, orders = after(CALLING, LegHungUp(SECOND, code, T0 + 20_000))

    assert HangUp(AGENT, 200) in orders
    assert of_kind(orders, EndCallBack) == [EndCallBack(reached=False)]
    record = cdr_of(after(call, LegHungUp(AGENT, None, T0 + 20_010))[0])
    assert (record.ending, record.missed) == (ending, None), "it is not the last one: nobody has to follow it up"


def test_the_next_trunk_is_tried_before_the_call_counts_as_one_in_vain():
    call, orders = after(CALLING, LegHungUp(SECOND, 503, T0 + 5_000))

    assert of_kind(orders, ClaimTrunk) and not of_kind(orders, EndCallBack)
    call, orders = after(call, TrunkGranted(LegId(f"{BACK}-3"), DEAR, 0, T0 + 5_005))
    assert of_kind(orders, DialTrunk)


def test_after_the_last_one_people_follow_it_up():
    last = replace(HELD, tries=2)
    call, _ = after(
        begun(last)[0], LegAnswered(AGENT, T0), TrunkGranted(SECOND, CHEAP, 0, T0), LegHungUp(SECOND, 486, T0 + 1_000)
    )

    assert cdr_of(after(call, LegHungUp(AGENT, None, T0 + 1_010))[0]).missed == "call-back"


def test_an_agent_who_does_not_answer_is_another_ones_turn_and_no_try():
    call, orders = after(begun()[0], LegRang(AGENT, T0 + 500), LegHungUp(AGENT, 480, T0 + 20_000))

    assert orders[0] == CloseOffer(SALES.queue_id, ANA_ID, 1, OfferEnd.NO_ANSWER)
    assert call.phase is Phase.WAITING
    _, orders = after(call, AgentOffered(SALES, offer(BEN_ID, token=2), T0 + 20_010))
    assert of_kind(orders, DialStation)[0].extension == BEN


def test_of_agents_who_ring_together_the_first_has_the_customer():
    call, _ = begun(HELD, ANA_ID, BEN_ID)
    call, orders = after(call, LegAnswered(SECOND, T0 + 2_000))

    assert HangUp(AGENT, 487) in orders
    assert (call.agent_id, call.origin_leg) == (BEN_ID, SECOND)


def test_nothing_is_said_to_nobody_and_no_wait_is_too_long():
    call, _ = after(begun()[0], LegHungUp(AGENT, 486, T0 + 1_000))

    call, orders = after(call, Queued(SALES, 3, 90.0, T0 + 1_005), NotQueued(SALES.queue_id, "away", T0 + 2_000))
    assert not of_kind(orders, Play) and call.phase is Phase.WAITING
    assert all(timer.name.value == "relaxation" for timer in call.timers)


def test_a_number_that_may_not_be_called_lets_place_and_agents_go():
    call, orders = begin(due(), Refusal(Ending.DESTINATION_BLOCKED))

    assert (call.phase, call.ending) == (Phase.ENDED, Ending.DESTINATION_BLOCKED)
    assert (
        CloseOffer(SALES.queue_id, ANA_ID, 1, OfferEnd.WITHDRAWN) in orders and LeaveQueue(SALES.queue_id) in orders
    )
    assert of_kind(orders, EndCallBack) == [EndCallBack(reached=False)]


@pytest.mark.parametrize(
    "call", [begun()[0], REACHING, CALLING], ids=["rings the agent", "claims", "rings the customer"]
)
def test_who_ends_it_by_click_ends_this_try_alone(call: Call):
    ended, orders = after(call, HangUpAsked(T0 + 30_000, "u-boss"))

    assert ended.phase is Phase.ENDING
    assert of_kind(orders, EndCallBack) == [EndCallBack(reached=False)]
    assert not of_kind(orders, SetRoom)


def test_a_call_in_vain_is_made_again_later_so_often_and_no_longer():
    second = after_failure(HELD, CallId("second"), T0)
    assert second is not None
    assert (second.call_id, second.due_ms, second.tries, second.since_ms) == ("second", T0 + 600_000, 1, SINCE)
    third = after_failure(second, CallId("third"), T0 + 700_000)
    assert third is not None and after_failure(third, CallId("fourth"), T0 + 1_400_000) is None


def test_nobody_is_called_after_the_time_that_was_set():
    assert after_failure(replace(HELD, until_ms=T0 + 600_000), CallId("second"), T0) is None


@pytest.mark.parametrize(
    ("number", "limits", "kept"),
    [
        ("+8613812345678", Limits(), True),
        ("+2526112345", Limits(), False),
        ("+8816123456", Limits(), False),
        ("+85221234567", Limits(allowed_prefixes=("+852",)), True),
        ("+85221234567", Limits(allowed_prefixes=("+852",), blocked_prefixes=("+8522",)), False),
        ("+8613812345678", Limits(blocked_prefixes=("+86138",)), False),
    ],
)
def test_a_number_that_anybody_may_forge_leads_nowhere_dear(number: str, limits: Limits, *, kept: bool):
    """Who calls in with a number of a far country would have the tenant call it, by an agent, and pay for it."""
    assert may_be_kept(E164(number), BEIJING, limits) is kept
