"""Who is a VIP by the tenants' own systems: asked as a customer calls, and what was answered last is remembered.

No number lies in Redis: a customer is known by a keyed hash, and the mobile that an answer names is not remembered.
"""

import asyncio
import json
import logging
from collections.abc import Callable
from dataclasses import replace

from redis.asyncio import Redis
from redis.exceptions import RedisError

from callmodel import keys
from callmodel.callstate import Call
from callmodel.codec import ShapeError, from_wire, to_wire
from callmodel.directory import Lookups
from callmodel.ids import TenantId
from callmodel.orders import AskVip, LookUp
from callmodel.privacy import number_hash
from callmodel.vips import Vip, from_answer
from media_nodes.ports import LookUps

REMEMBERED_SECONDS = 30 * 86_400
MEMORY_SECONDS = 0.1
"""How long Redis has to tell, or to note, an answer."""
WANTED = {name: name for name in ("vip", "level", "priority", "own_agent", "queue_id", "mobile")}

logger = logging.getLogger(__name__)


class CrmVips:
    """Asks over `look_ups`, within the time that the tenant gives its system."""

    def __init__(self, look_ups: LookUps, redis: Redis, directory: Callable[[], Lookups | None]) -> None:
        self._look_ups, self._redis, self._directory = look_ups, redis, directory

    async def ask(self, call: Call, order: AskVip) -> Vip | None:
        """Return who the caller is by the tenant's system; where it does not answer in time, by its last answer."""
        directory, number = self._directory(), call.number
        tenant = directory.tenant_of(call.tenant_id) if directory is not None else None
        if directory is None or tenant is None or number is None:
            return None
        caller = number_hash(tenant.number_key, number)
        fields = {"caller": number, "dialled": call.dialled, "call_id": call.call_id}
        question = LookUp(order.look_up_id, order.url, order.budget_ms, fields, WANTED)
        answer, problem = await self._look_ups.ask(question)
        if problem is not None:
            logger.info("tenant's system does not say who calls", extra={"call_id": call.call_id, "problem": problem})
            return await self._last(call.tenant_id, caller)
        vip = from_answer(call.tenant_id, caller, answer)
        if vip is not None and vip.queue_id is not None and directory.queue_of(call.tenant_id, vip.queue_id) is None:
            vip = replace(vip, queue_id=None)
        await self._remember(call.tenant_id, caller, vip)
        return vip

    async def _last(self, tenant_id: TenantId, caller: str) -> Vip | None:
        try:
            async with asyncio.timeout(MEMORY_SECONDS):
                text = await self._redis.get(keys.told_vip(tenant_id, caller))
            return from_wire(Vip, json.loads(text)) if text else None
        except (RedisError, OSError, TimeoutError, ShapeError, ValueError) as error:
            logger.warning("nobody remembers who calls", extra={"error": type(error).__name__})
            return None

    async def _remember(self, tenant_id: TenantId, caller: str, vip: Vip | None) -> None:
        text = "" if vip is None else json.dumps(to_wire(replace(vip, mobile=None)))
        try:
            async with asyncio.timeout(MEMORY_SECONDS):
                await self._redis.set(keys.told_vip(tenant_id, caller), text, ex=REMEMBERED_SECONDS)
        except (RedisError, OSError, TimeoutError) as error:
            logger.warning("who calls is not remembered", extra={"error": type(error).__name__})
