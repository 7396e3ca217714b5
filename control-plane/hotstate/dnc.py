"""Do-not-call lists in hot state, asked at the moment of dialling, exact and changed at once (ADR 43)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from redis.asyncio import Redis

from callmodel.ids import E164, CampaignId, TenantId
from hotstate.numberpages import NumberPages
from servicekit.crypto import TenantCipher

PLATFORM = TenantId("platform")
EPOCH = f"{PLATFORM}:dnc:epoch"
"""There while hot state has all lists: gone with them, it is only written once they are back."""


class ListsMissingError(Exception):
    """Hot state has lost its lists, and has not got them back yet: nobody may be called."""


@dataclass(frozen=True)
class DncScope:
    """For whom a list counts.  tenant_id: PLATFORM for everybody.  name: `system`, `tenant` and so on."""

    tenant_id: TenantId
    name: str


SYSTEM, NATIONAL = DncScope(PLATFORM, "system"), DncScope(PLATFORM, "national")


def tenant_scope(tenant_id: TenantId) -> DncScope:
    """Return the scope of a tenant's own list."""
    return DncScope(tenant_id, "tenant")


def campaign_scope(tenant_id: TenantId, campaign_id: CampaignId) -> DncScope:
    """Return the scope of a campaign's own list."""
    return DncScope(tenant_id, f"campaign.{campaign_id}")


class DoNotCall:
    """The lists.  Every method raises redis errors."""

    def __init__(self, redis: Redis, cipher: TenantCipher) -> None:
        """redis: as of `redisio.connect`.  cipher: by the key of leads' numbers, as for `LeadQueue`."""
        self._redis = redis
        key = bytes.fromhex(cipher.keyed_hash(PLATFORM, "pages of do-not-call lists"))
        self._pages = NumberPages(redis, key, "dnc")

    async def add(self, scope: DncScope, numbers: Iterable[int]) -> None:
        """Have these numbers not be called from now on.  numbers: E.164 digits as integers."""
        await self._pages.add(scope.tenant_id, scope.name, numbers)

    async def remove(self, scope: DncScope, numbers: Iterable[int]) -> None:
        """Let these numbers be called again."""
        await self._pages.remove(scope.tenant_id, scope.name, numbers)

    async def complete(self) -> None:
        """Say that hot state has all lists."""
        await self._redis.set(EPOCH, "1")

    async def is_complete(self) -> bool:
        """Say whether hot state has all lists."""
        return bool(await self._redis.exists(EPOCH))

    async def found_in(
        self, tenant_id: TenantId, campaign_id: CampaignId | None, numbers: Sequence[E164]
    ) -> list[DncScope | None]:
        """Return of each number the first list on which it is, None for one that may be called.

        Asked by the dialler between a number's claim and the order to call it.  Raises ListsMissingError.
        """
        scopes = [SYSTEM, NATIONAL, tenant_scope(tenant_id)]
        if campaign_id is not None:
            scopes.append(campaign_scope(tenant_id, campaign_id))
        async with self._redis.pipeline(transaction=False) as pipeline:
            self._pages.begin_looking_up(pipeline)
            pipeline.exists(EPOCH)
            for number in numbers:
                for scope in scopes:
                    self._pages.look_up(pipeline, scope.tenant_id, scope.name, number)
            _, complete, *answers = await pipeline.execute()
        if not complete:
            raise ListsMissingError()
        count = len(scopes)
        rows = [answers[begin : begin + count] for begin in range(0, len(answers), count)]
        return [next((scope for scope, on in zip(scopes, row, strict=True) if on), None) for row in rows]
