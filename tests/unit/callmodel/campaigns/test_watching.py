"""What a pacer is told: facts from two looks, each once, and the snapshot of the last."""

from dataclasses import replace

from callmodel import pacing
from callmodel.agents import Agent, AgentState, AgentView, Seat, ServedQueue
from callmodel.campaigns.progress import LeadState
from callmodel.campaigns.results import AttemptResult
from callmodel.campaigns.watching import CallSeen, Look, agents_of, facts_between, snapshot_of
from callmodel.ids import AgentId, CallId, Extension, ProviderId, QueueId, SiteId, TenantId
from callmodel.pacing.outcomes import (
    CallAnswered,
    CallUnanswered,
    CustomerAbandoned,
    CustomerConnected,
    TalkEnded,
    WrapUpEnded,
)
from tests.unit.callmodel.campaigns.campaign_stories import campaign

T = 1_764_500_000_000
RINGS = CallSeen(CallId("c1"), LeadState.TAKEN, T)
ANSWERED = replace(RINGS, state=LeadState.ANSWERED, answered_ms=T + 4_000)
CONNECTED = replace(ANSWERED, state=LeadState.CONNECTED, connected_ms=T + 5_000)
OVER = replace(CONNECTED, state=LeadState.ENDED, ended_ms=T + 65_000, result=AttemptResult.CONNECTED)


def look(*calls: CallSeen, at_ms: int = T, agents: tuple[AgentView, ...] = ()) -> Look:
    return Look(at_ms, {each.agent.agent_id: each for each in agents}, {each.call_id: each for each in calls})


def agent(name: str, state: AgentState, since_ms: int = T, queue: str = "sales", teams: tuple[str, ...] = ()):
    served = (ServedQueue(TenantId("acme"), QueueId(queue)),)
    seat = Seat(TenantId("acme"), Extension("1001"), SiteId("hq"))
    return AgentView(Agent(AgentId(name), ProviderId("hq"), queues=served, teams=teams), seat, state, since_ms)


def test_each_step_of_a_call_is_a_fact_told_once():
    seconds = T / 1000

    assert facts_between(look(), look(RINGS)) == []
    assert facts_between(look(RINGS), look(ANSWERED)) == [CallAnswered(seconds + 4, 4.0, True)]
    assert facts_between(look(ANSWERED), look(CONNECTED)) == [CustomerConnected(seconds + 5)]
    assert facts_between(look(CONNECTED), look(OVER)) == [TalkEnded(seconds + 65, 60.0)]
    assert facts_between(look(OVER), look(OVER)) == facts_between(look(OVER), look()) == []


def test_steps_that_fell_between_two_looks_are_all_told():
    kinds = [type(fact) for fact in facts_between(look(), look(OVER))]

    assert kinds == [CallAnswered, CustomerConnected, TalkEnded]


def test_who_is_abandoned_counts_when_it_is_known_and_not_again_at_the_end():
    given_up = replace(ANSWERED, result=AttemptResult.ABANDONED)
    ended = replace(given_up, state=LeadState.ENDED, ended_ms=T + 9_000)

    assert facts_between(look(ANSWERED), look(given_up)) == [CustomerAbandoned((T + 4_000) / 1000)]
    assert facts_between(look(given_up), look(ended)) == []


def test_a_machine_is_no_person_and_a_call_that_we_gave_up_is_no_answer_missed():
    machine = replace(ANSWERED, state=LeadState.ENDED, ended_ms=T + 6_000, result=AttemptResult.MACHINE)
    busy = replace(RINGS, state=LeadState.ENDED, ended_ms=T + 900, result=AttemptResult.BUSY)
    cancelled = replace(busy, result=AttemptResult.CANCELLED)

    assert facts_between(look(RINGS), look(machine)) == [CallAnswered(T / 1000 + 4, 4.0, False)]
    assert facts_between(look(RINGS), look(busy)) == [CallUnanswered(T / 1000 + 0.9, 0.9)]
    assert facts_between(look(RINGS), look(cancelled)) == []


def test_nothing_is_said_of_an_answer_while_it_may_be_a_machines():
    """By a machine the cap is not kept: it is no customer, though an agent spoke with it for a moment."""
    early, late = T + 6_000, T + 9_500
    machine = replace(CONNECTED, result=AttemptResult.MACHINE)
    left = replace(ANSWERED, result=AttemptResult.ABANDONED)

    assert facts_between(look(RINGS), look(CONNECTED, at_ms=early), 5_000) == []
    later = facts_between(look(CONNECTED, at_ms=early), look(CONNECTED, at_ms=late), 5_000)
    assert [type(fact) for fact in later] == [CallAnswered, CustomerConnected]
    told = facts_between(look(CONNECTED, at_ms=early), look(machine, at_ms=early), 5_000)
    assert told == [CallAnswered(T / 1000 + 4, 4.0, False)]
    assert facts_between(look(machine, at_ms=early), look(machine, at_ms=late), 5_000) == []
    assert facts_between(look(ANSWERED, at_ms=early), look(left, at_ms=early), 5_000) == []
    given_up = facts_between(look(left, at_ms=early), look(left, at_ms=late), 5_000)
    assert [type(fact) for fact in given_up] == [CallAnswered, CustomerAbandoned]


def test_the_end_of_a_wrap_up_is_seen_at_the_agent():
    before = look(agents=(agent("ana", AgentState.WRAP_UP, T), agent("bo", AgentState.WRAP_UP, T)))
    now = look(at_ms=T + 20_000, agents=(agent("ana", AgentState.READY, T + 15_000),))

    assert facts_between(before, now) == [
        WrapUpEnded((T + 15_000) / 1000, 15.0),
        WrapUpEnded((T + 20_000) / 1000, 20.0),
    ]


def test_a_snapshot_has_who_counts_and_what_rings_or_waits():
    views = (
        agent("ana", AgentState.READY),
        agent("bo", AgentState.RINGING, T + 500),
        agent("cy", AgentState.PAUSED),
    )
    seen = snapshot_of(
        look(RINGS, replace(ANSWERED, call_id=CallId("c2")), at_ms=T + 2_000, agents=views), 7, is_open=True
    )

    assert seen.agents == (
        pacing.Agent(pacing.AgentState.READY, 2.0),
        pacing.Agent(pacing.AgentState.RESERVED, 1.5),
    )
    assert (seen.ringing_seconds, seen.waiting, seen.channels_free) == ((2.0,), 1, 7)


def test_a_campaigns_agents_serve_its_queue_and_are_of_its_teams():
    views = [
        agent("ana", AgentState.READY),
        agent("bo", AgentState.READY, queue="support"),
        agent("cy", AgentState.READY, teams=("night",)),
    ]

    assert set(agents_of(campaign(), views)) == {"ana", "cy"}
    assert set(agents_of(campaign(teams=("night",)), views)) == {"cy"}
    assert set(agents_of(campaign(agents=(AgentId("ana"),)), views)) == {"ana"}
