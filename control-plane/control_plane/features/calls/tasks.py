"""Celery tasks of calls.  Ids by keyword; what a newer sender adds is passed over."""

from typing import Any

from callmodel.ids import CallId, LegId, TenantId
from control_plane.facts.livecalls import LiveCalls
from control_plane.facts.webhooks import WebhookStore, deliver
from control_plane.features.calls.deadvoices import DeadVoice, event_of
from control_plane.features.calls.followups_schemas import to_view
from control_plane.features.calls.followups_store import FollowUpStore
from control_plane.features.calls.store import CallStore
from control_plane.jobs.job import job
from control_plane.jobs.queueing import TELL, TELL_DEAD_VOICE
from control_plane.web.context import Resources

TOLD_SECONDS = 3600
"""For so long the same call is told once, however often the fact comes."""


@job(TELL, about=("call_id",), done_seconds=TOLD_SECONDS)
async def tell_follow_up(resources: Resources, *, tenant_id: str, call_id: str, **_later: Any) -> None:
    """Tell a tenant's webhook of a call to follow up, with a masked number."""
    tenant, call = TenantId(tenant_id), CallId(call_id)
    webhook = await WebhookStore(resources.store, resources.cipher).one(tenant)
    found = await FollowUpStore(resources.store, resources.retention).one(tenant, call)
    if webhook is None or found is None:
        return
    record = await CallStore(resources.store, resources.cipher).one(tenant, call)
    event = {"event": "follow-up", "tenant_id": tenant, **to_view(found, record).model_dump()}
    await deliver(webhook, event, resources.now_ms(), resources.settings.webhook_allowed)


@job(TELL_DEAD_VOICE, about=("call_id", "leg_id", "direction", "since_ms"), done_seconds=TOLD_SECONDS)
async def tell_dead_voice(
    resources: Resources, *, tenant_id: str, call_id: str, leg_id: str, direction: str, since_ms: int, **_later: Any
) -> None:
    """Tell a tenant's webhook that a voice is dead in a call that lives, or did a moment ago."""
    tenant, dead = TenantId(tenant_id), DeadVoice(CallId(call_id), LegId(leg_id), direction, since_ms)
    webhook = await WebhookStore(resources.store, resources.cipher).one(tenant)
    if webhook is None:
        return
    call = await LiveCalls(resources.redis).one(tenant, dead.call_id)
    if call is None:
        record = await CallStore(resources.store, resources.cipher).one(tenant, dead.call_id)
        call = record.cdr if record is not None else None
    event = event_of(tenant, dead, call) if call is not None else None
    if event is not None:
        await deliver(webhook, event.model_dump(), resources.now_ms(), resources.settings.webhook_allowed)
