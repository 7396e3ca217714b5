"""Several nodes at once on one Redis, and while a master dies: nobody is assigned twice, nobody is lost."""

import asyncio
import random
from typing import Any

from redis.asyncio import Redis

from callmodel.agents import AgentState
from callmodel.ids import AgentId
from hotstate.acd import Acd
from servicekit.cancellation import raise_if_cancelled
from servicekit.redisio import ALONE, Replicas, connect
from tests.integration.hotstate.acd_centre import ACME, HQ, SALES, sign_in
from tests.integration.hotstate.conductors import Conductor, Phones, insist, now_ms
from tests.integration.servicekit.redis_server import RedisServer
from trunkline.conditions import until

CLIENTS, CALLS, AGENTS = 8, 60, 6


class Centre:
    """Agents, and conductors that each have a connection of their own."""

    def __init__(self, url: str, replicas: Replicas = ALONE) -> None:
        self.phones, chance = Phones(), random.Random(11)
        self.connections: list[Redis] = [connect(url) for _ in range(CLIENTS)]
        acds = [Acd(connection, replicas) for connection in self.connections]
        self.acd = acds[0]
        self.nodes = [Conductor(acd, f"mn{number}", self.phones, chance) for number, acd in enumerate(acds)]

    async def close(self) -> None:
        for connection in self.connections:
            await connection.aclose()

    async def run(self, meanwhile: Any = None) -> None:
        """Let all calls come, and wait until each was answered and what Redis says is what is true."""
        for number in range(AGENTS):
            await sign_in(self.acd, f"a{number}", f"10{number}", now_ms())
        async with asyncio.TaskGroup() as group:
            forever = [group.create_task(self.make_ready())]
            for node in self.nodes:
                forever += [group.create_task(node.listen(group)), group.create_task(node.beat(group))]
            callers = [group.create_task(node.serve(CALLS, group)) for node in self.nodes]
            if meanwhile is not None:
                await meanwhile(self.phones)
            for task in callers:
                await task
            assert await until(self.is_over, 60), await self.what_is_left()
            for task in forever:
                task.cancel()

    async def make_ready(self) -> None:
        """Who is paused because a phone was busy goes on, for ever."""
        while True:
            raise_if_cancelled()
            await asyncio.sleep(0.1)
            for view in await insist(lambda: self.acd.agents(HQ)):
                if view.state is AgentState.PAUSED:
                    agent_id: AgentId = view.agent.agent_id
                    await insist(lambda agent_id=agent_id: self.acd.make_ready(HQ, agent_id, now_ms()))

    async def is_over(self) -> bool:
        """Say whether nobody waits, and every agent is ready, as no phone is busy."""
        if self.phones.busy or any(node.waiting or node.legs for node in self.nodes):
            return False
        views = await insist(lambda: self.acd.agents(HQ))
        seen = await insist(lambda: self.acd.see(HQ, ACME, SALES, now_ms()))
        return len(views) == AGENTS == seen.ready and seen.waiting == 0

    async def what_is_left(self) -> Any:
        return self.phones.busy, [node.waiting for node in self.nodes], await self.acd.agents(HQ)


async def test_eight_nodes_at_once_assign_nobody_twice_and_lose_nobody(redis: Redis, redis_server: RedisServer):
    centre = Centre(redis_server.url)
    try:
        await centre.run()
    finally:
        await centre.close()

    assert centre.phones.refused == 0, "an agent was offered while in a call"
    assert len(centre.phones.answered) == len(set(centre.phones.answered)) == CLIENTS * CALLS
    assert [offer for node in centre.nodes for offer in await Acd(redis).outstanding(HQ, node.node)] == []


async def test_across_a_fail_over_every_call_is_answered_and_agents_are_as_their_legs(redises: Any):
    """What the dead master alone had is set right by the nodes' proofs within seconds."""
    centre = Centre(redises.url, Replicas(1, 100))

    async def kill(phones: Phones) -> None:
        async def is_halfway() -> bool:
            return len(phones.answered) > CLIENTS * CALLS / 3

        assert await until(is_halfway, 60)
        await redises.kill_master()

    try:
        await centre.run(kill)
    finally:
        await centre.close()

    assert len(centre.phones.answered) == len(set(centre.phones.answered)) == CLIENTS * CALLS
    print(f"{centre.phones.refused} offers for somebody who was in a call, across the fail-over")
