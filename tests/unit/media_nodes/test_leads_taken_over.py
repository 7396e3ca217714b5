"""A campaign's call that a dead conductor left behind: its number is not dialled for a second time."""

from pathlib import Path

from media_fakes import ACME, INSTANCE, NODE, NOW, Stage, directory

from callmodel.calls import advance, begin
from callmodel.callstate import Call
from callmodel.campaigns.called import CalledLead
from callmodel.campaigns.facts import ClaimTold, LeadDue
from callmodel.campaigns.progress import LeadState
from callmodel.campaigns.results import AttemptResult
from callmodel.facts import TrunkGranted
from callmodel.flows.document import NOBODYS, Flow
from callmodel.flows.nodes import HangUpNode
from callmodel.ids import E164, CallId, CampaignId, LeadId, LegId, ProviderId
from callmodel.orders import Order, TakeLead
from callmodel.routing import FlowPlan, TrunkPlan, plan_call
from media_nodes.ports import SwitchState
from media_nodes.running import RunningCall, Surveyed

CALL = CallId("0193-lead")
LEG = LegId(f"{CALL}-1")
CUSTOMER = E164("+8613812345678")
LEAD = CalledLead(
    CampaignId("spring"),
    LeadId("list.1"),
    ProviderId("hq"),
    "token",
    FlowPlan(Flow(NOBODYS, "bye", {"bye": HangUpNode()}), records=True),
)


def due() -> tuple[Call, list[Order]]:
    return begin(LeadDue(CALL, ACME, NODE, CUSTOMER, LEAD, NOW), plan_call(directory(), ACME, CUSTOMER))


def dialled() -> tuple[Call, list[Order]]:
    call = advance(due()[0], ClaimTold(True, NOW))[0]
    assert isinstance(call.plan, TrunkPlan)
    return advance(call, TrunkGranted(LEG, call.plan.offers[0].trunk_id, 0, NOW))


async def taken_over(folder: Path, call: Call, orders: list[Order]) -> tuple[Stage, Call]:
    """Return the call as a new conductor has it once it has looked at the switch, where no leg is."""
    stage = Stage(folder)
    running = RunningCall(stage.around, call, INSTANCE)
    running.redo(tuple(orders))
    running.post(Surveyed(SwitchState(INSTANCE, {}, ()), NOW, adopted=True))
    await running.live(())
    return stage, running.call


async def test_whoever_may_have_been_rung_is_not_rung_by_another_trunk(tmp_path: Path):
    stage, call = await taken_over(tmp_path, *dialled())

    assert [told for told in stage.switch.told if told[0].startswith("dial")] == []
    assert stage.leads.told[-1].state is LeadState.ENDED
    assert stage.leads.told[-1].result is AttemptResult.NO_ANSWER
    assert len(call.legs) == 1


async def test_a_claim_that_was_being_taken_is_asked_for_again(tmp_path: Path):
    call, orders = due()
    assert TakeLead() in orders
    stage = Stage(tmp_path)
    running = RunningCall(stage.around, call, INSTANCE)
    running.redo(tuple(orders))
    await running._take(Surveyed(SwitchState(INSTANCE, {}, ()), NOW, adopted=True))

    assert stage.leads.taken == [CALL]
