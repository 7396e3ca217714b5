"""Keeps the registrations at carriers in step with the snapshot, at one of HQ's edges."""

import asyncio
import logging
from collections.abc import Callable
from typing import Protocol

from redis.asyncio import Redis
from redis.exceptions import RedisError

from edge_proxy.carrierregistrations import CarrierRegistration
from kamailio_helpers.rpc import KamailioRpc, RpcError, RpcUnreachableError

LEASE_KEY = "platform:edge:registrar"
LEASE_MS = 3000
REDIS_SECONDS = 1.0
RECONCILE_SECONDS = 1.0

# Take the lease where nobody has it, or prolong one's own.
_HOLD = """
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
"""
_LET_GO = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"

logger = logging.getLogger(__name__)


class Turn(Protocol):
    """Whose turn it is to be registered."""

    async def take(self) -> bool:
        """Say whether this edge registers; to be asked again each second."""

    async def pass_on(self) -> None:
        """Let another edge have it at once."""


class Alone:
    """The turn of an edge without peers."""

    async def take(self) -> bool:
        return True

    async def pass_on(self) -> None:
        return None


class Lease:
    """The turn among several edges: a key in Redis that lapses three seconds after its holder's last word.

    With Redis away everything stays as it was: registrations are kept by whoever had them.
    """

    def __init__(self, redis: Redis, edge_id: str) -> None:
        self._redis, self._edge_id = redis, edge_id
        self._held = False

    async def take(self) -> bool:
        held = await self._ask(_HOLD, str(LEASE_MS))
        if held is not None and held != self._held:
            self._held = held
            logger.info("turn to register at carriers", extra={"held": held})
        return self._held

    async def pass_on(self) -> None:
        await self._ask(_LET_GO)
        self._held = False

    async def _ask(self, script: str, *arguments: str) -> bool | None:
        try:
            async with asyncio.timeout(REDIS_SECONDS):
                return bool(await self._redis.eval(script, 1, LEASE_KEY, self._edge_id, *arguments))
        except (RedisError, OSError, TimeoutError):
            return None


class CarrierRegistrar:
    """Adds to and removes from Kamailio's registrations what differs.

    wanted: what the snapshot asks for, by trunk; draining: whether this edge leaves new work to others;
    socket: `address:port` that we register from.
    """

    def __init__(
        self,
        rpc: KamailioRpc,
        turn: Turn,
        wanted: Callable[[], dict[str, CarrierRegistration]],
        draining: Callable[[], bool],
        socket: str,
    ) -> None:
        self._rpc, self._turn, self._wanted, self._draining, self._socket = rpc, turn, wanted, draining, socket
        self._registered: dict[str, CarrierRegistration] = {}
        self._kamailio_life = ""

    async def run(self) -> None:
        """Keep in step, also after a restart of Kamailio.  Runs for ever."""
        while True:
            try:
                await self._keep()
            except RpcUnreachableError:
                pass  # /readyz says so; the lease lapses, and another edge registers
            except RpcError as error:
                logger.error("registrations not changed", extra={"error": str(error)})
            await asyncio.sleep(RECONCILE_SECONDS)

    async def _keep(self) -> None:
        life = await self._rpc.started_at()
        if life != self._kamailio_life:
            self._kamailio_life, self._registered = life, {}
        if self._draining():
            await self._turn.pass_on()
        wanted = self._wanted() if not self._draining() and await self._turn.take() else {}
        for trunk_id, held in list(self._registered.items()):
            if wanted.get(trunk_id) != held:
                await self._rpc.call("uac.reg_remove", trunk_id)
                del self._registered[trunk_id]
        for trunk_id, registration in wanted.items():
            if trunk_id not in self._registered:
                await self._rpc.call("uac.reg_add", *registration.parameters(self._socket))
                self._registered[trunk_id] = registration
                logger.info("registers at a carrier", extra={"trunk_id": trunk_id})
