"""What this edge sees of the carriers, told to the control plane: its bindings there, and media where none may be."""

import asyncio
import json
import logging
import time
from collections.abc import Callable

from redis.asyncio import Redis
from redis.exceptions import RedisError

from callmodel import keys
from callmodel.codec import to_wire
from callmodel.edgecarriers import EdgeCarriers, NameTrouble, TrunkRegistration
from callmodel.ids import TrunkId
from edge_proxy import straymedia
from kamailio_helpers.rpc import KamailioRpc, RpcError, RpcUnreachableError

REPORT_SECONDS = 2.0
REPORTED_MS = 10_000
REDIS_SECONDS = 2.0
ONLINE = 1 << 2
"""Of the flags of Kamailio's uac module (`UAC_REG_ONLINE`): the registrar has said 200, and the time is not over."""

logger = logging.getLogger(__name__)


async def registrations(rpc: KamailioRpc) -> tuple[TrunkRegistration, ...]:
    """Return the bindings that Kamailio keeps.  Raises RpcError, RpcUnreachableError."""
    # Its answer holds secrets of the account: nothing else is taken from it.
    held = await rpc.call("uac.reg_dump") or []
    records = held if isinstance(held, list) else [held]
    return tuple(
        TrunkRegistration(TrunkId(str(record["l_uuid"])), bool(int(record["flags"]) & ONLINE)) for record in records
    )


class CarrierReport:
    """Keeps what an edge sees of carriers in Redis, with a short life.  troubles: those with gateways' names."""

    def __init__(
        self, rpc: KamailioRpc, redis: Redis, edge_id: str, troubles: Callable[[], tuple[NameTrouble, ...]]
    ) -> None:
        self._rpc, self._redis, self._edge_id, self._troubles = rpc, redis, edge_id, troubles
        self._away = False

    async def run(self) -> None:
        """Report every two seconds, for ever; what was told last lapses while Redis or Kamailio is away."""
        while True:
            try:
                async with asyncio.timeout(REDIS_SECONDS * 2):
                    await self.report()
                self._away = False
            except (RedisError, RpcError, RpcUnreachableError, OSError, TimeoutError) as error:
                if not self._away:
                    logger.warning("carriers not reported", extra={"error": type(error).__name__})
                self._away = True
            await asyncio.sleep(REPORT_SECONDS)

    async def report(self) -> None:
        """Report once.  Raises redis errors, RpcError, RpcUnreachableError."""
        strays = straymedia.read(await self._rpc.htable_entries(straymedia.TABLE))
        bindings = await registrations(self._rpc)
        told = EdgeCarriers(self._edge_id, int(time.time() * 1000), bindings, strays, self._troubles())
        async with self._redis.pipeline(transaction=False) as pipeline:
            pipeline.sadd(keys.EDGES, self._edge_id)
            pipeline.set(keys.edge_carriers(self._edge_id), json.dumps(to_wire(told)), px=REPORTED_MS)
            await pipeline.execute()
