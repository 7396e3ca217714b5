"""A rolling restart: every process of a running stack, one after another, while calls go on."""

import contextlib
from collections.abc import Awaitable, Callable

from redis.asyncio import Redis
from redis.exceptions import RedisError

from devstack.children import StackError
from devstack.stack import Stack
from trunkline.conditions import until

MASTER = "trunkline"
FAILOVER_SECONDS = 30.0
ANSWER_SECONDS = 5.0

Tell = Callable[[str], Awaitable[None]]


async def roll(stack: Stack, tell: Tell) -> None:
    """Restart everything.  What holds calls is drained first, and takes them again before the next one is touched.

    Raises StackError when a process does not come back: the rest is left as it is.
    """
    names = stack.names
    for kind in ("api", "facts", "worker", "bulk-worker", "beat", "dialler", "portal", "seaweed", "cassandra"):
        for name in names:
            if name == kind or name.startswith(f"{kind}-"):
                await _restart(stack, name, tell)
    await _roll_redis(stack, tell)
    for node in stack.nodes:
        await _roll_node(stack, node, tell)
    for edge in range(1, stack.shape.edges + 1):
        await _roll_edge(stack, edge, tell)
    if "branch" in names:
        # A branch has one gateway: its phones wait for the restart, and its calls in progress with them.
        await tell("the branch stays: its gateway is alone, and is restarted when nobody there talks")


async def _restart(stack: Stack, name: str, tell: Tell) -> None:
    await tell(f"{name}: finishes what it holds")
    await stack.end(name)
    await stack.start(name)
    await tell(f"{name}: is back")


async def _roll_node(stack: Stack, index: int, tell: Tell) -> None:
    """The conductors alone first: their calls talk on.  Then the whole node, which has to be empty."""
    conductors, asterisk = stack.shape.conductors_of(index), stack.shape.name_of("node", index, "asterisk")
    for conductor in conductors:
        await _restart(stack, conductor, tell)
    await tell(f"node-{index}: takes no new calls; waiting for those that it has")
    await stack.drain_node(index)
    await stack.end(asterisk)
    for name in (asterisk, *conductors):
        await stack.start(name)
    await stack.nodes_found()
    await tell(f"node-{index}: takes calls again")


async def _roll_edge(stack: Stack, index: int, tell: Tell) -> None:
    kamailio, rtpengine, agent = (
        stack.shape.name_of("edge", index, part) for part in ("kamailio", "rtpengine", "agent")
    )
    await _restart(stack, agent, tell)
    await tell(f"edge-{index}: takes no new calls; waiting for those that it has")
    await stack.drain_edge(index)
    await stack.end(rtpengine)
    for name in (rtpengine, kamailio, agent):
        await stack.start(name)
    await stack.nodes_found()
    await tell(f"edge-{index}: takes calls again")


async def _roll_redis(stack: Stack, tell: Tell) -> None:
    """Sentinels and replicas, then the master, which first hands over to a replica."""
    if stack.shape.redises == 1:
        await _restart(stack, "redis", tell)
        return
    places = range(1, stack.shape.redises + 1)
    for place in places:
        await _restart(stack, f"sentinel-{place}", tell)
    masters = [place for place in places if await _is_master(stack, place)]
    for place in [place for place in places if place not in masters]:
        await _restart(stack, f"redis-{place}", tell)
    for place in masters:
        await tell(f"redis-{place}: hands over to a replica")
        await _hand_over(stack, place)
        await _restart(stack, f"redis-{place}", tell)


async def master_of(stack: Stack) -> str:
    """Return the name of the Redis that is the master, by a sentinel's word.  Raises StackError when none knows one.

    Not by its own: one that was dead comes back as a master, for as long as the sentinels need to see it.
    """
    datastores, places = stack.environments.datastores, range(1, stack.shape.redises + 1)
    for place in places:
        host, port = datastores.sentinel_at(place)
        async with client_of(stack, host, port) as sentinel:
            with contextlib.suppress(RedisError):
                said = await sentinel.sentinel_get_master_addr_by_name(MASTER, return_responses=True)
                for each in places:
                    if isinstance(said, tuple) and datastores.redis_at(each)[0] == said[0]:
                        return f"redis-{each}"
    raise StackError("no sentinel knows a master")


def client_of(stack: Stack, host: str, port: int) -> Redis:
    password = stack.environments.datastores.redis_password
    return Redis(host=host, port=port, password=password, socket_timeout=ANSWER_SECONDS, decode_responses=True)


async def _is_master(stack: Stack, place: int) -> bool:
    host, port = stack.environments.datastores.redis_at(place)
    async with client_of(stack, host, port) as redis:
        try:
            return bool((await redis.info("replication"))["role"] == "master")
        except RedisError:
            return False  # it is down, or about to


async def _hand_over(stack: Stack, place: int) -> None:
    host, port = stack.environments.datastores.sentinel_at(place)
    async with client_of(stack, host, port) as sentinel:

        async def asked() -> bool:
            try:
                await sentinel.sentinel_failover(MASTER)
            except RedisError:
                return False  # it has not found the restarted replicas yet
            return True

        async def handed_over() -> bool:
            return not await _is_master(stack, place)

        if not await until(asked, FAILOVER_SECONDS, pause_seconds=0.5):
            raise StackError("the sentinels did not take the order to fail over")
        if not await until(handed_over, FAILOVER_SECONDS, pause_seconds=0.25):
            raise StackError("no replica took the master's place")
