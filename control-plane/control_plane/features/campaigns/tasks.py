"""Celery tasks of campaigns."""

import logging
from typing import Any

from callmodel.campaigns.document import CampaignState
from control_plane.features.campaigns.filling import Filler
from control_plane.features.campaigns.store import CampaignStore
from control_plane.inventory.references import every_tenant
from control_plane.jobs.job import job
from control_plane.web.context import Resources
from hotstate.dnc import ListsMissingError

logger = logging.getLogger(__name__)


@job("campaigns.fill", tries=1, done_seconds=0, is_buried=False)
async def fill(resources: Resources, **_later: Any) -> None:
    """Fill up the leads of all campaigns that run."""
    store = CampaignStore(resources.store)
    for tenant_id in await every_tenant(resources.store):
        async for record in store.each(tenant_id):
            if record.campaign.state is not CampaignState.RUNNING:
                continue
            told = {"tenant_id": tenant_id, "campaign_id": record.campaign.campaign_id}
            try:
                filled = await Filler(resources, record).fill()
            except ListsMissingError:
                logger.warning("leads wait for the do-not-call lists", extra=told)
                continue
            if filled.entered:
                logger.info("leads entered", extra={**told, "leads": filled.entered})
