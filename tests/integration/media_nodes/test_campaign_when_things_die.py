"""A predictive campaign with ten agents at two sites, while what paces and what conducts is killed.

It takes a minute: pacing, claims and calls are tried together nowhere else.  TRUNKLINE_CAMPAIGN_LEADS=500 for more.
"""

import os
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from dialling_harness import Diallers, Floor, figures, fill, is_through
from leads_harness import CAMPAIGN, campaigning, lead
from lines_harness import QUEUE, SALES, Desk, now_ms
from media_harness import ACME, BLOCK, Node, running, until

from callmodel.agents import Agent, Seat, ServedQueue
from callmodel.campaigns.document import CampaignKind, PacingSettings
from callmodel.directory import HQ, Directory, Station
from callmodel.ids import AgentId, Extension, SiteId

LEADS = int(os.environ.get("TRUNKLINE_CAMPAIGN_LEADS", "120"))
SITES = (SiteId("branch-1"), SiteId("hq"))
STATIONS = tuple(Station(ACME, Extension(str(1101 + place)), SITES[place % 2]) for place in range(10))
PACING = PacingSettings(ring_seconds=2, answer_rate=0.6, talk_seconds=1.0, wrap_up_seconds=1.0)


def known() -> Directory:
    campaign = replace(CAMPAIGN, kind=CampaignKind.PREDICTIVE, pacing=PACING)
    plain = campaigning(campaign)
    queue = replace(QUEUE, wrap_up_seconds=1)
    return replace(plain, stations=(*plain.stations, *STATIONS), queues=(queue,))


async def sign_in_all(desk: Desk) -> None:
    await desk.acd.note_pool(HQ)
    for station in STATIONS:
        agent = Agent(AgentId(f"u-{station.extension}"), HQ, queues=(ServedQueue(ACME, SALES),))
        seat = Seat(ACME, station.extension, station.site_id)
        await desk.acd.sign_in(agent, seat, now_ms(), ready=True)


async def settled(node: Node) -> int:
    return sum((await figures(node)).results.values())


@pytest.mark.timeout(400)
async def test_no_death_makes_a_call_twice_or_loses_one(tmp_path: Path):
    made = Node(tmp_path, BLOCK)
    made.directory = known()
    async with running(made) as node:
        diallers, floor = Diallers(node), Floor()
        node.edge.on_invite = floor
        try:
            await run(node, diallers, floor)
        finally:
            diallers.stop()


async def run(node: Node, diallers: Diallers, floor: Floor) -> None:
    await sign_in_all(Desk(node))
    await fill(node, [lead(row) for row in range(LEADS)])
    diallers.start("dialler-1")
    diallers.start("dialler-2")
    await until(lambda: settled_is(node, LEADS // 4), 120)
    diallers.processes[await diallers.leader()].kill()
    await until(lambda: settled_is(node, LEADS // 2), 120)
    node.processes["conductor"].kill()
    node.start_conductor()
    await until(node.ready, 30)
    seen = await is_through(node, LEADS, 240)

    assert set(floor.rung) == {lead(row).number for row in range(LEADS)}
    assert set(floor.rung.values()) == {1}, "nobody twice"
    dialled = await until(lambda: records(node, sum(seen.results.values())), 30)
    results = Counter(cdr["result"] for cdr in dialled)
    assert results["connected"] == len(floor.spoke) == seen.results["connected"]
    assert results["abandoned"] == len(floor.left) == seen.results.get("abandoned", 0), "as the carrier counts"
    # What a customer's phone said while nobody conducted is not known: it counts as no answer.
    unanswered = [seen.results[result] for result in ("busy", "dead", "no-answer")]
    assert sum(unanswered) == 2 * LEADS // 5 and seen.results["no-answer"] >= LEADS // 10
    answered = [cdr for cdr in dialled if cdr["result"] in ("connected", "abandoned")]
    assert all(cdr["recording_id"] for cdr in answered)
    owed = {cdr["recording_id"] for cdr in answered}
    await until(lambda: all_spooled(node, owed), 30)
    agents = Counter(cdr["site_id"] for cdr in dialled if cdr["result"] == "connected")
    assert set(agents) == set(SITES), "both sites' agents talk"


async def records(node: Node, count: int) -> list[dict[str, Any]]:
    """Return the records of the calls that dialled, once there are so many."""
    cdrs = {fact["body"]["call_id"]: fact["body"] for fact in await node.of_kind("call.ended")}
    dialled = [cdr for cdr in cdrs.values() if cdr["campaign_id"] and cdr["result"] != "cancelled"]
    return dialled if len(dialled) >= count else []


async def settled_is(node: Node, count: int) -> bool:
    return await settled(node) >= count


async def all_spooled(node: Node, owed: set[str]) -> bool:
    told = {fact["body"]["recording_id"] for fact in await node.of_kind("recording.spooled")}
    return owed <= told
