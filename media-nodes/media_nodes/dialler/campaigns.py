"""All campaigns that a dialler may pace: a task each, for as long as it is published."""

import asyncio
import logging

from callmodel.campaigns.document import Campaign, CampaignState
from callmodel.directory import Lookups
from hotstate.leads import CampaignKey
from media_nodes.dialler.campaign import Around, CampaignDialler
from media_nodes.lines import AWAY_ERRORS
from servicekit.cancellation import raise_if_cancelled

TICK_SECONDS = 0.25
IDLE_TICK_SECONDS = 2.0
"""Of a campaign that launches nothing: calls that go on are settled."""
LOOK_SECONDS = 0.5

logger = logging.getLogger(__name__)


class Campaigns:
    """`run` until cancelled."""

    def __init__(self, around: Around) -> None:
        self._around = around
        self._tasks: dict[CampaignKey, asyncio.Task[None]] = {}
        self._diallers: dict[CampaignKey, CampaignDialler] = {}

    async def run(self) -> None:
        """Pace what is published, and follow what is published anew."""
        seen: Lookups | None = None
        async with asyncio.TaskGroup() as group:
            while True:
                raise_if_cancelled()
                directory = self._around.directory()
                if directory is not None and directory is not seen:
                    seen = directory
                    self._follow(group, directory)
                await asyncio.sleep(LOOK_SECONDS)

    async def resign(self) -> None:
        """Pace no more, and let others do so at once."""
        for key, task in self._tasks.items():
            task.cancel()
            try:
                await self._diallers[key].resign()
            except AWAY_ERRORS as error:
                logger.info("not resigned", extra={"error": type(error).__name__})

    def _follow(self, group: asyncio.TaskGroup, directory: Lookups) -> None:
        wanted = {_key_of(each) for each in directory.each_campaign() if _is_dialled(each)}
        for key in self._tasks.keys() - wanted:
            self._tasks.pop(key).cancel()
            del self._diallers[key]
        for key in wanted - self._tasks.keys():
            self._diallers[key] = CampaignDialler(self._around, key)
            self._tasks[key] = group.create_task(self._pace(key), name=f"campaign {key.campaign_id}")

    async def _pace(self, key: CampaignKey) -> None:
        away = False
        while True:
            raise_if_cancelled()
            try:
                await self._diallers[key].tick()
                away = False
            except AWAY_ERRORS as error:
                if not away:
                    logger.warning("campaign not paced", extra={"error": type(error).__name__})
                away = True
            except Exception:  # the top of one campaign: whatever breaks it must not stop the others
                logger.exception("campaign broke", extra={"campaign_id": key.campaign_id})
            await asyncio.sleep(TICK_SECONDS if self._runs(key) else IDLE_TICK_SECONDS)

    def _runs(self, key: CampaignKey) -> bool:
        directory = self._around.directory()
        campaign = directory.campaign_of(key.tenant_id, key.campaign_id) if directory is not None else None
        return campaign is not None and campaign.state is CampaignState.RUNNING


def _key_of(campaign: Campaign) -> CampaignKey:
    return CampaignKey(campaign.tenant_id, campaign.campaign_id, campaign.pool)


def _is_dialled(campaign: Campaign) -> bool:
    """Say whether calls of the campaign are launched here, or settled."""
    return campaign.state is not CampaignState.DRAFT
