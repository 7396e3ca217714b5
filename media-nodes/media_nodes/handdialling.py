"""Whether a number that is dialled by hand is a customer's, or approved: asked of hot state before the claim."""

import asyncio
import logging
from collections.abc import Callable

from redis.asyncio import Redis
from redis.exceptions import RedisError

from callmodel.directory import Lookups
from callmodel.handdialling import Asked
from callmodel.ids import TenantId
from hotstate.customers import Customers

ANSWER_SECONDS = 1.0

logger = logging.getLogger(__name__)


class RedisHandDialling:
    """While Redis is away whatever is dialled goes out: no customer waits for a rule against private calls."""

    def __init__(self, redis: Redis, directory: Callable[[], Lookups | None]) -> None:
        self._customers, self._directory = Customers(redis), directory

    async def allows(self, tenant_id: TenantId, asked: Asked) -> bool:
        """Say whether a number is on a list or approved, as is asked.  Never raises."""
        directory = self._directory()
        tenant = directory.tenant_of(tenant_id) if directory is not None else None
        if tenant is None:
            return True
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                sought = (tenant_id, tenant.number_key, asked.number)
                allowed = asked.approvals and await self._customers.is_approved(*sought)
                allowed = allowed or (asked.lists and await self._customers.is_listed(*sought))
        except (RedisError, OSError, TimeoutError) as error:
            logger.warning("nobody knows what may be dialled", extra={"error": type(error).__name__})
            allowed = True
        return allowed
