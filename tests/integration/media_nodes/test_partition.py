"""A media node is cut off from Redis by packets that vanish: calls go on, and it mends itself."""

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from media_harness import ACME, AGENT_HZ, BLOCK, CUSTOMER_HZ, Node, hears, until

from callmodel import keys
from simulators.black_hole import BlackHole
from simulators.phone import answer_after
from tests.loopback import free_port


@pytest.fixture
async def hole(tmp_path: Path) -> AsyncIterator[tuple[Node, BlackHole]]:
    """A node whose conductor reaches Redis through a hole that is open at first; the test itself sees Redis."""
    node = Node(tmp_path, BLOCK)
    port = free_port(node.address)
    node.env["TRUNKLINE_REDIS_URL"] = f"redis://{node.address}:{port}/0"
    hole = BlackHole(node.address, port, node.redis_address, node.redis_port)
    await hole.start()
    try:
        await node.start()
        yield node, hole
    finally:
        await node.stop()
        await hole.stop()


async def test_calls_go_on_and_everything_is_told_after_a_partition(hole: tuple[Node, BlackHole]):
    node, between = hole
    node.with_trunks({"cheap": answer_after(0.0)})
    first = await node.dial("13812345678")
    customer = await node.edge.wait_for_call()
    await hears(first, CUSTOMER_HZ)

    between.swallow()
    began = time.monotonic()
    set_ups = []
    calls = []
    for number in ("13912345671", "13912345672", "13912345673"):
        dialled = time.monotonic()
        calls.append(await node.dial(number))
        await calls[-1].wait_for("answered")
        set_ups.append(time.monotonic() - dialled)
    await hears(customer, AGENT_HZ)
    await first.hang_up()
    await calls[0].hang_up()
    # Longer than the node's time-outs: it has given up on connections, and takes new ones that are silent too.
    await until(lambda: "facts wait for redis" in node.log("conductor"), 15)
    await until(lambda: _silent(node), 15)
    cut_off = time.monotonic() - began
    assert await node.of_kind("call.ended") == []

    between.heal()
    healed = time.monotonic()
    await node.endings(2)
    told = time.monotonic() - healed
    await until(lambda: _holds(node, 2), 10)
    claimed = time.monotonic() - healed
    await until(lambda: node.redis.get(keys.heartbeat("media-1")), 10)
    back = time.monotonic() - healed
    for call in calls[1:]:
        await call.hang_up()
    endings = await node.endings(4)
    after = await node.dial("13912345674")
    await after.wait_for("answered")

    print(f"cut off for {cut_off:.0f} s; set-up {', '.join(f'{it:.2f}' for it in set_ups)} s; after healing: "
          f"facts {told:.1f} s, claims {claimed:.1f} s, heartbeat {back:.1f} s")  # fmt: skip
    assert list(endings.values()) == ["completed"] * 4
    # The first waits for Redis, the others do not.
    assert set_ups[0] < 2.5 and max(set_ups[1:]) < 1.0
    assert max(told, claimed, back) < 10
    await until(lambda: _holds(node, 1), 10)


async def _holds(node: Node, channels: int) -> bool:
    return int(await node.redis.zcard(keys.tenant_channels(ACME))) == channels


async def _silent(node: Node) -> bool:
    return not await node.redis.exists(keys.heartbeat("media-1"))
