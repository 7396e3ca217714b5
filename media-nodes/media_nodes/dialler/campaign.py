"""One campaign, paced: look, settle what is over, launch what the pacer says.  One dialler at a time does it."""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from redis.asyncio import Redis

from callmodel.campaigns import retrying
from callmodel.campaigns.document import Campaign, CampaignState
from callmodel.campaigns.launching import BY_AGENTS, Pacing, pacing_of, room_for
from callmodel.campaigns.progress import LeadState
from callmodel.campaigns.results import AttemptResult
from callmodel.campaigns.watching import CallSeen, Look, agents_of, facts_between, snapshot_of, unsure_ms_of
from callmodel.directory import Lookups, Tenant
from callmodel.flows.calendars import is_open
from callmodel.ids import CallId
from callmodel.pacing.outcomes import Fact, OutcomesCounted, WrapUpEnded
from callmodel.trunks import trunks_of
from hotstate.acd import Acd
from hotstate.channels import free_channels
from hotstate.dnc import DoNotCall
from hotstate.leads import CallerNumbers, CampaignKey, LeadAsks, LeadCall, LeadQueue, NotDialled, Told
from media_nodes.dialler.claiming import Claiming
from media_nodes.dialler.nodes import Missing, Nodes

CLAIM_MS = 6_500
"""After which a claim goes back that no node has taken: its order is worth 5 s."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Around:
    """What a dialler needs of the world.  holder: by which it is known as the one who paces."""

    redis: Redis
    queue: LeadQueue
    dnc: DoNotCall
    acd: Acd
    nodes: Nodes
    directory: Callable[[], Lookups | None]
    now_ms: Callable[[], int]
    holder: str


class CampaignDialler:
    """A campaign, ticked every quarter of a second or so.  Its state is what it was told: a successor learns anew."""

    def __init__(self, around: Around, key: CampaignKey) -> None:
        self._around, self._key = around, key
        self._claiming = Claiming(around.queue, CallerNumbers(around.redis), around.dnc, around.nodes, key)
        self._fence = 0
        self._settings: object = None
        self._pacing: Pacing
        self._before = Look(0)
        self._missing = Missing()

    async def tick(self) -> None:
        """Do what is due now, if nobody else does.  Raises redis errors."""
        around, key, at_ms = self._around, self._key, self._around.now_ms()
        directory = around.directory()
        campaign = directory.campaign_of(key.tenant_id, key.campaign_id) if directory is not None else None
        tenant = directory.tenant_of(key.tenant_id) if directory is not None else None
        if directory is None or campaign is None or tenant is None:
            return
        fence = await around.queue.lead(key, around.holder, at_ms)
        if fence is None:
            self._fence = 0
            return
        await self._begin(campaign, fence, at_ms)
        calls = await around.queue.calls(key, at_ms)
        look = Look(
            at_ms,
            agents_of(campaign, await around.acd.agents(key.pool)),
            {call.call_id: _seen(call) for call in calls},
        )
        await self._learn(facts_between(self._before, look, unsure_ms_of(campaign)), at_ms)
        self._before = look
        await self._settle(campaign, calls, at_ms)
        if campaign.kind in BY_AGENTS:
            await self._dial_asked(directory, tenant, campaign, at_ms)
        else:
            await self._launch(directory, tenant, campaign, look)

    async def _learn(self, facts: Sequence[Fact], at_ms: int) -> None:
        for fact in facts:
            self._pacing.observe(fact)
        wrapped = [fact.wrapped_seconds for fact in facts if isinstance(fact, WrapUpEnded)]
        if wrapped:
            await self._around.queue.count_wrap_ups(self._key, len(wrapped), round(1000 * sum(wrapped)), at_ms)

    async def resign(self) -> None:
        """Let another dialler pace at once.  Raises redis errors."""
        await self._around.queue.resign(self._key, self._around.holder, self._around.now_ms())

    async def _begin(self, campaign: Campaign, fence: int, at_ms: int) -> None:
        """Begin to pace, where somebody else did before, or by other rules."""
        settings = (fence, campaign.kind, campaign.pacing)
        if settings == self._settings:
            return
        if fence != self._fence:
            logger.info("pacing", extra={"campaign_id": campaign.campaign_id, "fence": fence})
        self._fence, self._settings, self._pacing = fence, settings, pacing_of(campaign)
        self._before = Look(at_ms)
        for hour in await self._around.queue.outcomes(self._key, at_ms):
            self._pacing.observe(OutcomesCounted(hour.at_ms / 1000, hour.answered, hour.abandoned))

    # -- what is over

    async def _settle(self, campaign: Campaign, calls: Iterable[LeadCall], at_ms: int) -> None:
        lost = await self._lost(calls, at_ms)
        for call in calls:
            if call.state is LeadState.CLAIMED:
                if at_ms - call.launched_ms > CLAIM_MS:
                    await self._around.queue.give_back(self._key, self._fence, call.call_id, at_ms)
            elif call.ended_ms or call.call_id in lost:
                await self._settle_one(campaign, call, at_ms)

    async def _settle_one(self, campaign: Campaign, call: LeadCall, at_ms: int) -> None:
        result, queue = _result_of(call), self._around.queue
        lead = await queue.lead_of(self._key, call.lead_id)
        again, attempts = None, 1
        if lead is not None:
            again = retrying.again(campaign, lead, result, at_ms)
            attempts = retrying.after(lead, result, at_ms).attempts
        abandoned = result is AttemptResult.ABANDONED
        await queue.settle(
            self._key,
            self._fence,
            call,
            result,
            again,
            at_ms,
            attempts=attempts,
            counts=retrying.counts(result),
            answered=int(abandoned or (call.connected_ms > 0 and result is not AttemptResult.MACHINE)),
            abandoned=int(abandoned),
        )

    async def _lost(self, calls: Iterable[LeadCall], at_ms: int) -> set[CallId]:
        """Return calls that are over without a word: their nodes hold them no more."""
        taken = {
            call.call_id: (call.node_id, call.taken_ms)
            for call in calls
            if call.node_id is not None and not call.ended_ms and call.state is not LeadState.CLAIMED
        }
        held = await self._around.nodes.held_by({node_id for node_id, _ in taken.values()}) if taken else {}
        lost = self._missing.over(taken, held, at_ms)
        for call_id in lost:
            logger.warning("call is over without a word", extra={"call_id": call_id})
        return lost

    # -- what begins

    async def _dial_asked(self, directory: Lookups, tenant: Tenant, campaign: Campaign, at_ms: int) -> None:
        """Dial the leads that agents have looked at, and want to call."""
        asks = LeadAsks(self._around.redis)
        wishes = await asks.next(self._key, at_ms)
        if not wishes:
            return
        await self._around.nodes.look()
        is_open_now = campaign.state is CampaignState.RUNNING and _is_staffed(directory, campaign, at_ms)
        for asked in wishes:
            told = Told(refused=NotDialled.HOURS)
            if is_open_now:
                told = await self._claiming.dial(directory, tenant, campaign, self._fence, asked, at_ms)
            await asks.tell(self._key, asked, told)

    async def _launch(self, directory: Lookups, tenant: Tenant, campaign: Campaign, look: Look) -> None:
        around, at_ms = self._around, look.at_ms
        is_open_now = campaign.state is CampaignState.RUNNING and _is_staffed(directory, campaign, at_ms)
        await around.nodes.look()
        trunks = trunks_of(directory, campaign.tenant_id)
        free = await free_channels(around.redis, tenant, trunks, at_ms) if is_open_now else 0
        # What is claimed and not dialled yet holds no channel.
        on_the_way = sum(call.state is LeadState.CLAIMED for call in look.calls.values())
        free = min(free - on_the_way, around.nodes.room)
        snapshot = snapshot_of(look, 0, is_open=is_open_now)
        most = room_for(campaign, len(snapshot.agents), len(look.calls), free)
        snapshot = replace(snapshot, channels_free=most)
        lines = min(self._pacing.lines_to_launch(at_ms / 1000, snapshot), snapshot.channels_free)
        if lines > 0:
            await self._claiming.launch(directory, tenant, campaign, self._fence, lines, self._around.now_ms)


def _seen(call: LeadCall) -> CallSeen:
    return CallSeen(
        call.call_id, call.state, call.launched_ms, call.answered_ms, call.connected_ms, call.ended_ms, call.result
    )


def _result_of(call: LeadCall) -> AttemptResult:
    """Return what came of a call that is over; of one without a word, what is known."""
    if call.result is not None:
        return call.result
    if call.connected_ms:
        return AttemptResult.CONNECTED
    # Its node took it: a phone may have rung.
    return AttemptResult.ABANDONED if call.answered_ms else AttemptResult.NO_ANSWER


def _is_staffed(directory: Lookups, campaign: Campaign, at_ms: int) -> bool:
    """Say whether the team's own hours are open; a calendar that nobody knows is closed, as none dials by mistake."""
    if campaign.calendar_id is None:
        return True
    calendar = directory.calendar_of(campaign.tenant_id, campaign.calendar_id)
    return calendar is not None and is_open(calendar, at_ms)
