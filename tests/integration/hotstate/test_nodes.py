"""Media nodes' heartbeats on a real Redis."""

import json

from redis.asyncio import Redis

from callmodel import keys
from callmodel.codec import to_wire
from callmodel.edgesnapshot import NodeHealth
from callmodel.ids import NodeId
from hotstate import nodes


def health(node_id: str, calls: int = 0) -> NodeHealth:
    return NodeHealth(NodeId(node_id), "192.0.2.1:5060", 100, calls, False, 1)


async def test_nodes_are_known_for_good_and_alive_while_they_report(redis: Redis):
    assert await nodes.known_nodes(redis) == {}
    for report in (health("b"), health("a"), health("b", calls=3)):
        await nodes.report(redis, report)
    assert await nodes.living_nodes(redis) == [health("a"), health("b", calls=3)]
    assert 0 < await redis.ttl(keys.heartbeat(NodeId("a"))) <= nodes.LIFE_SECONDS

    await redis.delete(keys.heartbeat(NodeId("a")))

    assert await nodes.known_nodes(redis) == {"a": None, "b": health("b", calls=3)}
    assert await nodes.living_nodes(redis) == [health("b", calls=3)]
    assert await nodes.node_ids(redis) == ["a", "b"]
    assert [await nodes.is_living(redis, NodeId(name)) for name in ("a", "b", "c")] == [False, True, False]


async def test_report_of_nonsense_is_none_and_a_newer_ones_words_are_passed_over(redis: Redis):
    for node_id in ("a", "b", "c"):
        await nodes.report(redis, health(node_id))
    await redis.set(keys.heartbeat(NodeId("a")), "{")
    await redis.set(keys.heartbeat(NodeId("b")), json.dumps({**to_wire(health("b")), "invented_later": 1}))

    assert await nodes.known_nodes(redis) == {"a": None, "b": health("b"), "c": health("c")}
