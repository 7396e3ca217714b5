"""The dialler on a real node: leads are dialled within their rules, once, and what came of them decides the next."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from dialling_harness import Diallers, Floor, figures, fill, is_through
from leads_harness import CAMPAIGN, KEY, campaigning, lead, published_campaign, queue_of
from lines_harness import Desk, now_ms
from media_harness import BLOCK, Node, running, until

from callmodel.agents import AgentState
from callmodel.campaigns.document import CampaignState, FrequencyCap, RetryRule
from callmodel.campaigns.results import AttemptResult
from callmodel.directory import HQ


@pytest.fixture
async def node(tmp_path: Path) -> AsyncIterator[Node]:
    made = Node(tmp_path, BLOCK)
    made.directory = campaigning()
    async with running(made):
        yield made


@pytest.fixture
def desk(node: Node) -> Desk:
    return Desk(node)


@pytest.fixture
def floor(node: Node) -> Floor:
    made = Floor()
    node.edge.on_invite = made
    return made


@pytest.fixture
def diallers(node: Node) -> Iterator[Diallers]:
    made = Diallers(node)
    yield made
    made.stop()


async def test_leads_are_called_again_by_their_rules_and_never_once_they_were_reached(
    node: Node, desk: Desk, floor: Floor, diallers: Diallers
):
    retries = (RetryRule((AttemptResult.BUSY,), 1, (1,)),)
    await published_campaign(node, replace(CAMPAIGN, retries=retries))
    await desk.sign_in("1001")
    await desk.sign_in("1002")
    await fill(node, [lead(row) for row in range(10)])
    diallers.start()

    seen = await is_through(node, 12, 60)
    twice = {lead(6).number, lead(7).number}
    assert {number for number, count in floor.rung.items() if count == 2} == twice
    assert len(floor.rung) == 10 and sum(floor.rung.values()) == 12
    assert seen.results == {"connected": 6, "busy": 4, "no-answer": 1, "dead": 1}
    assert (seen.ready, seen.waiting) == (0, 0) and not floor.left
    assert floor.most_at_once <= 2, "progressive: a line for each agent who is free"


async def test_nobody_is_dialled_without_an_agent_or_in_a_pause(
    node: Node, desk: Desk, floor: Floor, diallers: Diallers
):
    await fill(node, [lead(0), lead(1), lead(2)])
    diallers.start()
    assert await diallers.leader() == "dialler-1"
    await published_campaign(node, replace(CAMPAIGN, state=CampaignState.PAUSED))
    ben = await desk.sign_in("1002")
    assert (await figures(node)).ready == 3 and not floor.rung
    await published_campaign(node, CAMPAIGN)

    await until(lambda: floor.rung)
    await desk.acd.pause(HQ, ben, "lunch", now_ms())
    await desk.becomes(ben, AgentState.PAUSED, 10)
    seen = await is_through(node, 1, 20)
    assert seen.ready == 3 - sum(floor.rung.values()) > 0, "who paused is given nobody more"


async def test_a_person_is_called_so_often_whatever_the_retry_rule_says(
    node: Node, desk: Desk, floor: Floor, diallers: Diallers
):
    retries = (RetryRule((AttemptResult.BUSY,), 9, (0,)),)
    await published_campaign(node, replace(CAMPAIGN, retries=retries, caps=(FrequencyCap(2, seconds=3600),)))
    await desk.sign_in("1002")
    await fill(node, [lead(6)])
    diallers.start()

    await is_through(node, 2, 30)
    capped = await until(lambda: is_capped(node), 10)
    assert capped and floor.rung == {lead(6).number: 2}


async def is_capped(node: Node) -> bool:
    """Say whether the dialler has put the lead off for longer than any retry rule."""
    found = await node.redis.zrange("{pool:hq}:acme:campaign:spring:waiting", 0, -1, withscores=True)
    return bool(found) and found[0][1] > now_ms() + 3_000_000


async def test_who_opted_out_is_called_no_more(node: Node, desk: Desk, floor: Floor, diallers: Diallers):
    await fill(node, [lead(0), lead(1)])
    await queue_of(node).forbid(KEY, lead(0).token, now_ms())
    await desk.sign_in("1002")
    diallers.start()

    await is_through(node, 1, 20)
    assert set(floor.rung) == {lead(1).number}
    assert (await figures(node)).ready == 0


async def test_another_paces_as_soon_as_the_lease_is_over(node: Node, desk: Desk, floor: Floor, diallers: Diallers):
    diallers.start("dialler-1")
    first = await diallers.leader()
    diallers.start("dialler-2")
    await until(lambda: "service is ready" in (node.folder / "dialler-2.log").read_text(), 20)
    diallers.processes[first].kill()
    killed_ms = now_ms()

    await until(lambda: "pacing" in (node.folder / "dialler-2.log").read_text(), 10)
    assert now_ms() - killed_ms < 6_000, (
        "a lease of one and a half seconds and a tick, on a machine that does much else"
    )
    await desk.sign_in("1002")
    await fill(node, [lead(0)])
    await is_through(node, 1, 20)
