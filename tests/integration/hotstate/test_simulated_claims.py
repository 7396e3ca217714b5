"""Claims of a simulated campaign are those of the real one: the same leads, the same moments, the same caps."""

import random
from collections.abc import Iterator
from dataclasses import replace

import pytest
from redis.asyncio import Redis

from callmodel.campaigns import retrying
from callmodel.campaigns.caps import windows_of
from callmodel.campaigns.document import (
    CallerPool,
    CallingHours,
    Campaign,
    CampaignKind,
    CapScope,
    CapWindow,
    FrequencyCap,
    RetryRule,
)
from callmodel.campaigns.leads import Lead
from callmodel.campaigns.results import AttemptResult
from callmodel.campaigns.simulating.assumptions import Assumptions, Drawn
from callmodel.campaigns.simulating.virtualleads import InCall, VirtualLeads
from callmodel.flows.calendars import WEEKDAYS
from callmodel.ids import E164, CallId, CampaignId, LeadId, ListId, ProviderId, TenantId
from callmodel.pacing.simulation import Came, Fate
from hotstate.leads import CampaignKey, Claimed, LeadQueue, Refused, RefusedFor
from servicekit.crypto import TenantCipher

# 2026-03-02, a Monday, 00:00 UTC.
MONDAY = 1_772_409_600_000
OURS = E164("+862155550100")
KEY = CampaignKey(TenantId("acme"), CampaignId("spring"), ProviderId("hq"))
CAMPAIGN = Campaign(
    KEY.tenant_id,
    KEY.campaign_id,
    CampaignKind.PREDICTIVE,
    hours=CallingHours({day: ("00:00-24:00",) for day in WEEKDAYS}),
    callers=CallerPool((OURS,)),
    retries=(RetryRule((AttemptResult.BUSY, AttemptResult.NO_ANSWER), 40, (60, 600)),),
    most_attempts=100,
)
CAPS = (
    (FrequencyCap(2, seconds=3600),),
    (FrequencyCap(1, window=CapWindow.DAY), FrequencyCap(3, CapScope.CAMPAIGN, seconds=300_000)),
    (FrequencyCap(2, CapScope.CALLER, seconds=600),),
)


def busy_for_ever() -> Iterator[Drawn]:
    while True:
        yield Drawn(Fate(1.0, False, 5.0, 5.0, 2.0, 60.0, 10.0), AttemptResult.BUSY)


@pytest.mark.parametrize("caps", CAPS)
async def test_a_lead_is_claimed_at_the_same_moments(redis: Redis, caps: tuple[FrequencyCap, ...]):
    """Two leads, whose every call is busy, over two days, asked at odd moments."""
    campaign = replace(CAMPAIGN, caps=caps)
    chance = random.Random(5)
    moments = sorted({chance.randrange(172_800) for _ in range(400)})
    assert await really(redis, campaign, moments) == virtually(campaign, moments)


def virtually(campaign: Campaign, moments: list[int]) -> list[tuple[int, int]]:
    leads = VirtualLeads(campaign, Assumptions(1, 2, MONDAY), busy_for_ever())
    found = []
    for now in moments:
        while (call := leads.next_call(float(now))) is not None:
            whom = call[1]
            assert isinstance(whom, InCall)
            found.append((now, int(whom.person.lead.lead_id.partition(".")[2])))
            leads.over(float(now), whom, Came.UNANSWERED)
    return sorted(found)


async def really(redis: Redis, campaign: Campaign, moments: list[int]) -> list[tuple[int, int]]:
    queue = LeadQueue(redis, TenantCipher(b"k" * 32))
    leads = [Lead(LeadId(f"l.{row}"), ListId("l"), E164(f"+8613800{row:06d}"), f"t{row}") for row in (1, 2)]
    await queue.put(KEY, leads, MONDAY, 10)
    found = []
    for now in moments:
        at_ms = MONDAY + now * 1000
        fence = await queue.lead(KEY, "test", at_ms, 60_000)
        assert fence is not None
        capped: dict[LeadId, int] = {}
        for lead in await queue.look(KEY, at_ms, 10):
            call_id = CallId(f"c{len(found)}")
            windows = windows_of(campaign, lead.time_zones, at_ms)
            claim = await queue.claim(KEY, fence, lead.lead_id, call_id, OURS, windows, at_ms)
            if claim == Claimed():
                found.append((now, int(lead.lead_id.partition(".")[2])))
                (call,) = await queue.calls(KEY, at_ms)
                again = retrying.again(campaign, lead, AttemptResult.BUSY, at_ms)
                await queue.settle(KEY, fence, call, AttemptResult.BUSY, again, at_ms, attempts=lead.attempts + 1)
            elif isinstance(claim, Refused) and claim.reason is RefusedFor.CALLER_CAPPED:
                capped[lead.lead_id] = max(claim.next_ms, at_ms + 1)
        if capped:
            await queue.postpone(KEY, fence, capped, at_ms)
    return sorted(found)
