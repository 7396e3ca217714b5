"""A caller in line: told of the place, offered to agents, answered, or let go."""

from dataclasses import replace

from callmodel import seats, waiting
from callmodel.agents import Seat, SeatUse
from callmodel.callstate import CallState, LegState, Timer, TimerName
from callmodel.cdr import cdr_of
from callmodel.commands import facts_of
from callmodel.endings import Ending
from callmodel.facts import (
    AgentOffered,
    HangUpAsked,
    LegAnswered,
    LegHungUp,
    LegRang,
    LineLost,
    NodeLost,
    NotQueued,
    Played,
    QueueAsked,
    Queued,
    SuperviseAsked,
    TimerFired,
)
from callmodel.ids import AgentId, Extension, LegId, PromptId, QueueId, RecordingId, SiteId, TenantId
from callmodel.offers import Offer, Offered, OfferEnd
from callmodel.orders import (
    Announce,
    Answer,
    CloseOffer,
    DialStation,
    HangUp,
    JoinQueue,
    LeaveQueue,
    Milestone,
    Play,
    SetRoom,
    SetTimer,
    StartRecording,
    StopPlaying,
)
from callmodel.prompts import Audio, Speech
from callmodel.queues import Queue, Relaxation, SkillNeed
from callmodel.rooms import Mode, Music
from callmodel.routing import plan_call
from callmodel.wantedroom import room_of
from callmodel.wire import TransferCall
from tests.unit.callmodel.stories import (
    ACME,
    AGENT_LEG,
    ANA,
    BEN,
    BRANCH,
    CALL,
    CUSTOMER_LEG,
    DIRECTORY,
    GLOBEX,
    T0,
    TALKING,
    after,
    customer_called,
)

SALES = QueueId("sales")
QUEUE = Queue(ACME, SALES, offer_seconds=15, longest_wait_seconds=300, last_agent_seconds=0)
QUIET = replace(QUEUE, announces_place=False, announce_every_seconds=None)
ANA_SEAT, BEN_SEAT = Seat(ACME, ANA, BRANCH), Seat(ACME, BEN, SiteId("hq"))
AGAIN = JoinQueue(SALES, 2, T0 + 100, to_last_agent=False)
CALLER = AGENT_LEG
"""Who rang us: the leg that a story of an inbound call begins with."""


def entered(queue: Queue = QUIET):
    """A customer who gave up on a busy desk and is in line now."""
    call = customer_called()[0]
    return waiting.enter(replace(call, attempts=(), legs=call.legs[:1]), queue.queue_id, T0 + 100, priority=2)[0]


def in_line(queue: Queue = QUIET):
    return after(entered(), Queued(queue, 2, 95.0, T0 + 110))[0]


def offered(*seats: Seat, token: int = 7):
    agents = tuple(Offered(AgentId(f"u-{seat.extension}"), seat) for seat in seats or (BEN_SEAT,))
    return AgentOffered(QUIET, Offer(ACME, SALES, CALL, token, T0 + 5_000, agents), T0 + 5_000)


RUNG = after(in_line(), offered())[0]
BENS_LEG = RUNG.waiting.rung[0].leg_id


def test_who_gets_in_line_is_taken_up_and_hears_music():
    call = customer_called()[0]
    call, orders = waiting.enter(replace(call, attempts=()), SALES, T0 + 100, priority=2)

    assert orders == [Answer(CALLER), AGAIN, Announce(Milestone.QUEUED)]
    assert call.state is CallState.WAITING
    assert room_of(call).of(Mode.HOLDING) == (CALLER,)


def test_the_place_is_told_at_once_and_again_after_a_while():
    call, orders = after(entered(), Queued(QUEUE, 2, 95.0, T0 + 110))
    said = (Speech("There are 2 callers before you."), Speech("The expected wait is about 2 minutes."))

    assert Play(CALLER, "w1", said, "en") in orders
    assert room_of(call).of(Mode.HOLDING) == (CALLER,)
    heard, orders = after(call, Played(CALLER, "w1", T0 + 4_000))
    assert orders == []
    _, orders = after(heard, TimerFired(TimerName.ANNOUNCEMENT, T0 + 30_110))
    assert orders == [AGAIN]


def test_a_queue_that_announces_nothing_leaves_the_music_alone():
    call, orders = after(entered(), Queued(replace(QUEUE, announce_every_seconds=None), 2, 95.0, T0 + 110))

    assert not any(isinstance(order, Play) for order in orders) and call.playing is None


def test_each_queue_has_its_own_music():
    call, orders = after(entered(), Queued(replace(QUIET, music=PromptId("piano")), 0, None, T0))

    assert orders[0] == SetRoom(room_of(call))
    assert room_of(call).parties[0].music == Music(ACME, PromptId("piano"))


def test_comfort_messages_take_turns():
    queue = replace(QUEUE, announces_place=False, comfort=(PromptId("sorry"), PromptId("web")))
    call, first = after(entered(), Queued(queue, 2, None, T0))
    call, second = after(call, Played(CALLER, "w1", T0), TimerFired(TimerName.ANNOUNCEMENT, T0 + 60_000))
    call, second = after(call, Queued(queue, 1, None, T0 + 60_001))

    assert [order.prompts for order in (*first, *second) if isinstance(order, Play)] == [
        (Audio(PromptId("sorry")),),
        (Audio(PromptId("web")),),
    ]


def test_others_are_offered_when_skills_are_relaxed():
    queue = replace(QUIET, needs=(SkillNeed("english", 7),), relaxations=(Relaxation(30),))
    call = after(entered(), Queued(queue, 0, None, T0 + 110))[0]

    assert {timer.name: timer.due_ms for timer in call.timers}[TimerName.RELAXATION] == T0 + 30_100
    assert after(call, TimerFired(TimerName.RELAXATION, T0 + 30_100))[1] == [AGAIN]


def test_a_free_agent_is_rung_while_the_music_goes_on():
    call, orders = after(in_line(), offered())

    assert orders == [DialStation(LegId(f"{CALL}-3"), BEN, SiteId("hq"), "+86138****5678", 15)]
    assert room_of(call).of(Mode.HOLDING) == (CALLER,)
    assert after(call, LegRang(BENS_LEG, T0 + 5_100))[1] == [Announce(Milestone.RINGING)]


def test_an_offer_told_twice_rings_once():
    assert after(RUNG, offered())[1] == []


def test_an_agent_of_another_tenants_station_is_rung_there():
    seat = Seat(TenantId("firm"), Extension("2001"), SiteId("hq"))
    call, orders = after(in_line(), offered(seat))

    assert orders[0].tenant_id == TenantId("firm")
    assert [change.seat for change in seats.changes(in_line(), call)] == [seat]


def test_the_agent_who_answers_has_the_customer_recorded_from_the_first_word():
    call, orders = after(RUNG, LegRang(BENS_LEG, T0 + 5_100), LegAnswered(BENS_LEG, T0 + 7_000))

    assert orders == [
        StartRecording(RecordingId(f"{CALL}-r1"), CALLER),
        SetRoom(room_of(call)),
        Announce(Milestone.ANSWERED),
        CloseOffer(SALES, AgentId("u-1002"), 7, OfferEnd.ANSWERED),
    ]
    assert room_of(call).of(Mode.TALKING) == tuple(sorted((CALLER, BENS_LEG)))
    assert (call.extension, call.agent_id, call.waiting, call.waited_ms) == (BEN, "u-1002", None, 6_900)


def test_what_is_being_said_stops_when_the_agent_answers():
    speaking = after(entered(), Queued(QUEUE, 0, None, T0), offered())[0]
    orders = after(speaking, LegAnswered(speaking.waiting.rung[0].leg_id, T0 + 9_000))[1]

    assert orders.index(StopPlaying(CALLER, "w1")) < next(n for n, o in enumerate(orders) if isinstance(o, SetRoom))


def test_an_agent_who_does_not_answer_leaves_the_caller_in_line():
    rang = after(RUNG, LegRang(BENS_LEG, T0 + 5_100))[0]
    call, orders = after(rang, LegHungUp(BENS_LEG, 480, T0 + 20_000))

    assert orders == [CloseOffer(SALES, AgentId("u-1002"), 7, OfferEnd.NO_ANSWER)]
    assert call.state is CallState.WAITING and not call.waiting.rung
    _, orders = after(call, offered(ANA_SEAT, token=8))
    assert isinstance(orders[0], DialStation)


def test_a_phone_that_is_not_there_and_one_that_declines_are_told_apart():
    for code, end in ((480, OfferEnd.UNREACHABLE), (486, OfferEnd.DECLINED), (603, OfferEnd.DECLINED)):
        assert after(RUNG, LegHungUp(BENS_LEG, code, T0))[1] == [CloseOffer(SALES, AgentId("u-1002"), 7, end)]


def test_of_several_who_are_rung_the_first_has_the_call():
    both = after(in_line(), offered(BEN_SEAT, ANA_SEAT))[0]
    anas_leg = both.waiting.rung[1].leg_id
    call, orders = after(both, LegAnswered(anas_leg, T0 + 8_000))

    assert HangUp(BENS_LEG, 487) in orders
    closed = [order for order in orders if isinstance(order, CloseOffer)]
    assert closed == [CloseOffer(SALES, AgentId("u-1001"), 7, OfferEnd.ANSWERED)]
    assert after(call, LegAnswered(BENS_LEG, T0 + 8_010))[1][0] == HangUp(BENS_LEG, 200)


def test_a_newer_offer_takes_the_place_of_the_one_that_stands():
    call, orders = after(RUNG, offered(ANA_SEAT, token=8))

    assert orders[0] == HangUp(BENS_LEG, 487) and isinstance(orders[1], DialStation)
    assert [(each.agent_id, each.token) for each in call.waiting.rung] == [("u-1001", 8)]
    both, orders = after(RUNG, offered(BEN_SEAT, ANA_SEAT, token=8))
    assert [type(order) for order in orders] == [DialStation]
    assert [each.token for each in both.waiting.rung] == [8, 8]


def test_a_caller_who_gives_up_is_out_of_line_and_stops_the_ringing():
    call, orders = after(RUNG, LegHungUp(CALLER, None, T0 + 9_000))

    assert call.ending is Ending.ABANDONED
    assert orders == [
        HangUp(BENS_LEG, 487),
        CloseOffer(SALES, AgentId("u-1002"), 7, OfferEnd.WITHDRAWN),
        LeaveQueue(SALES, abandoned=True),
    ]
    ended = after(call, LegHungUp(BENS_LEG, 487, T0 + 9_010))[0]
    record = cdr_of(ended)
    assert (record.queue_id, record.agent_id, record.queue_seconds) == (SALES, None, 8.9)


def test_an_agent_who_was_reserved_too_late_is_given_back():
    talking = after(RUNG, LegAnswered(BENS_LEG, T0 + 7_000))[0]
    for call in (talking, after(RUNG, HangUpAsked(T0 + 7_000))[0]):
        late = offered(ANA_SEAT, token=9)
        assert after(call, late)[1] == [CloseOffer(SALES, AgentId("u-1001"), 9, OfferEnd.WITHDRAWN)]


def test_the_longest_wait_ends_it():
    call, orders = after(RUNG, TimerFired(TimerName.LONGEST_WAIT, T0 + 300_100))

    assert call.ending is Ending.NO_ANSWER
    assert LeaveQueue(SALES) in orders and HangUp(CALLER, 200) in orders


def test_a_queue_that_takes_nobody_ends_the_wait():
    assert after(entered(), NotQueued(SALES, "full", T0))[0].ending is Ending.NO_ANSWER


def test_while_hot_state_is_away_who_is_in_line_stays():
    for call in (entered(), in_line()):
        call, orders = after(call, NotQueued(SALES, "away", T0 + 2_000))
        assert orders == [SetTimer(Timer(TimerName.RELAXATION, T0 + 3_000))]
        assert after(call, TimerFired(TimerName.RELAXATION, T0 + 3_000))[1] == [AGAIN]
    assert after(in_line(), NotQueued(SALES, "away", T0 + 60_000))[0].state is CallState.WAITING


def test_who_could_never_get_in_line_is_let_go_after_a_while():
    assert after(entered(), NotQueued(SALES, "away", T0 + 11_000))[0].ending is Ending.NO_ANSWER


def test_a_customer_who_was_handed_over_is_not_let_go_for_want_of_hot_state():
    handed_over = after(TALKING, QueueAsked(SALES, AGENT_LEG, T0 + 10_000))[0]

    call, orders = after(handed_over, NotQueued(SALES, "away", T0 + 90_000))
    assert call.state is CallState.WAITING
    assert orders == [SetTimer(Timer(TimerName.RELAXATION, T0 + 91_000))]


def test_old_news_of_another_queue_changes_nothing():
    other = replace(QUIET, queue_id=QueueId("other"))

    assert after(in_line(), NotQueued(other.queue_id, "full", T0)) == (in_line(), [])
    assert after(in_line(), Queued(other, 0, None, T0)) == (in_line(), [])


def test_a_customer_is_handed_over_to_a_queue():
    call, orders = after(TALKING, QueueAsked(SALES, AGENT_LEG, T0 + 10_000, 5))

    assert orders == [
        SetRoom(room_of(call)),
        JoinQueue(SALES, 5, T0 + 10_000, to_last_agent=False),
        Announce(Milestone.QUEUED),
        HangUp(AGENT_LEG, 200),
    ]
    assert room_of(call).of(Mode.HOLDING) == (CUSTOMER_LEG,)
    call = after(call, LegHungUp(AGENT_LEG, None, T0 + 10_100), Queued(QUIET, 0, None, T0), offered())[0]
    call, orders = after(call, LegAnswered(call.waiting.rung[0].leg_id, T0 + 15_000))
    assert Announce(Milestone.CHANGED) in orders
    assert call.transferred_by == ANA and call.answered_ms == TALKING.answered_ms


def test_seats_are_busy_from_the_first_ring_to_the_last_word():
    talking = after(RUNG, LegAnswered(BENS_LEG, T0 + 7_000))[0]
    over = after(talking, LegHungUp(BENS_LEG, None, T0 + 9_000))[0]

    steps = [(in_line(), RUNG), (RUNG, talking), (talking, over)]
    told = [(each.use, each.queue_id, each.spoke) for before, then in steps for each in seats.changes(before, then)]
    assert told == [(SeatUse.RINGING, None, False), (SeatUse.TALKING, SALES, False), (SeatUse.GONE, SALES, True)]
    assert over.leg_of(BENS_LEG).state is LegState.ENDED


def test_an_offer_that_is_told_again_after_its_end_rings_nobody_and_ends_again():
    gone = after(RUNG, LegRang(BENS_LEG, T0 + 5_100), LegHungUp(BENS_LEG, 480, T0 + 20_000))[0]

    assert after(gone, offered())[1] == [CloseOffer(SALES, AgentId("u-1002"), 7, OfferEnd.NO_ANSWER)]
    assert isinstance(after(gone, offered(token=8))[1][0], DialStation)
    assert isinstance(after(gone, LineLost(T0 + 30_000), offered())[1][0], DialStation)


def test_who_is_lost_with_the_node_keeps_the_place():
    for call in (in_line(), RUNG):
        orders = after(call, NodeLost(T0 + 9_000))[1]
        assert orders[0] == LeaveQueue(SALES, keeps_place=True, abandoned=True)


def test_the_longest_call_goes_on_in_line_and_is_over_there_too():
    limits = replace(TALKING.plan.limits, longest_call_minutes=60)
    plan = replace(TALKING.plan, limits=limits)
    end_ms = T0 + 3_600_000
    timed = replace(TALKING, plan=plan, timers=(Timer(TimerName.LONGEST_CALL, end_ms),))
    waits = after(timed, QueueAsked(SALES, AGENT_LEG, T0 + 10_000))[0]
    assert after(waits, TimerFired(TimerName.LONGEST_CALL, end_ms))[0].ending is Ending.TOO_LONG

    rung = after(waits, offered())[0]
    again = after(rung, LegAnswered(rung.waiting.rung[0].leg_id, T0 + 20_000))[0]
    assert Timer(TimerName.LONGEST_CALL, end_ms) in again.timers


def test_a_supervisor_is_let_go_when_the_customer_goes_into_a_queue():
    listens = SuperviseAsked(plan_call(DIRECTORY, ACME, BEN), Mode.LISTENING, AGENT_LEG, T0 + 9_000)
    attended = after(TALKING, listens)[0]
    supervisor = attended.attempts[0].leg_id
    attended = after(attended, LegAnswered(supervisor, T0 + 9_500))[0]

    orders = after(attended, QueueAsked(SALES, AGENT_LEG, T0 + 10_000))[1]
    assert HangUp(supervisor, 200) in orders


def test_nobody_lets_a_customer_go_for_a_queue_that_the_tenant_does_not_have():
    ours = replace(DIRECTORY, queues=(QUEUE, replace(QUEUE, tenant_id=GLOBEX, queue_id=QueueId("theirs"))))
    asked = [
        facts_of(TransferCall(CALL, ACME, f"queue:{name}"), TALKING, ours, T0) for name in ("theirs", "", "sales")
    ]

    assert asked == [[], [], [QueueAsked(SALES, AGENT_LEG, T0)]]
