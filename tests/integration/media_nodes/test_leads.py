"""A campaign's call on a real node: the claim is taken, the customer is dialled, and who answers meets an agent."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from leads_harness import CAMPAIGN, KEY, SPRING, campaigning, lead, new_call_id, published_campaign, queue_of
from lines_harness import SALES, Desk, now_ms
from media_harness import ACME, BLOCK, COLLEAGUE_HZ, CUSTOMER_HZ, HQ_NUMBER, Node, hears, running, until

from callmodel import keys
from callmodel.agents import AgentState
from callmodel.campaigns.document import CampaignKind
from callmodel.campaigns.leads import Lead
from callmodel.campaigns.progress import LeadState
from callmodel.campaigns.results import AttemptResult
from callmodel.codec import to_wire
from callmodel.flows.document import Flow
from callmodel.flows.nodes import HangUpNode, MenuNode, QueueChoice, QueueNode
from callmodel.ids import E164, CallId, FlowId, NodeId
from callmodel.prompts import Speech
from callmodel.wire import DialLead
from hotstate.leads import Claimed, LeadCall
from simulators.call import PhoneCall
from simulators.phone import answer_after, reject_with
from simulators.tones import level_dbfs

SOUND_DBFS = -45.0


@pytest.fixture
async def node(tmp_path: Path) -> AsyncIterator[Node]:
    made = Node(tmp_path, BLOCK)
    made.directory = campaigning()
    async with running(made):
        yield made


@pytest.fixture
def desk(node: Node) -> Desk:
    return Desk(node)


class Called:
    """Whom the carrier was asked to ring: they pick up at once."""

    def __init__(self) -> None:
        self.calls: list[PhoneCall] = []

    async def __call__(self, call: PhoneCall) -> None:
        self.calls.append(call)
        await answer_after(0.0)(call)


async def dial(node: Node, called: Lead, *, claim: bool = True, valid_ms: int = 5_000, times: int = 1) -> CallId:
    """Do by hand what the dialler does."""
    queue, at_ms, call_id = queue_of(node), now_ms(), new_call_id()
    await queue.put(KEY, [called], at_ms, 1000)
    fence = await queue.lead(KEY, "test", at_ms, 60_000)
    assert fence is not None
    if claim:
        await queue.look(KEY, at_ms, 10)
        assert await queue.claim(KEY, fence, called.lead_id, call_id, E164(HQ_NUMBER), (), at_ms) == Claimed()
    order = DialLead(
        call_id, ACME, SPRING, called.lead_id, called.number, called.token, E164(HQ_NUMBER), at_ms + valid_ms
    )
    for _ in range(times):
        await node.redis.xadd(keys.node_orders(NodeId("media-1")), {"m": json.dumps(to_wire(order))})
    return call_id


async def becomes(node: Node, call_id: CallId, state: LeadState, seconds: float = 10.0) -> LeadCall:
    async def is_so() -> LeadCall | None:
        calls = await queue_of(node).calls(KEY, now_ms())
        return next((call for call in calls if call.call_id == call_id and call.state is state), None)

    found: LeadCall = await until(is_so, seconds)
    return found


async def test_a_customer_who_answers_speaks_with_an_agent_who_is_free(node: Node, desk: Desk):
    ben = await desk.sign_in("1002")
    node.with_trunks({"cheap": answer_after(0.2), "1002": answer_after(0.0)})

    call_id = await dial(node, lead(1))
    customer = await node.edge.wait_for_call()
    await hears(customer, COLLEAGUE_HZ)
    talking = await desk.becomes(ben, AgentState.TALKING)
    station = next(call for call in node.edge.calls if call is not customer)
    await hears(station, CUSTOMER_HZ)
    assert station.invite is not None and "answer-after=0" in (station.invite.get("Call-Info") or "")
    assert lead(1).number not in str(station.invite)
    await customer.hang_up()

    cdr = await node.cdr()
    assert talking.call_id == call_id == cdr["call_id"]
    assert (cdr["campaign_id"], cdr["lead_id"], cdr["result"]) == (SPRING, "list.1", "connected")
    assert (cdr["direction"], cdr["agent_id"], cdr["extension"]) == ("outbound", ben, "1002")
    assert (cdr["number"], cdr["caller_number"], cdr["ending"]) == (lead(1).number, HQ_NUMBER, "completed")
    assert cdr["recording_id"]
    ended = await becomes(node, call_id, LeadState.ENDED)
    assert (ended.result, ended.agent_id, ended.node_id) == (AttemptResult.CONNECTED, ben, "media-1")
    assert 0 < ended.answered_ms <= ended.connected_ms < ended.ended_ms


async def test_whom_no_agent_takes_in_time_hears_who_called(node: Node):
    node.with_trunks({"cheap": answer_after(0.0)})

    call_id = await dial(node, lead(1))
    customer = await node.edge.wait_for_call()
    told = await becomes(node, call_id, LeadState.ANSWERED)
    assert told.result is None, "within the grace nobody is abandoned"
    await until(lambda: level_dbfs(customer.heard(0.3)) > SOUND_DBFS)
    (told,) = await queue_of(node).calls(KEY, now_ms())
    assert told.result is AttemptResult.ABANDONED, "the pacer hears of it while the message is played"
    await customer.wait_for("ended", 20)

    cdr = await node.cdr()
    assert (cdr["ending"], cdr["result"], cdr["missed"]) == ("no-agent", "abandoned", "waited")
    assert cdr["recording_id"] and cdr["answered_ms"] is None
    assert 1.9 <= cdr["queue_seconds"] <= 3.0


async def test_who_is_busy_is_not_offered_to_anybody(node: Node, desk: Desk):
    ben = await desk.sign_in("1002")
    node.with_trunks({"cheap": reject_with(486)})

    call_id = await dial(node, lead(1))
    assert (await becomes(node, call_id, LeadState.ENDED)).result is AttemptResult.BUSY
    assert (await desk.view(ben)).state is AgentState.READY
    assert (await node.cdr())["recording_id"] is None


async def test_nobody_is_dialled_whose_claim_has_lapsed_or_whose_order_is_late(node: Node):
    called = Called()
    node.with_trunks({"cheap": called})

    await dial(node, lead(1), claim=False)
    assert (await node.cdr())["ending"] == "claim-lapsed"
    late = await dial(node, lead(2), valid_ms=-1)
    await until(lambda: "lead not dialled" in node.log("conductor"))
    assert called.calls == []
    assert (await becomes(node, late, LeadState.CLAIMED)).taken_ms == 0


async def test_an_order_that_comes_twice_dials_once(node: Node):
    called = Called()
    node.with_trunks({"cheap": called})
    call_id = await dial(node, lead(1), times=2)

    await becomes(node, call_id, LeadState.ANSWERED)
    await until(lambda: "order repeated" in node.log("conductor"))
    assert len(called.calls) == 1


async def test_a_conductor_that_takes_over_goes_on_with_the_call(node: Node, desk: Desk):
    await desk.sign_in("1002")
    called = Called()
    node.with_trunks({"cheap": called, "1002": answer_after(0.0)})
    call_id = await dial(node, lead(1))
    customer = await node.edge.wait_for_call()
    await hears(customer, COLLEAGUE_HZ)
    node.processes["conductor"].kill()
    node.start_conductor()
    await until(node.ready, 20)
    await customer.hang_up()

    assert (await becomes(node, call_id, LeadState.ENDED)).result is AttemptResult.CONNECTED
    assert len(called.calls) == 1


ASKS = Flow(
    FlowId("offer"),
    "menu",
    {
        "menu": MenuNode({"1": "agent"}, "bye", (Speech("Press one to speak with us, nine to hear no more of us."),)),
        "agent": QueueNode((QueueChoice(SALES),), otherwise="bye"),
        "bye": HangUpNode(),
    },
    tenant_id=ACME,
)


async def agentless(node: Node) -> PhoneCall:
    """Return a customer who was called by a campaign without agents, and hears what its flow says."""
    campaign = replace(CAMPAIGN, kind=CampaignKind.AGENTLESS, flow_id=ASKS.flow_id, opt_out_key="9")
    node.directory = replace(node.directory, flows=(*node.directory.flows, ASKS))
    before = node.log("conductor").count("directory loaded")
    await published_campaign(node, campaign)
    await until(lambda: node.log("conductor").count("directory loaded") > before)
    node.with_trunks({"cheap": answer_after(0.0), "1002": answer_after(0.0)})
    await dial(node, lead(1))
    customer = await node.edge.wait_for_call()
    await until(lambda: level_dbfs(customer.heard(0.3)) > SOUND_DBFS)
    return customer


async def test_by_a_key_a_customer_gets_from_the_broadcast_to_an_agent(node: Node, desk: Desk):
    ben = await desk.sign_in("1002")
    customer = await agentless(node)
    customer.send_dtmf("1")

    await hears(customer, COLLEAGUE_HZ, 10)
    await customer.hang_up()
    cdr = await node.cdr()
    assert (cdr["flow_id"], cdr["agent_id"], cdr["result"]) == ("offer", ben, "connected")


async def test_by_another_key_a_customer_is_never_called_again(node: Node):
    customer = await agentless(node)
    customer.send_dtmf("9")
    await customer.wait_for("ended", 20)

    cdr = await node.cdr()
    assert cdr["opted_out"] and cdr["ending"] == "self-served"
    queue = queue_of(node)
    assert (await queue.put(KEY, [lead(2, lead(1).number)], now_ms(), 1000))[1] == ["list.2"], "at once"
