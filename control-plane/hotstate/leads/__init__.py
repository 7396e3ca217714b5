"""Campaigns' leads in hot state: due queues, one claim a number, frequency, do-not-call, and who paces (ADR 44)."""

from callmodel.campaigns.progress import LeadState
from hotstate.leads.asking import Asked, LeadAsks, NotDialled, Told
from hotstate.leads.calls import LeadCalls
from hotstate.leads.numbers import CallerNumbers
from hotstate.leads.queue import LeadQueue
from hotstate.leads.shapes import CampaignKey, Claimed, Deposed, LeadCall, Refused, RefusedFor

__all__ = [
    "Asked",
    "CallerNumbers",
    "CampaignKey",
    "Claimed",
    "Deposed",
    "LeadAsks",
    "LeadCall",
    "LeadCalls",
    "LeadQueue",
    "LeadState",
    "NotDialled",
    "Refused",
    "RefusedFor",
    "Told",
]
