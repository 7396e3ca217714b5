"""A media node joins under calls, takes its share, drains, and goes; nothing else is restarted, no call is lost."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from itertools import count

from simulators.call import PhoneCall
from tests.integration.cluster.cluster_world import ClusterWorld
from trunkline.conditions import until

numbers = count(1)


async def dial(world: ClusterWorld, phone: int) -> PhoneCall:
    """A call to a customer who answers at once."""
    call = await world.phones[phone].dial(f"139{next(numbers):05d}003")
    await call.wait_for("answered", 15)
    return call


@contextlib.asynccontextmanager
async def talking(world: ClusterWorld) -> AsyncIterator[list[PhoneCall]]:
    """A call on each phone, which nobody but the test ends."""
    calls = [await dial(world, phone) for phone in range(len(world.phones))]
    yield calls
    await asyncio.gather(*(call.hang_up() for call in calls if not call.ended))
    assert await until(world.idle, 15)


async def test_a_third_node_takes_calls_and_leaves_again(cluster: ClusterWorld):
    before = {name: cluster.stack.pid(name) for name in cluster.stack.names}
    async with talking(cluster) as calls:
        index = await cluster.stack.add_node()
        node = f"node-{index}"

        # The nodes that hold calls already are passed over: the next calls are the new node's.
        fresh = [await dial(cluster, phone) for phone in (0, 1)]

        async def holds_them() -> bool:
            return (await cluster.live_by_node())[node] == len(fresh)

        assert await until(holds_them, 5), await cluster.live_by_node()
        removal = asyncio.create_task(cluster.stack.remove_node(index))  # noqa: TID251
        refused_by_it = [await dial(cluster, phone) for phone in (2, 3)]
        assert (await cluster.live_by_node())[node] == len(fresh)
        assert not removal.done(), "its calls are not over"
        assert not any(call.ended for call in (*calls, *fresh))
        await asyncio.gather(*(call.hang_up() for call in (*fresh, *refused_by_it)))
        await asyncio.wait_for(removal, 30)

    assert {name: cluster.stack.pid(name) for name in cluster.stack.names} == before
