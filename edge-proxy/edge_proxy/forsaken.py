"""Dialogs that no media node holds any more are ended: nobody is left who would say BYE.

A node that dies says none, and one that starts again knows of no call.  Kamailio would keep such a dialog for half a
day, a phone or a carrier its call, and a drain would wait for it.
"""

import asyncio
import logging
import time

from redis.asyncio import Redis
from redis.exceptions import RedisError

from edge_proxy.dialogs import Heard, Silence, dialogs_in
from hotstate.nodes import held_calls, living_nodes
from kamailio_helpers.rpc import KamailioRpc, RpcError, RpcUnreachableError

LOOK_SECONDS = 5.0

logger = logging.getLogger(__name__)


class Forsaken:
    """Looks after this edge's dialogs.  With Redis away it does nothing, and begins to wait anew."""

    def __init__(self, rpc: KamailioRpc, redis: Redis) -> None:
        self._rpc, self._redis = rpc, redis
        self._silence = Silence()

    async def run(self) -> None:
        """Look and end for ever."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self.look(time.monotonic())
            except (RedisError, RpcError, RpcUnreachableError) as error:
                logger.debug("dialogs not looked at", extra={"error": type(error).__name__})
                self._silence = Silence()

    async def look(self, now: float) -> None:
        """End what has been forsaken for too long.  Raises redis errors, RpcError and RpcUnreachableError."""
        if not int((await self._rpc.call("dlg.stats_active"))["all"]):
            self._silence = Silence()
            return
        dialogs = dialogs_in(await self._rpc.call("dlg.list"))
        for dialog in self._silence.note(dialogs, await self._heard(), now):
            logger.warning("call ended that no media node holds", extra={"call_id": dialog.call_id})
            await self._rpc.call("dlg.end_dlg", *dialog.key)

    async def _heard(self) -> Heard:
        living = {health.node_id: health.sip for health in await living_nodes(self._redis)}
        held = await held_calls(self._redis, living)
        targets = await self._rpc.dispatcher_targets()
        return Heard(
            {living[node_id]: calls.named for node_id, calls in held.items()},
            {target.address for target in targets if target.serves},
        )
