"""A machine answers a campaign's call: agents are free again at once, and a message is left after the beep."""

from dataclasses import replace

from callmodel.agents import Seat
from callmodel.calls import Step, begin
from callmodel.callstate import Call, Phase, TimerName
from callmodel.campaigns.called import CalledLead
from callmodel.campaigns.document import CallerPool, MachineAnswer, MachineDetection
from callmodel.campaigns.facts import BeepHeard, ClaimTold, LeadDue, MachineTold
from callmodel.campaigns.meeting import meeting_of
from callmodel.campaigns.progress import LeadState, progress_of
from callmodel.campaigns.results import AttemptResult
from callmodel.cdr import cdr_of
from callmodel.facts import AgentOffered, LegAnswered, LegHungUp, Played, Queued, TimerFired, TrunkGranted
from callmodel.ids import AgentId, LeadId, PromptId, QueueId, SiteId
from callmodel.offers import Offer, Offered, OfferEnd
from callmodel.orders import CloseOffer, DetectMachine, HangUp, JoinQueue, LeaveQueue, Order, Play, StartRecording
from callmodel.queues import Queue
from callmodel.routing import plan_call
from callmodel.seats import changes
from tests.unit.callmodel.campaigns.campaign_stories import CAMPAIGN
from tests.unit.callmodel.stories import ACME, BEN, CALL, CHEAP, CUSTOMER, DIRECTORY, NODE, T0, after

LEG, AGENT_LEG = f"{CALL}-1", f"{CALL}-2"
SALES = QueueId("sales")
QUEUE = Queue(ACME, SALES)
HANGS_UP = MachineDetection(enabled=True)
LEAVES = replace(HANGS_UP, answer=MachineAnswer.LEAVE_MESSAGE, message=PromptId("message"))
T = T0 + 5_000


def answered(machines: MachineDetection) -> Step:
    campaign = replace(CAMPAIGN, callers=CallerPool(), name="Acme")
    flow = meeting_of(DIRECTORY, DIRECTORY.tenant_of(ACME), campaign)
    lead = CalledLead(campaign.campaign_id, LeadId("list.1"), campaign.pool, "token", flow, machines=machines)
    call = begin(LeadDue(CALL, ACME, NODE, CUSTOMER, lead, T0), plan_call(DIRECTORY, ACME, CUSTOMER))[0]
    return after(call, ClaimTold(True, T0), TrunkGranted(LEG, CHEAP, 0, T0), LegAnswered(LEG, T))


def talking(machines: MachineDetection) -> Call:
    """An agent speaks with whoever answered, half a second after."""
    offer = Offer(ACME, SALES, CALL, 7, T0, (Offered(AgentId("ben"), Seat(ACME, BEN, SiteId("hq"))),))
    call = answered(machines)[0]
    facts = Queued(QUEUE, 0, None, T + 5), AgentOffered(QUEUE, offer, T + 10), LegAnswered(AGENT_LEG, T + 500)
    return after(call, *facts)[0]


def of_kind(given: list[Order], kind: type) -> list[Order]:
    return [each for each in given if isinstance(each, kind)]


def test_nobody_waits_for_what_is_found_out():
    _, given = answered(HANGS_UP)

    assert of_kind(given, StartRecording) and of_kind(given, JoinQueue), "an agent is asked for at once"
    assert of_kind(given, DetectMachine) == [DetectMachine(LEG, 4.0, 10.0, 1.0)]
    for off in (MachineDetection(), replace(HANGS_UP, answer=MachineAnswer.CONNECT)):
        assert not of_kind(answered(off)[1], DetectMachine)


def test_an_agent_who_speaks_with_a_machine_is_free_at_once_and_has_nothing_to_write_down():
    before = talking(HANGS_UP)
    assert progress_of(before).state is LeadState.CONNECTED
    call, given = after(before, MachineTold(LEG, T + 2_500))

    assert {order.leg_id for order in of_kind(given, HangUp)} == {LEG, AGENT_LEG}
    over = after(call, LegHungUp(AGENT_LEG, None, T + 2_510), LegHungUp(LEG, None, T + 2_520))[0]
    assert cdr_of(over).result is AttemptResult.MACHINE and over.phase is Phase.ENDED
    (gone,) = [each for each in changes(call, over) if each.leg_id == AGENT_LEG]
    assert gone.queue_id is None, "no wrap-up follows"


def test_a_machine_that_waits_for_an_agent_leaves_the_line():
    offer = Offer(ACME, SALES, CALL, 7, T0, (Offered(AgentId("ben"), Seat(ACME, BEN, SiteId("hq"))),))
    rung = after(answered(HANGS_UP)[0], Queued(QUEUE, 0, None, T + 5), AgentOffered(QUEUE, offer, T + 10))[0]
    call, given = after(rung, MachineTold(LEG, T + 1_900))

    assert CloseOffer(SALES, AgentId("ben"), 7, OfferEnd.WITHDRAWN) in given and of_kind(given, LeaveQueue)
    assert {order.leg_id for order in of_kind(given, HangUp)} == {LEG, AGENT_LEG}
    call = after(call, LegHungUp(AGENT_LEG, 487, T + 1_910), LegHungUp(LEG, None, T + 1_920))[0]
    assert cdr_of(call).result is AttemptResult.MACHINE


def test_a_message_is_left_after_the_beep_and_not_before():
    call, given = after(talking(LEAVES), MachineTold(LEG, T + 2_500))

    assert [order.leg_id for order in of_kind(given, HangUp)] == [AGENT_LEG] and not of_kind(given, Play)
    told = progress_of(call)
    assert (told.state, told.result) == (LeadState.CONNECTED, AttemptResult.MACHINE)
    call, given = after(call, LegHungUp(AGENT_LEG, None, T + 2_510), BeepHeard(LEG, T + 9_000))
    (said,) = of_kind(given, Play)
    assert said.prompts[0].prompt_id == "message"
    call, given = after(call, Played(LEG, said.play_id, T + 15_000))
    assert [order.leg_id for order in of_kind(given, HangUp)] == [LEG]
    assert after(call, BeepHeard(LEG, T + 15_010))[1] == []


def test_a_machine_without_a_beep_is_left_the_message_all_the_same():
    call, _ = after(talking(LEAVES), MachineTold(LEG, T + 2_500), LegHungUp(AGENT_LEG, None, T + 2_510))
    (timer,) = [each for each in call.timers if each.name is TimerName.FLOW]
    call, given = after(call, TimerFired(TimerName.FLOW, timer.due_ms))
    assert of_kind(given, Play) and timer.due_ms == T + 2_500 + 20_000


def test_who_was_abandoned_and_was_a_machine_was_not_abandoned():
    waits = after(answered(HANGS_UP)[0], Queued(QUEUE, 0, None, T + 5))[0]
    late = after(waits, TimerFired(TimerName.LONGEST_WAIT, T + 2_000))[0]
    assert progress_of(late).result is AttemptResult.ABANDONED
    call, _ = after(late, MachineTold(LEG, T + 2_600))
    assert progress_of(call).result is AttemptResult.MACHINE
    assert cdr_of(after(call, LegHungUp(LEG, None, T + 2_700))[0]).result is AttemptResult.MACHINE


def test_it_is_told_once_and_of_nobody_else():
    before = talking(HANGS_UP)
    assert after(before, MachineTold(AGENT_LEG, T + 600)) == (before, [])
    call = after(before, MachineTold(LEG, T + 2_500))[0]
    assert after(call, MachineTold(LEG, T + 2_501)) == (call, [])
