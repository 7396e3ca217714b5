"""What matching is told of a user who takes calls."""

from dataclasses import replace

from callmodel.agents import Agent, ServedQueue
from callmodel.ids import AgentId, ProviderId, QueueId, TenantId, UserId
from control_plane.people.accounts import Account, to_account, to_row
from control_plane.people.agents import agent_of, is_agent
from control_plane.people.permissions import Role

ACME, BOLT, HQ = TenantId("acme"), TenantId("bolt"), ProviderId("hq")
SALES, HELP = QueueId("sales"), QueueId("help")
ANA = Account(
    UserId("u-1"),
    "ana",
    "Ana",
    "-",
    "provider:hq",
    False,
    {ACME: frozenset({Role.AGENT}), BOLT: frozenset({Role.AGENT, Role.SUPERVISOR})},
    True,
    0,
    1,
    teams={ACME: frozenset({"red", "blue"}), BOLT: frozenset({"red"})},
    skills={"english": 7},
    queues={BOLT: (HELP, SALES), ACME: (SALES,)},
)


def test_an_agent_of_two_tenants_serves_the_queues_of_both():
    assert agent_of(ANA, HQ) == Agent(
        AgentId("u-1"),
        HQ,
        "Ana",
        {"english": 7},
        (ServedQueue(ACME, SALES), ServedQueue(BOLT, HELP), ServedQueue(BOLT, SALES)),
        ("blue", "red"),
    )


def test_queues_and_teams_count_only_where_they_are_an_agent():
    supervisor = replace(ANA, roles=dict(ANA.roles) | {ACME: frozenset({Role.SUPERVISOR})})

    told = agent_of(supervisor, HQ)

    assert {served.tenant_id for served in told.queues} == {BOLT}
    assert told.teams == ("red",)
    assert not is_agent(supervisor, ACME) and is_agent(supervisor, BOLT)


def test_who_is_archived_is_nobodys_agent():
    gone = replace(ANA, archived_ms=1)

    assert not is_agent(gone, ACME)
    assert agent_of(gone, HQ).queues == ()


def test_a_users_row_holds_all_of_it_and_nothing_where_there_is_nothing():
    assert to_account({**to_row(ANA)}) == ANA
    bare = to_row(replace(ANA, skills={}, queues={ACME: ()}))
    assert (bare["skills"], bare["queues"]) == (None, None)
