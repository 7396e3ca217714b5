"""Campaigns' calls of a node, told to hot state: their claims taken before they dial, and how far they have come.

A call waits only for the word on its claim.  The rest is told in the background, in order, again and again until
Redis has it: until then the lead stays claimed, and nobody calls it.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from callmodel.callstate import Call
from callmodel.campaigns.facts import ClaimTold
from callmodel.campaigns.progress import Progress, progress_of
from callmodel.facts import Fact
from callmodel.ids import CallId, NodeId
from callmodel.orders import OptOut, TakeLead
from hotstate.leads import CampaignKey, LeadCalls
from media_nodes.lines import AWAY_ERRORS
from servicekit.cancellation import raise_if_cancelled

AGAIN_SECONDS = 0.5
MOST_TOLD = 10_000
LAST_WORD_SECONDS = 2.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Told:
    key: CampaignKey
    call_id: CallId
    progress: Progress
    at_ms: int


class RedisLeads:
    """Leads of one node's calls.  `run` for ever beside them."""

    def __init__(self, node_id: NodeId, leads: LeadCalls, now_ms: Callable[[], int]) -> None:
        self._node_id, self._leads, self._now_ms = node_id, leads, now_ms
        self._told: asyncio.Queue[_Told] = asyncio.Queue(MOST_TOLD)

    async def ask(self, call: Call, order: TakeLead | OptOut) -> list[Fact]:
        """Take the claim of a call, or have its customer not be called any more."""
        if isinstance(order, TakeLead):
            return [await self._take(call)]
        await self._opt_out(call)
        return []

    async def _take(self, call: Call) -> Fact:
        """Take the claim of a call; without Redis nobody is dialled."""
        assert call.lead is not None
        at_ms = self._now_ms()
        try:
            taken = await self._leads.take(_key_of(call), call.call_id, self._node_id, at_ms)
        except AWAY_ERRORS as error:
            logger.warning("lead not taken without redis", extra={"error": type(error).__name__})
            taken = False
        return ClaimTold(taken, self._now_ms())

    async def _opt_out(self, call: Call) -> None:
        """Have the customer not be called any more: at once here, for good once the call's record is read."""
        assert call.lead is not None
        try:
            await self._leads.forbid(_key_of(call), call.lead.token, self._now_ms())
        except AWAY_ERRORS as error:
            logger.warning("opted out without redis", extra={"error": type(error).__name__})

    def tell(self, before: Call | None, after: Call) -> None:
        """Say how far a call has come, if it has come further.  Returns at once."""
        progress = progress_of(after)
        if progress is None or (before is not None and progress == progress_of(before)):
            return
        try:
            self._told.put_nowait(_Told(_key_of(after), after.call_id, progress, self._now_ms()))
        except asyncio.QueueFull:
            logger.error("leads are not told of: redis does not keep up")

    async def run(self) -> None:
        """Tell until cancelled."""
        while True:
            raise_if_cancelled()
            told = await self._told.get()
            try:
                # Redis does not say when it is back.
                while not await self._has(told):  # noqa: ASYNC110
                    await asyncio.sleep(AGAIN_SECONDS)
            finally:
                self._told.task_done()

    async def tell_last(self, before: Call | None, after: Call) -> None:
        """Tell how a call ended, and wait a moment until it is known."""
        if after.lead is None:
            return
        self.tell(before, after)
        try:
            async with asyncio.timeout(LAST_WORD_SECONDS):
                await self._told.join()
        except TimeoutError:
            logger.warning("leads are told of later", extra={"waiting": self._told.qsize()})

    async def _has(self, told: _Told) -> bool:
        progress = told.progress
        try:
            await self._leads.note(
                told.key,
                told.call_id,
                self._node_id,
                progress.state,
                told.at_ms,
                answered_ms=progress.answered_ms,
                connected_ms=progress.connected_ms,
                ended_ms=progress.ended_ms,
                result=progress.result,
                agent_id=progress.agent_id,
            )
        except AWAY_ERRORS as error:
            logger.warning("lead not told of", extra={"error": type(error).__name__, "state": progress.state.value})
            return False
        return True


def _key_of(call: Call) -> CampaignKey:
    assert call.lead is not None
    return CampaignKey(call.tenant_id, call.lead.campaign_id, call.lead.pool)
