"""A lead that an agent has looked at and dials: the claim, the agent's phone, the customer, and what is counted."""

from callmodel import orders
from callmodel.agents import Seat
from callmodel.calls import begin
from callmodel.callstate import Call, CallState, Phase
from callmodel.campaigns.called import CalledLead, CallingAgent
from callmodel.campaigns.facts import ClaimTold, LeadDue
from callmodel.campaigns.progress import LeadState, progress_of
from callmodel.campaigns.results import AttemptResult
from callmodel.cdr import cdr_of
from callmodel.endings import Ending
from callmodel.facts import HangUpAsked, LegAnswered, LegHungUp, LegRang, TrunkGranted
from callmodel.ids import AgentId, CampaignId, LeadId, LegId, ProviderId, QueueId
from callmodel.orders import Announce, DialStation, DialTrunk, Milestone, Order, StartRecording, TakeLead
from callmodel.routing import plan_call
from callmodel.seats import changes
from tests.unit.callmodel.stories import ACME, ANA, BRANCH, CALL, CHEAP, CUSTOMER, DIRECTORY, NODE, T0, after

AGENT_LEG, CUSTOMER_LEG = LegId(f"{CALL}-1"), LegId(f"{CALL}-2")
SALES = QueueId("sales")
AGENT = CallingAgent(AgentId("u-ana"), Seat(ACME, ANA, BRANCH), SALES)
LEAD = CalledLead(CampaignId("spring"), LeadId("list.1"), ProviderId("hq"), "token", None, agent=AGENT)

DUE, ON_BEGIN = begin(LeadDue(CALL, ACME, NODE, CUSTOMER, LEAD, T0), plan_call(DIRECTORY, ACME, CUSTOMER))
TAKEN, ON_TAKEN = after(DUE, ClaimTold(True, T0 + 1))
PICKED_UP, ON_PICK_UP = after(TAKEN, LegRang(AGENT_LEG, T0 + 100), LegAnswered(AGENT_LEG, T0 + 900))
DIALLED, ON_GRANT = after(PICKED_UP, TrunkGranted(CUSTOMER_LEG, CHEAP, 0, T0 + 910))
TALKING, ON_TALK = after(DIALLED, LegRang(CUSTOMER_LEG, T0 + 2_000), LegAnswered(CUSTOMER_LEG, T0 + 6_000))


def of_kind(given: list[Order], kind: type) -> list[Order]:
    return [each for each in given if isinstance(each, kind)]


def test_nobody_is_rung_before_the_claim_is_the_calls():
    assert [Announce(Milestone.STARTED), TakeLead()] == ON_BEGIN
    call, given = after(DUE, ClaimTold(False, T0 + 1))
    assert call.ending is Ending.CLAIM_LAPSED and not of_kind(given, DialStation)


def test_the_agents_phone_rings_first_answers_itself_and_shows_no_number():
    (rung,) = of_kind(ON_TAKEN, DialStation)

    assert (rung.extension, rung.answers, rung.shown) == (ANA, True, "+86138****5678")
    assert TAKEN.state is CallState.CALLING_AGENT and not of_kind(ON_TAKEN, DialTrunk)
    assert of_kind(ON_PICK_UP, orders.ClaimTrunk) and of_kind(ON_GRANT, DialTrunk)


def test_who_answers_speaks_with_the_agent_and_is_recorded_from_the_first_word():
    assert TALKING.phase is Phase.TALKING and TALKING.extension == ANA
    assert of_kind(ON_TALK, StartRecording)
    told = progress_of(TALKING)
    assert (told.state, told.connected_ms, told.agent_id) == (LeadState.CONNECTED, T0 + 6_000, "u-ana")
    over = after(TALKING, LegHungUp(CUSTOMER_LEG, None, T0 + 60_000), LegHungUp(AGENT_LEG, None, T0 + 60_100))[0]
    cdr = cdr_of(over)
    assert (cdr.result, cdr.campaign_id, cdr.lead_id) == (AttemptResult.CONNECTED, "spring", "list.1")
    assert (cdr.agent_id, cdr.extension, cdr.talk_seconds) == ("u-ana", ANA, 54.0)


def test_the_queues_wrap_up_follows_the_talk():
    over = after(TALKING, LegHungUp(CUSTOMER_LEG, None, T0 + 60_000), LegHungUp(AGENT_LEG, None, T0 + 60_100))[0]
    (told,) = [each for each in changes(TALKING, over) if each.leg_id == AGENT_LEG]
    assert (told.queue_id, told.spoke) == (SALES, True)


def ended(call: Call, *facts) -> AttemptResult | None:
    return cdr_of(after(call, *facts)[0]).result


def test_each_end_is_a_result_of_its_own_and_nobody_called_is_no_attempt():
    no_phone = (LegHungUp(AGENT_LEG, 480, T0 + 900),)
    assert ended(TAKEN, *no_phone) is AttemptResult.CANCELLED
    assert ended(PICKED_UP, HangUpAsked(T0 + 905), LegHungUp(AGENT_LEG, None, T0 + 906)) is AttemptResult.CANCELLED
    rings = after(DIALLED, LegRang(CUSTOMER_LEG, T0 + 2_000))[0]
    gone = (LegHungUp(AGENT_LEG, None, T0 + 9_000), LegHungUp(CUSTOMER_LEG, 487, T0 + 9_010))
    assert ended(rings, *gone) is AttemptResult.NO_ANSWER, "the customer's phone rang: it is an attempt"


def test_a_conductor_that_takes_over_rings_nobody_twice():
    assert after(PICKED_UP, ClaimTold(True, T0 + 950)) == (PICKED_UP, [])
    assert after(TAKEN, ClaimTold(False, T0 + 950)) == (TAKEN, [])
