"""A campaign's call: the claim, the customer, then an agent within the grace, or a word from whom it was."""

from dataclasses import replace

from callmodel.agents import Seat
from callmodel.calls import Step, begin
from callmodel.callstate import Call, CallState, Phase, TimerName
from callmodel.campaigns.called import CalledLead
from callmodel.campaigns.document import CallerPool, CampaignKind
from callmodel.campaigns.facts import ClaimTold, LeadDue
from callmodel.campaigns.meeting import FIRST, meeting_of
from callmodel.campaigns.progress import LeadState, progress_of
from callmodel.campaigns.results import AttemptResult
from callmodel.cdr import cdr_of
from callmodel.endings import Ending
from callmodel.facts import (
    AgentOffered,
    DigitPressed,
    HangUpAsked,
    LegAnswered,
    LegHungUp,
    NodeLost,
    Played,
    Queued,
    SpendStopped,
    TimerFired,
    TrunkGranted,
    TrunkRefused,
)
from callmodel.flows.document import Flow
from callmodel.flows.nodes import HangUpNode, MenuNode, QueueChoice, QueueNode
from callmodel.ids import AgentId, FlowId, LeadId, QueueId, SiteId
from callmodel.limits import Limits
from callmodel.offers import Offer, Offered, OfferEnd
from callmodel.orders import (
    Announce,
    ClaimTrunk,
    CloseOffer,
    DialStation,
    HangUp,
    JoinQueue,
    Milestone,
    OptOut,
    Order,
    Play,
    StartRecording,
    TakeLead,
)
from callmodel.prompts import Speech
from callmodel.queues import Queue
from callmodel.rooms import Mode
from callmodel.routing import Refusal, plan_call
from callmodel.wantedroom import room_of
from tests.unit.callmodel.campaigns.campaign_stories import CAMPAIGN
from tests.unit.callmodel.stories import (
    ACME,
    BEN,
    CALL,
    CHEAP,
    CUSTOMER,
    DIRECTORY,
    NODE,
    T0,
    TENANT,
    after,
    with_tenant,
)

SALES = QueueId("sales")
QUEUE = Queue(ACME, SALES)
SPRING = replace(CAMPAIGN, callers=CallerPool(), opt_out_key="9", name="Acme")
FIRST_LEG, SECOND_LEG = f"{CALL}-1", f"{CALL}-2"
BEN_SEAT = Seat(ACME, BEN, SiteId("hq"))


def due(campaign=SPRING, directory=DIRECTORY, plan=None) -> Step:
    flow = meeting_of(directory, directory.tenant_of(ACME), campaign)
    lead = CalledLead(campaign.campaign_id, LeadId("list.1"), campaign.pool, "token", flow, campaign.opt_out_key)
    return begin(LeadDue(CALL, ACME, NODE, CUSTOMER, lead, T0), plan or plan_call(directory, ACME, CUSTOMER))


def of_kind(given: list[Order], kind: type) -> list[Order]:
    return [each for each in given if isinstance(each, kind)]


TAKEN = after(due()[0], ClaimTold(True, T0 + 1))[0]
RINGS = after(TAKEN, TrunkGranted(FIRST_LEG, CHEAP, 0, T0 + 2))[0]
ANSWERED_MS = T0 + 5_000
ANSWERED, ON_ANSWER = after(RINGS, LegAnswered(FIRST_LEG, ANSWERED_MS))
IN_LINE = after(ANSWERED, Queued(QUEUE, 0, None, ANSWERED_MS + 5))[0]


def offered(call: Call) -> Step:
    agents = (Offered(AgentId("ben"), BEN_SEAT),)
    return after(call, AgentOffered(QUEUE, Offer(ACME, SALES, CALL, 7, T0, agents), ANSWERED_MS + 10))


def test_nothing_is_dialled_before_the_claim_is_the_calls():
    call, given = due()

    assert given == [Announce(Milestone.STARTED), TakeLead()]
    assert progress_of(call) is None
    _, given = after(call, ClaimTold(True, T0 + 1))
    assert [type(each) for each in given] == [ClaimTrunk]
    assert progress_of(TAKEN).state is LeadState.TAKEN


def test_a_number_that_is_another_calls_is_left_alone():
    call, given = after(due()[0], ClaimTold(False, T0 + 1))

    assert call.ending is Ending.CLAIM_LAPSED and of_kind(given, ClaimTrunk) == []
    assert cdr_of(call).result is AttemptResult.CANCELLED
    assert after(RINGS, ClaimTold(False, T0 + 9)) == (RINGS, []), "it was dialled already: no news takes that back"
    assert after(RINGS, ClaimTold(True, T0 + 9)) == (RINGS, [])


def test_who_answers_is_recorded_and_waits_in_silence_and_first_of_all():
    assert of_kind(ON_ANSWER, StartRecording) == [StartRecording(f"{CALL}-r1", FIRST_LEG)]
    assert ON_ANSWER[0] == StartRecording(f"{CALL}-r1", FIRST_LEG), "from the first word"
    (joined,) = of_kind(ON_ANSWER, JoinQueue)
    assert (joined.priority, joined.to_last_agent) == (FIRST, False)
    assert ANSWERED.state is CallState.WAITING
    assert room_of(ANSWERED).of(Mode.HEARING) == (FIRST_LEG,) and not room_of(ANSWERED).of(Mode.HOLDING)
    assert not of_kind(after(ANSWERED, Queued(QUEUE, 3, 90.0, ANSWERED_MS + 5))[1], Play), "no place is told"


def test_an_agent_is_rung_by_a_phone_that_is_asked_to_answer_itself():
    call, given = offered(IN_LINE)
    (rung,) = of_kind(given, DialStation)

    assert rung.answers and rung.shown == "+86138****5678"
    call, given = after(call, LegAnswered(SECOND_LEG, ANSWERED_MS + 500))
    assert CloseOffer(SALES, AgentId("ben"), 7, OfferEnd.ANSWERED) in given
    assert not of_kind(given, StartRecording), "it is recorded already"
    assert (call.phase, call.extension, call.agent_id) == (Phase.TALKING, BEN, "ben")
    told = progress_of(call)
    assert (told.state, told.connected_ms - told.answered_ms) == (LeadState.CONNECTED, 500)


def test_whom_no_agent_takes_in_time_hears_who_called_and_is_let_go():
    ringing, _ = offered(IN_LINE)
    late = ANSWERED_MS + 2_000
    call, given = after(ringing, TimerFired(TimerName.LONGEST_WAIT, late))
    (said,) = of_kind(given, Play)

    assert "Acme" in said.prompts[0].text and HangUp(SECOND_LEG, 487) in given
    told = progress_of(call)
    assert (told.state, told.result) == (LeadState.ANSWERED, AttemptResult.ABANDONED)
    call, _ = after(call, LegHungUp(SECOND_LEG, 487, late), Played(FIRST_LEG, said.play_id, late + 4_000))
    call, _ = after(call, LegHungUp(FIRST_LEG, None, late + 4_100))
    cdr = cdr_of(call)
    assert (cdr.ending, cdr.result, cdr.queue_seconds) == (Ending.NO_AGENT, AttemptResult.ABANDONED, 2.0)


def test_the_grace_counts_from_the_answer_also_where_hot_state_is_away():
    (timer,) = [each for each in ANSWERED.timers if each.name is TimerName.LONGEST_WAIT]

    assert timer.due_ms == ANSWERED_MS + 2_000


def test_who_hangs_up_within_the_grace_was_not_abandoned():
    call, _ = after(IN_LINE, LegHungUp(FIRST_LEG, None, ANSWERED_MS + 800))

    assert cdr_of(call).result is AttemptResult.HUNG_UP


def test_each_way_not_to_answer_is_a_result_of_its_own():
    results = {}
    for code in (486, 480, 603, 404, 500):
        # The other trunk says the same.
        call = after(RINGS, LegHungUp(FIRST_LEG, code, T0 + 9))[0]
        if call.phase is not Phase.ENDED:
            call = after(call, TrunkRefused(SECOND_LEG, Ending.TRUNK_CHANNELS_EXHAUSTED, T0 + 10))[0]
        results[code] = cdr_of(call).result
    assert results == {
        486: AttemptResult.BUSY,
        480: AttemptResult.NO_ANSWER,
        603: AttemptResult.REJECTED,
        404: AttemptResult.DEAD,
        500: AttemptResult.FAILED,
    }
    assert cdr_of(due(plan=Refusal(Ending.NO_TRUNK))[0]).result is AttemptResult.FAILED


def test_the_spend_limit_ends_it_as_the_customers_leg_is_what_costs():
    call, _ = after(IN_LINE, SpendStopped(ANSWERED_MS + 100))

    assert call.ending is Ending.SPEND_LIMIT_REACHED


def test_the_longest_call_holds_for_called_customers_too():
    directory = with_tenant(limits=Limits(longest_call_minutes=1))
    call = after(due(directory=directory)[0], ClaimTold(True, T0), TrunkGranted(FIRST_LEG, CHEAP, 0, T0))[0]
    call = after(call, LegAnswered(FIRST_LEG, T0))[0]
    call = after(call, Queued(QUEUE, 0, None, T0), TimerFired(TimerName.LONGEST_CALL, T0 + 60_000))[0]

    assert call.ending is Ending.TOO_LONG


ASKS = Flow(
    FlowId("offer"),
    "menu",
    {
        "menu": MenuNode({"1": "agent"}, "bye", (Speech("Press one to speak with us, nine to hear of us no more."),)),
        "agent": QueueNode((QueueChoice(SALES),), otherwise="bye"),
        "bye": HangUpNode(),
    },
    tenant_id=ACME,
)


def told_by_a_flow() -> Call:
    directory = replace(DIRECTORY, tenants=(TENANT,), flows=(ASKS,))
    campaign = replace(SPRING, kind=CampaignKind.AGENTLESS, flow_id=ASKS.flow_id)
    call = after(due(campaign, directory)[0], ClaimTold(True, T0), TrunkGranted(FIRST_LEG, CHEAP, 0, T0))[0]
    return after(call, LegAnswered(FIRST_LEG, ANSWERED_MS))[0]


def test_a_campaign_without_agents_lets_its_flow_speak_and_leads_to_one_by_key():
    call, given = after(told_by_a_flow(), DigitPressed(FIRST_LEG, "1", ANSWERED_MS + 900))

    assert of_kind(given, JoinQueue) and call.phase is Phase.WAITING
    assert cdr_of(call).flow_id == "offer"


def test_the_opt_out_key_is_heard_at_once_and_kept_in_the_record():
    call, given = after(told_by_a_flow(), DigitPressed(FIRST_LEG, "9", ANSWERED_MS + 900))
    (said,) = of_kind(given, Play)

    assert OptOut() in given and said.prompts[0].text.startswith("You will not be called again")
    call, _ = after(call, Played(FIRST_LEG, said.play_id, ANSWERED_MS + 3_000))
    call, _ = after(call, LegHungUp(FIRST_LEG, None, ANSWERED_MS + 3_100))
    assert cdr_of(call).opted_out and cdr_of(call).ending is Ending.SELF_SERVED
    assert cdr_of(call).result is AttemptResult.CONNECTED


def test_who_may_have_been_rung_is_not_called_at_once_again():
    for fact in (NodeLost(T0 + 900), HangUpAsked(T0 + 900)):
        call = after(RINGS, fact)[0]
        if call.phase is not Phase.ENDED:
            call = after(call, LegHungUp(FIRST_LEG, 487, T0 + 950))[0]
        assert cdr_of(call).result is AttemptResult.NO_ANSWER
    assert cdr_of(after(TAKEN, NodeLost(T0 + 900))[0]).result is AttemptResult.FAILED, "nobody was dialled yet"
