"""What came of campaigns' calls, from the facts on the bus to the leads: real consumers, Redis and store."""

import io
import time
from dataclasses import replace
from typing import Any

from facts_house import House, cdr, new_call_id, until

from callmodel.campaigns.document import Campaign, CampaignKind, CampaignList, CampaignState, RetryRule
from callmodel.campaigns.results import AttemptResult
from callmodel.ids import CallId, CampaignId, LeadId, ListId
from callmodel.orders import Milestone
from control_plane.features.campaigns.filling import Filler
from control_plane.features.campaigns.store import CampaignRecord, CampaignStore
from control_plane.features.lists.packing import blocks_of
from control_plane.features.lists.store import READY, ListRecord, ListStore
from control_plane.leads.numberfates import DEAD, REACHED, NumberFates
from control_plane.leads.states import LeadRecord, LeadStates
from control_plane.leads.store import LeadStore
from hotstate.leads.shapes import key_of
from leadimport.cleaning import Cleaner
from leadimport.mapping import ColumnMapping
from leadimport.opening import open_list
from leadimport.rules import Rules
from tests.unit.callmodel.stories import ACME

SPRING, BOUGHT = CampaignId("spring"), ListId("bought")
RETRIES = (
    RetryRule((AttemptResult.BUSY,), 2, (60, 7200)),
    RetryRule((AttemptResult.NO_ANSWER,), 1, (86_400,)),
)
CAMPAIGN = Campaign(
    ACME,
    SPRING,
    CampaignKind.POWER,
    state=CampaignState.RUNNING,
    lists=(CampaignList(BOUGHT),),
    retries=RETRIES,
    runs=1,
)


async def set_up(house: House) -> CampaignRecord:
    """Have a campaign run over ten leads, and its facts be read."""
    resources = house.resources
    text = b"phone\n" + b"".join(b"138%08d\n" % row for row in range(10))
    opened, cleaner = open_list(io.BytesIO(text), ColumnMapping("phone")), Cleaner(Rules("CN"))
    for judged in cleaner.clean(opened.file):
        blocks = list(blocks_of(judged, cleaner.places, {}, 0))
        if blocks:
            await LeadStore(resources.store, resources.cipher).put(ACME, BOUGHT, blocks)
    summary = {"blocks": 1, "slices": 0, "accepted": 10}
    await ListStore(resources.store).add(ACME, ListRecord(ACME, BOUGHT, {}, READY, summary=summary))
    record = CampaignRecord(replace(CAMPAIGN, started_ms=int(time.time() * 1000)), {"script": "", "form": []}, 1)
    await CampaignStore(resources.store).add(ACME, record)
    await resources.dnc.complete()
    assert (await Filler(resources, record).fill()).entered == 10
    await house.start_facts()
    return record


async def ended(
    house: House, row: int, result: AttemptResult, call_id: CallId | None = None, **details: Any
) -> CallId:
    """Tell that the call of a lead is over."""
    call = call_id or new_call_id()
    lead = LeadId(f"bought.{row}")
    told = replace(
        cdr(call), campaign_id=SPRING, lead_id=lead, result=result, ended_ms=int(time.time() * 1000), **details
    )
    await house.tell(Milestone.ENDED.value, told)
    return call


async def state_of(house: House, row: int, attempts: int = 1) -> LeadRecord:
    """Return what became of a lead, once it has so many attempts."""

    async def look() -> LeadRecord | None:
        found = await LeadStates(house.resources.store).one(ACME, SPRING, LeadId(f"bought.{row}"))
        return found if found is not None and found.attempts >= attempts else None

    found: LeadRecord = await until(look)
    return found


async def test_results_decide_when_a_lead_is_called_again(house: House):
    record = await set_up(house)
    key, queue, now_ms = key_of(record.campaign), house.resources.leads, int(time.time() * 1000)

    await ended(house, 0, AttemptResult.CONNECTED)
    await ended(house, 1, AttemptResult.BUSY)
    await ended(house, 2, AttemptResult.NO_ANSWER)
    await ended(house, 3, AttemptResult.DEAD)
    done, busy, absent, dead = [await state_of(house, row) for row in range(4)]

    assert (done.result, done.due_ms, done.results) == ("connected", None, {"connected": 1})
    assert dead.due_ms is None
    assert busy.due_ms is not None and 50_000 < busy.due_ms - now_ms < 90_000
    assert absent.due_ms is not None and absent.due_ms - now_ms > 86_000_000

    async def far_one_has_left() -> bool:
        return await queue.lead_of(key, LeadId("bought.2")) is None

    await until(far_one_has_left)
    assert await queue.lead_of(key, LeadId("bought.1")) is not None, "the near one stays in hot state"
    fates = NumberFates(house.resources.store, house.resources.cipher)
    assert [each async for each in fates.since(ACME, DEAD, 1, now_ms)] == [8613800000003]
    assert [each async for each in fates.since(ACME, REACHED, 1, now_ms)] == [8613800000000]


async def test_the_same_call_is_counted_once_and_rules_count_on(house: House):
    await set_up(house)
    call = await ended(house, 1, AttemptResult.BUSY)
    first = await state_of(house, 1)
    await ended(house, 1, AttemptResult.BUSY, call)
    await ended(house, 1, AttemptResult.BUSY)
    second = await state_of(house, 1, attempts=2)
    await ended(house, 1, AttemptResult.BUSY)
    third = await state_of(house, 1, attempts=3)

    assert first.results == {"busy": 1} and second.results == {"busy": 2}
    assert second.due_ms is not None and second.due_ms - int(time.time() * 1000) > 7_000_000, "the second gap"
    assert third.due_ms is None, "called again twice, and no more"


async def test_opt_out_by_key_is_kept_and_counts(house: House):
    record = await set_up(house)
    await ended(house, 4, AttemptResult.CONNECTED, opted_out=True)
    await state_of(house, 4)
    lead = await house.resources.leads.lead_of(key_of(record.campaign), LeadId("bought.5"))
    assert lead is not None

    numbers = ["+8613800000004", "+8613800000005"]
    found = await house.resources.dnc.found_in(ACME, None, numbers)  # type: ignore[arg-type]
    assert [scope is not None for scope in found] == [True, False]


async def test_hot_state_that_was_lost_is_filled_without_those_who_are_done(house: House):
    record = await set_up(house)
    await ended(house, 0, AttemptResult.CONNECTED)
    await ended(house, 1, AttemptResult.BUSY)
    await state_of(house, 0)
    await state_of(house, 1)
    for name in await house.redis.keys("*spring*"):
        await house.redis.delete(name)

    await Filler(house.resources, record).fill()
    key, now_ms = key_of(record.campaign), int(time.time() * 1000)
    ready = {lead.lead_id for lead in await house.resources.leads.look(key, now_ms, 100)}
    assert ready == {f"bought.{row}" for row in range(2, 10)}
    again = await house.resources.leads.lead_of(key, LeadId("bought.1"))
    assert again is not None and (again.attempts, again.results) == (1, {"busy": 1}), "it comes back for its time"
