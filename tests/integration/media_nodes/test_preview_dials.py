"""Preview on a real node: an agent asks for the lead in front of them, by the dialler's own claim and rules."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from dialling_harness import Diallers, Floor, figures, fill, is_through
from leads_harness import CAMPAIGN, CIPHER, KEY, campaigning, lead, published_campaign, queue_of
from lines_harness import ANA_HZ, SALES, Desk, now_ms, talks_to
from media_harness import BLOCK, CUSTOMER_HZ, Node, hears, running, until

from callmodel.agents import AgentState
from callmodel.campaigns.called import CallingAgent
from callmodel.campaigns.document import CampaignKind, FrequencyCap, RegionHours
from callmodel.campaigns.leads import Lead
from callmodel.directory import HQ
from callmodel.ids import E164, AgentId
from hotstate.dnc import SYSTEM, DoNotCall
from hotstate.leads import Asked, LeadAsks, NotDialled, Told
from hotstate.numberpages import digits_of

PREVIEW = replace(CAMPAIGN, kind=CampaignKind.PREVIEW)


@pytest.fixture
async def node(tmp_path: Path) -> AsyncIterator[Node]:
    made = Node(tmp_path, BLOCK)
    made.directory = campaigning(PREVIEW)
    async with running(made):
        yield made


@pytest.fixture
def diallers(node: Node) -> Iterator[Diallers]:
    made = Diallers(node)
    yield made
    made.stop()


async def ask(node: Node, desk: Desk, agent_id: AgentId, wanted: Lead) -> Told:
    """Do what the API does for an agent who clicks."""
    view = await desk.acd.agent(HQ, agent_id)
    assert view is not None
    wish = Asked(f"w{now_ms()}", wanted.lead_id, CallingAgent(agent_id, view.seat, SALES), now_ms())
    told = await LeadAsks(node.redis).ask(KEY, wish)
    assert told is not None, "the dialler answers"
    return told


async def test_an_agent_dials_the_lead_they_look_at(node: Node, diallers: Diallers):
    desk, floor = Desk(node), Floor(talks_seconds=3.0)
    node.edge.on_invite = floor
    ben = await desk.sign_in("1002")
    await fill(node, [lead(0), lead(6), lead(1), lead(2), lead(3)])
    diallers.start()
    await diallers.leader()
    assert not floor.rung, "nobody is dialled by itself"

    told = await ask(node, desk, ben, lead(0))
    customer = await until(lambda: next((call for call in node.edge.calls if _is_to(call, lead(0))), None), 10)
    await talks_to(customer, ANA_HZ)
    station = next(call for call in node.edge.calls if call is not customer)
    await hears(station, CUSTOMER_HZ)
    assert node.edge.calls[0] is station and lead(0).number not in str(station.invite)
    talking = await desk.becomes(ben, AgentState.TALKING)
    assert talking.call_id == told.call_id
    again = await ask(node, desk, ben, lead(0))
    assert again.refused is NotDialled.GONE, "its number is in this call"

    await desk.becomes(ben, AgentState.WRAP_UP, 10)
    await desk.becomes(ben, AgentState.READY, 10)
    cdr = await node.cdr()
    assert (cdr["call_id"], cdr["result"], cdr["agent_id"]) == (told.call_id, "connected", ben)
    assert (cdr["campaign_id"], cdr["lead_id"]) == (KEY.campaign_id, lead(0).lead_id) and cdr["recording_id"]
    await is_through(node, 1, 20)

    await refusals(node, desk, ben, floor)
    busy = await ask(node, desk, ben, lead(6))
    assert busy.call_id is not None
    seen = await is_through(node, 2, 20)
    assert seen.results == {"connected": 1, "busy": 1}
    assert set(floor.rung.values()) == {1}


async def refusals(node: Node, desk: Desk, ben: AgentId, floor: Floor) -> None:
    """Each rule of the dialler is asked at the click, and nobody is rung then."""
    before = dict(floor.rung)
    await DoNotCall(node.redis, CIPHER).add(SYSTEM, [digits_of(lead(1).number)])
    assert (await ask(node, desk, ben, lead(1))).refused is NotDialled.FORBIDDEN
    night = RegionHours(E164(lead(2).number), replace(PREVIEW.hours, hours={}))
    await published_campaign(node, replace(PREVIEW, regions=(night,)))

    async def is_closed() -> bool:
        told = await ask(node, desk, ben, lead(2))
        return told.refused is NotDialled.HOURS and told.next_ms > now_ms()

    assert await is_closed()
    await queue_of(node).forbid(KEY, lead(3).token, now_ms())
    assert (await ask(node, desk, ben, lead(3))).refused is NotDialled.FORBIDDEN
    assert dict(floor.rung) == before and (await figures(node)).calls == 0


async def test_a_number_is_called_by_click_as_seldom_as_by_itself(node: Node, diallers: Diallers):
    desk, floor = Desk(node), Floor(talks_seconds=0.2)
    node.edge.on_invite = floor
    await published_campaign(node, replace(PREVIEW, caps=(FrequencyCap(1, seconds=3600),)))
    ben = await desk.sign_in("1002")
    first, twin = lead(6), lead(60, number=lead(6).number)
    await fill(node, [first, twin])
    diallers.start()
    await diallers.leader()

    assert (await ask(node, desk, ben, first)).call_id is not None
    await is_through(node, 1, 20)
    told = await ask(node, desk, ben, twin)
    assert (told.refused, told.call_id) == (NotDialled.CAPPED, None) and told.next_ms > now_ms() + 3_000_000
    assert floor.rung == {first.number: 1}


def _is_to(call: object, wanted: Lead) -> bool:
    return wanted.number in getattr(getattr(call, "invite", None), "uri", "")
