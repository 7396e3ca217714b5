"""Who may be offered a caller as the wait goes on."""

from dataclasses import replace

from callmodel.agents import LastSpoken
from callmodel.ids import AgentId, QueueId, TenantId
from callmodel.queues import Audience, Queue, Relaxation, SkillNeed, audiences_of, widenings_of

T = 1_764_500_000_000
ENGLISH, EXPERT, BILLING = SkillNeed("en"), SkillNeed("en", 8), SkillNeed("billing")
QUEUE = Queue(TenantId("acme"), QueueId("sales"), needs=(EXPERT,), team_seconds=10)
ANA = LastSpoken(AgentId("ana"), T - 1000, ("red",), signed_in=True)


def test_a_stranger_is_everybody_s():
    assert audiences_of(QUEUE, T) == (Audience(T, (EXPERT,)),)


def test_needs_relax_as_the_wait_goes_on():
    queue = replace(QUEUE, relaxations=(Relaxation(60), Relaxation(30, (ENGLISH,))))

    assert audiences_of(queue, T) == (
        Audience(T, (EXPERT,)),
        Audience(T + 30_000, (ENGLISH,)),
        Audience(T + 60_000),
    )


def test_the_last_agent_is_first_then_the_team_then_the_queue():
    assert audiences_of(QUEUE, T, ANA) == (
        Audience(T, (EXPERT,), agents=(AgentId("ana"),)),
        Audience(T + 20_000, (EXPERT,), teams=("red",)),
        Audience(T + 30_000, (EXPERT,)),
    )


def test_needs_that_relax_meanwhile_relax_for_the_last_agent_too():
    queue = replace(QUEUE, relaxations=(Relaxation(5),), team_seconds=0)

    assert audiences_of(queue, T, ANA) == (
        Audience(T, (EXPERT,), agents=(AgentId("ana"),)),
        Audience(T + 5_000, agents=(AgentId("ana"),)),
        Audience(T + 20_000),
    )


def test_nobody_waits_for_who_is_not_there_or_spoke_long_ago():
    away = replace(ANA, signed_in=False)
    assert audiences_of(replace(QUEUE, team_seconds=0), T, away) == audiences_of(QUEUE, T)
    assert audiences_of(QUEUE, T, away)[0] == Audience(T, (EXPERT,), teams=("red",))
    long_ago = replace(ANA, at_ms=T - 31 * 86_400_000)
    assert audiences_of(QUEUE, T, long_ago) == audiences_of(QUEUE, T)


def test_what_a_call_needs_does_not_relax():
    queue = replace(QUEUE, relaxations=(Relaxation(30),))

    assert audiences_of(queue, T, asked=(BILLING,)) == (
        Audience(T, (BILLING, EXPERT)),
        Audience(T + 30_000, (BILLING,)),
    )


def test_a_call_asks_again_at_each_moment_at_which_an_audience_may_begin():
    queue = replace(QUEUE, relaxations=(Relaxation(15, (ENGLISH,)), Relaxation(60)))

    # The team's ten seconds begin at once where the agent is not there.
    assert [(each - T) // 1000 for each in widenings_of(queue, T)] == [10, 15, 20, 30, 60]
    assert widenings_of(replace(QUEUE, last_agent_seconds=0, team_seconds=0), T) == ()
