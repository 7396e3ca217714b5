"""The due queue of a campaign: who fills it, who claims from it, and who paces it."""

import logging
from collections.abc import Iterable, Sequence
from typing import Any

from redis.asyncio import Redis

from callmodel.campaigns.caps import Window
from callmodel.campaigns.history import HourCount
from callmodel.campaigns.leads import Lead
from callmodel.campaigns.results import AttemptResult
from callmodel.codec import ShapeError
from callmodel.ids import E164, CallId, LeadId, TenantId
from hotstate.leads import forbidding, packing
from hotstate.leads.running import Runner, Value, campaign_key, tenant_key
from hotstate.leads.shapes import CampaignKey, Claimed, Deposed, Figures, LeadCall, Refused
from servicekit.crypto import DecryptionError, TenantCipher
from servicekit.redisio import ALONE, Replicas

LEASE_MS = 1_500
KEPT_MS = 31 * 86_400_000
"""How long attempts are remembered for frequency caps."""
BUSY_AGAIN_MS = 60_000
HOUR_MS, DAY_MS = 3_600_000, 86_400_000

logger = logging.getLogger(__name__)


class LeadQueue:
    """Leads of any campaign, filled by the control plane and emptied by the dialler: both can open the numbers.

    Every method is one script or command, done whole or not at all, and harmless twice.  `at_ms` is the caller's
    clock, milliseconds since 1970.  All raise redis.exceptions.RedisError while Redis is away, and ValueError for
    names that can not stand in a key.
    """

    def __init__(self, redis: Redis, cipher: TenantCipher, replicas: Replicas = ALONE) -> None:
        """redis: as of `redisio.connect`.  cipher: by the key of leads' numbers, a file of its own."""
        self._redis: Any = redis
        self._cipher = cipher
        self._runner = Runner(redis, replicas)

    # Filling.

    async def put(self, key: CampaignKey, leads: Sequence[Lead], at_ms: int, most: int) -> tuple[int, list[LeadId]]:
        """Enter leads that are not there yet; return how many are there, and which were not taken.

        Not taken: beyond `most`, and those on a do-not-call list.  A lead that is there, or in a call, stays as it
        is.  A lead with fewer `attempts` than were made of it lately comes from an old reading, and is passed over.
        """
        values: list[Value] = [at_ms, most]
        for lead in leads:
            values += [lead.lead_id, lead.attempts, lead.due_ms, self._pack(key.tenant_id, lead)]
        size, refused = await self._runner.run("put", key, values)
        return int(size), [LeadId(lead_id) for lead_id in refused]

    async def change(self, key: CampaignKey, leads: Sequence[Lead], at_ms: int) -> None:
        """Let leads be as they are given here, such as called back at a time; one in a call, once that is over."""
        values: list[Value] = [at_ms]
        for lead in leads:
            values += [lead.lead_id, lead.due_ms, self._pack(key.tenant_id, lead)]
        await self._runner.run("change", key, values)

    async def take_out(self, key: CampaignKey, lead_ids: Iterable[LeadId], at_ms: int) -> list[LeadId]:
        """Take leads out.  Those in a call are returned; they go when it is over."""
        return [LeadId(lead_id) for lead_id in await self._runner.run("take_out", key, [at_ms, *lead_ids])]

    async def clear(self, key: CampaignKey, at_ms: int) -> None:
        """Take all leads out, and forget how often they were tried in this run.  Calls go on."""
        await self._runner.run("clear", key, [at_ms])

    async def forbid(self, key: CampaignKey, token: str, at_ms: int, *, whole_tenant: bool = True) -> None:
        """Have a number not be called from now on: by nobody of the tenant, or not by this campaign.

        Kept for 35 days: what is entered later was compared with the lists in the store.
        """
        await forbidding.forbid(self._redis, _owner(key, whole_tenant=whole_tenant), token, at_ms)

    async def allow(self, key: CampaignKey, token: str, *, whole_tenant: bool = True) -> None:
        """Take back what `forbid` did."""
        await forbidding.allow(self._redis, _owner(key, whole_tenant=whole_tenant), token)

    async def figures(self, key: CampaignKey) -> Figures:
        """Return how the campaign stands."""
        name = campaign_key(key)
        async with self._redis.pipeline(transaction=False) as pipeline:
            pipeline.zcard(f"{name}:ready")
            pipeline.zcard(f"{name}:waiting")
            pipeline.hlen(f"{name}:calls")
            pipeline.hgetall(f"{name}:figures")
            ready, waiting, calls, counted = await pipeline.execute()
        results = {field.partition(":")[2]: int(count) for field, count in counted.items()}
        return Figures(ready, waiting, calls, results)

    # Pacing.

    async def lead(self, key: CampaignKey, holder: str, at_ms: int, lease_ms: int = LEASE_MS) -> int | None:
        """Become or stay the one who paces a campaign, for so long; return the fencing token, None for another's."""
        return int(await self._runner.run("lead", key, [at_ms, holder, lease_ms])) or None

    async def resign(self, key: CampaignKey, holder: str, at_ms: int) -> None:
        """Let another pace at once."""
        await self._runner.run("resign", key, [at_ms, holder])

    async def calls(self, key: CampaignKey, at_ms: int) -> list[LeadCall]:
        """Return all calls that are not settled."""
        return [packing.call_in(parts) for parts in await self._runner.run("calls", key, [at_ms])]

    async def outcomes(self, key: CampaignKey, at_ms: int, days: int = 30) -> list[HourCount]:
        """Return what was counted in the last days, by hour, oldest first."""
        counts: dict[int, dict[str, int]] = {}
        for field, count in (await self._redis.hgetall(f"{campaign_key(key)}:outcomes")).items():
            hour, _, what = field.partition(":")
            counts.setdefault(int(hour), {})[what] = int(count)
        since = (at_ms - days * DAY_MS) // HOUR_MS
        return [HourCount(hour * HOUR_MS, **told) for hour, told in sorted(counts.items()) if hour >= since]

    async def count_wrap_ups(self, key: CampaignKey, count: int, sum_ms: int, at_ms: int) -> None:
        """Count wrap-ups that ended, for what is learnt of the campaign."""
        name, hour = f"{campaign_key(key)}:outcomes", at_ms // HOUR_MS
        async with self._redis.pipeline(transaction=False) as pipeline:
            pipeline.hincrby(name, f"{hour}:wrap_ups", count)
            pipeline.hincrby(name, f"{hour}:wrap_up_ms", sum_ms)
            await pipeline.execute()

    # Claiming.

    async def look(self, key: CampaignKey, at_ms: int, most: int) -> list[Lead]:
        """Return leads that are due, the first to be dialled first."""
        found = await self._runner.run("look", key, [at_ms, most])
        leads = []
        for lead_id, packed in zip(found[::2], found[1::2], strict=True):
            try:
                leads.append(packing.lead_in(self._cipher, key.tenant_id, packed))
            except (DecryptionError, ShapeError, ValueError) as error:
                # It would stand first for ever, and let nobody else be called.
                extra = {"lead_id": lead_id, "error": type(error).__name__, "alarm": "lead-unreadable"}
                logger.error("lead not readable: taken out", extra=extra)
                await self.take_out(key, [LeadId(lead_id)], at_ms)
        return leads

    async def postpone(self, key: CampaignKey, fence: int, until: dict[LeadId, int], at_ms: int) -> bool:
        """Let leads wait that may not be called now.  False: somebody else paces."""
        values: list[Value] = [at_ms, fence]
        for lead_id, due_ms in until.items():
            values += [lead_id, due_ms]
        return bool(await self._runner.run("postpone", key, values))

    async def claim(
        self,
        key: CampaignKey,
        fence: int,
        lead_id: LeadId,
        call_id: CallId,
        caller: E164,
        windows: Sequence[Window],
        at_ms: int,
    ) -> Claimed | Refused | Deposed:
        """Claim a lead, and its number in the whole tenant, for one call.

        Do-not-call lists and frequency windows are asked in the same script.
        """
        values: list[Value] = [at_ms, fence, lead_id, call_id, key.campaign_id, caller, KEPT_MS, BUSY_AGAIN_MS]
        for window in windows:
            values += [window.scope.value, window.since_ms, window.most, window.length_ms, window.ends_ms]
        return packing.claim_in(await self._runner.run("claim", key, values))

    async def give_back(self, key: CampaignKey, fence: int, call_id: CallId, at_ms: int) -> bool:
        """Let a claim lapse that no node has taken: the lead is ready again.  False: it was taken."""
        return bool(await self._runner.run("give_back", key, [at_ms, fence, call_id]))

    async def settle(
        self,
        key: CampaignKey,
        fence: int,
        call: LeadCall,
        result: AttemptResult,
        lead: Lead | None,
        at_ms: int,
        *,
        attempts: int,
        counts: bool = True,
        answered: int = 0,
        abandoned: int = 0,
    ) -> bool:
        """Be done with a call, and free its number.  False: it was settled before, or somebody else paces.

        lead: as it is called again, at its `due_ms`; None for not again.  What was asked for meanwhile by `change` or
        `take_out` goes before.  attempts: made of it now.  counts: whether the attempt counts for frequency caps.
        answered, abandoned: by which the cap on abandoned calls is kept.
        """
        due_ms, packed = (-1, "") if lead is None else (lead.due_ms, self._pack(key.tenant_id, lead))
        values: list[Value] = [at_ms, fence, call.call_id, due_ms, packed, int(counts), result.value]
        return bool(await self._runner.run("settle", key, [*values, answered, abandoned, attempts]))

    async def lead_of(self, key: CampaignKey, lead_id: LeadId) -> Lead | None:
        """Return a lead that is there, in a call or not."""
        packed = await self._redis.hget(f"{campaign_key(key)}:leads", lead_id)
        return None if packed is None else packing.lead_in(self._cipher, key.tenant_id, packed)

    def _pack(self, tenant_id: TenantId, lead: Lead) -> str:
        return packing.pack_lead(self._cipher, tenant_id, lead)


def _owner(key: CampaignKey, *, whole_tenant: bool) -> str:
    return tenant_key(key) if whole_tenant else campaign_key(key)
