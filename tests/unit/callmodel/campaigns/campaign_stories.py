"""A campaign and its leads in few words."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from callmodel.campaigns.document import CallingHours, Campaign, CampaignKind
from callmodel.campaigns.leads import Lead
from callmodel.flows.calendars import WEEKDAYS
from callmodel.ids import E164, CampaignId, LeadId, ListId, QueueId, TenantId

SHANGHAI, LONDON, NEW_YORK = "Asia/Shanghai", "Europe/London", "America/New_York"
NINE_TO_EIGHT = CallingHours({day: ("09:00-20:00",) for day in WEEKDAYS})
CAMPAIGN = Campaign(
    TenantId("acme"),
    CampaignId("spring"),
    CampaignKind.PREDICTIVE,
    queue_id=QueueId("sales"),
    time_zone=SHANGHAI,
    hours=NINE_TO_EIGHT,
)
LEAD = Lead(LeadId("list.1"), ListId("list"), E164("+8613812345678"), "token")


def campaign(**changes: Any) -> Campaign:
    return replace(CAMPAIGN, **changes)


def at(text: str, zone: str = SHANGHAI) -> int:
    """Return a local time, `2026-11-30 09:00`, as milliseconds since 1970."""
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)
