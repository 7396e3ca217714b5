"""The scripts do what the model in memory does: any events, and after each the same answers and the same state."""

import asyncio
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import invariant, run_state_machine_as_test
from redis.asyncio import Redis

from callmodel.ids import TenantId
from hotstate.acd import Acd
from hotstate.acd.packing import SEPARATOR, node_key, offer_in
from servicekit.redisio import connect
from tests.floor_machine import HQ, LINES, NODES, SEATS, FloorMachine
from tests.integration.servicekit.redis_server import RedisServer

OF_A_POOL = {"sign_in", "change", "join"}
"""What names its pool in an argument."""


class ScriptMachine(FloorMachine):
    """Everything happens twice: in memory and in Redis."""

    loop: asyncio.Runner
    redis: Redis

    def __init__(self) -> None:
        super().__init__()
        self.acd = Acd(self.redis)
        self.loop.run(self.redis.flushall())

    def apply(self, name: str, *arguments: Any, **options: Any) -> Any:
        expected = super().apply(name, *arguments, **options)
        pool = () if name in OF_A_POOL else (HQ,)
        answer = self.loop.run(getattr(self.acd, name)(*pool, *arguments, **options))
        assert answer == expected, name
        return answer

    @invariant()
    def states_are_the_same(self) -> None:
        self.loop.run(self.compare())

    async def compare(self) -> None:
        matching = self.floor.matching
        assert await self.acd.agents(HQ) == matching.agents()
        for tenant_id, queue_id in LINES:
            seen = await self.acd.see(HQ, tenant_id, queue_id, self.now_ms)
            assert seen == matching.see(tenant_id, queue_id, self.now_ms)
        for node in NODES:
            assert await self.acd.outstanding(HQ, node) == matching.outstanding(node)
            told: Any = await self.redis.xrange(node_key(HQ, node, "offers"))
            offers = [offer_in(fields["offer"].split(SEPARATOR)) for _, fields in told]
            assert offers == [offer for holder, offer in matching.told if holder == node]
        for call_id, (tenant_id, queue_id, _) in self.in_line.items():
            place = await self.acd.place(HQ, TenantId(tenant_id), queue_id, call_id)
            assert place == matching.place(tenant_id, queue_id, call_id)
        for seat in SEATS:
            assert await self.acd.at_seat(HQ, seat) == self.floor.at_seat(seat)


def machine_on(url: str) -> tuple[type[ScriptMachine], asyncio.Runner]:
    loop = asyncio.Runner()

    class Machine(ScriptMachine):
        pass

    Machine.loop, Machine.redis = loop, connect(url)
    # Nothing of this outlives the test: no need to wait for the disk.
    loop.run(Machine.redis.config_set("appendonly", "no"))
    return Machine, loop


@pytest.mark.timeout(600)
def test_scripts_and_model_agree_after_every_step(redis_server: RedisServer):
    machine, loop = machine_on(redis_server.url)
    health = list(HealthCheck)
    try:
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=60,
                stateful_step_count=40,
                deadline=None,
                suppress_health_check=health,
                phases=[Phase.generate],
            ),
        )
    finally:
        loop.run(machine.redis.aclose())
        loop.close()
