"""The edge's bans, told to the control plane, and lifted when it says so."""

import asyncio
import json
import logging
import time
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from callmodel import keys
from callmodel.codec import ShapeError, from_wire, to_wire
from callmodel.edgebans import EdgeBan, EdgeBans, LiftBan
from edge_proxy import bans
from kamailio_helpers.rpc import KamailioRpc, RpcError, RpcUnreachableError

TELL_SECONDS = 1.0
TOLD_MS = 10_000
REDIS_SECONDS = 2.0
LOOK_BACK_MS = 60_000
"""An agent that restarts also does what was ordered while it was away."""
LIFTS_AT_ONCE = 100

logger = logging.getLogger(__name__)


async def held(rpc: KamailioRpc) -> tuple[EdgeBan, ...]:
    """Return whom this edge does not listen to.  Raises RpcError, RpcUnreachableError."""
    banned, locked = await rpc.htable_entries(bans.BANNED), await rpc.htable_entries(bans.LOCKED)
    return bans.read(banned, locked, time.time())


async def lift(rpc: KamailioRpc, address: str, account: str = "") -> bool:
    """Listen again, here and at the edges that share the tables; say whether there was a ban or lock.

    Raises RpcUnreachableError.
    """
    found = []
    for table, key in bans.traces_of(address, account):
        try:
            await rpc.htable_delete(table, key)
            found.append(True)
        except RpcError:
            found.append(False)  # there is no such entry
    return found[0]


class BanTeller:
    """Keeps an edge's list in Redis, with a short life, and does what the stream of lifts asks for."""

    def __init__(self, rpc: KamailioRpc, redis: Redis, edge_id: str) -> None:
        self._rpc, self._redis, self._edge_id = rpc, redis, edge_id
        self._last = f"{int(time.time() * 1000) - LOOK_BACK_MS}-0"
        self._away = False

    async def run(self) -> None:
        """Lift and tell every second, for ever; while Redis or Kamailio is away, bans end by themselves."""
        while True:
            try:
                async with asyncio.timeout(REDIS_SECONDS * 2):
                    await self._lift_what_was_ordered()
                    await self._tell()
                self._away = False
            except (RedisError, RpcError, RpcUnreachableError, OSError, TimeoutError) as error:
                if not self._away:
                    logger.warning("bans not told", extra={"error": type(error).__name__})
                self._away = True
            await asyncio.sleep(TELL_SECONDS)

    async def _lift_what_was_ordered(self) -> None:
        # `connect` decodes every answer, which its types can not say.
        found: Any = await self._redis.xrange(keys.BAN_LIFTS, min=f"({self._last}", count=LIFTS_AT_ONCE)
        for message_id, fields in found:
            try:
                order = from_wire(LiftBan, json.loads(fields["order"]))
            except (KeyError, ValueError, ShapeError):
                logger.error("order to lift a ban not readable")
            else:
                there = await lift(self._rpc, order.address, order.account)
                logger.info("ban lifted", extra={"address": order.address, "account": order.account, "there": there})
            self._last = str(message_id)

    async def _tell(self) -> None:
        told = EdgeBans(self._edge_id, int(time.time() * 1000), await held(self._rpc))
        async with self._redis.pipeline(transaction=False) as pipeline:
            pipeline.sadd(keys.EDGES, self._edge_id)
            pipeline.set(keys.edge_bans(self._edge_id), json.dumps(to_wire(told)), px=TOLD_MS)
            await pipeline.execute()
