"""A campaign on a real node: its document, its leads, and what the carrier saw of them."""

import secrets
from dataclasses import replace
from typing import Any

from lines_harness import FLOWS, QUEUE, SALES, known, now_ms
from media_harness import ACME, HQ_NUMBER, Node

from callmodel.campaigns.document import (
    CallerPool,
    CallingHours,
    Campaign,
    CampaignKind,
    CampaignState,
    PacingSettings,
)
from callmodel.campaigns.leads import Lead
from callmodel.directory import Directory
from callmodel.flows.calendars import WEEKDAYS
from callmodel.ids import E164, CallId, CampaignId, LeadId, ListId, uuid7
from callmodel.privacy import number_hash
from hotstate.leads import CampaignKey, LeadQueue
from servicekit.crypto import TenantCipher
from tests.integration.publishing import publish

SPRING = CampaignId("spring")
ALWAYS = CallingHours({day: ("00:00-24:00",) for day in WEEKDAYS})
CAMPAIGN = Campaign(
    ACME,
    SPRING,
    CampaignKind.PROGRESSIVE,
    name="Acme",
    state=CampaignState.RUNNING,
    queue_id=SALES,
    callers=CallerPool((E164(HQ_NUMBER),)),
    hours=ALWAYS,
    pacing=PacingSettings(ring_seconds=5),
)
KEY = CampaignKey(ACME, SPRING, QUEUE.pool)
KEY_BYTES = b"k" * 32
CIPHER = TenantCipher(KEY_BYTES)


def campaigning(campaign: Campaign = CAMPAIGN) -> Directory:
    return replace(known(), campaigns=(campaign,), flows=FLOWS)


def lead(row: int, number: str = "", **more: Any) -> Lead:
    number = number or f"+861380000{row:04d}"
    (tenant,) = known().tenants
    return Lead(LeadId(f"list.{row}"), ListId("list"), E164(number), number_hash(tenant.number_key, number), **more)


def new_call_id() -> CallId:
    return CallId(uuid7(now_ms(), secrets.randbits(74)))


def queue_of(node: Node) -> LeadQueue:
    return LeadQueue(node.redis, CIPHER)


async def published_campaign(node: Node, campaign: Campaign) -> None:
    """Publish the campaign as it is now."""
    node.directory = replace(node.directory, campaigns=(campaign,))
    await publish(node.redis, node.directory)
