"""An agent says on a desk phone what they do, and hears what came of it."""

from callmodel.agentkeys import AgentKey, AgentOutcome, KeyPlan
from callmodel.agents import Seat
from callmodel.beginnings import StationDialled
from callmodel.calls import begin
from callmodel.callstate import CallState, Timer, TimerName
from callmodel.endings import Ending
from callmodel.facts import AgentChanged, LegHungUp, Played, TimerFired
from callmodel.orders import Announce, Answer, ChangeAgent, HangUp, Milestone, Play, SetRoom, SetTimer
from callmodel.prompts import Speech
from callmodel.rooms import Mode
from callmodel.routing import plan_call, plan_dialled
from callmodel.wantedroom import room_of
from tests.unit.callmodel.stories import ACME, AGENT_LEG, ANA, BRANCH, CALL, DIRECTORY, NODE, T0, after


def keyed(dialled: str):
    plan = plan_dialled(DIRECTORY, ACME, dialled, site_id=BRANCH, wanted_caller=None)
    return begin(StationDialled(CALL, ACME, NODE, AGENT_LEG, ANA, BRANCH, dialled, T0), plan)


PAUSED = after(keyed("*82")[0], AgentChanged(AgentOutcome.PAUSED, T0 + 20))[0]


def test_a_code_is_taken_up_and_done():
    call, orders = keyed("*80")

    assert call.state is CallState.KEYED
    assert orders == [
        Announce(Milestone.STARTED),
        Answer(AGENT_LEG),
        SetRoom(room_of(call)),
        ChangeAgent(Seat(ACME, ANA, BRANCH), AgentKey.SIGN_IN),
        SetTimer(Timer(TimerName.FLOW, T0 + 15_000)),
    ]
    assert room_of(call).of(Mode.HEARING) == (AGENT_LEG,)


def test_what_became_of_it_is_said_and_the_line_let_go():
    call, orders = after(keyed("*82")[0], AgentChanged(AgentOutcome.PAUSED, T0 + 20))

    assert orders == [Play(AGENT_LEG, "k1", (Speech("您已暂停。"),), "zh-CN")]
    call, orders = after(call, Played(AGENT_LEG, "k1", T0 + 1_500))
    assert call.ending is Ending.SELF_SERVED
    assert orders == [HangUp(AGENT_LEG, 200)]


def test_nobody_is_kept_on_the_line_whatever_is_not_heard_of():
    for call in (keyed("*81")[0], PAUSED):
        assert after(call, TimerFired(TimerName.FLOW, T0 + 15_000))[0].ending is Ending.SELF_SERVED
        assert after(call, LegHungUp(AGENT_LEG, None, T0 + 300))[0].ending is Ending.SELF_SERVED


def test_an_answer_told_twice_is_said_once():
    assert after(PAUSED, AgentChanged(AgentOutcome.PAUSED, T0 + 21)) == (PAUSED, [])


def test_only_who_dials_means_the_own_agent():
    """A transfer to a code, or a click on one, says nothing of whoever is transferred."""
    assert not isinstance(plan_call(DIRECTORY, ACME, "*80"), KeyPlan)
    assert isinstance(plan_dialled(DIRECTORY, ACME, "*89", site_id=BRANCH, wanted_caller=None), KeyPlan)
