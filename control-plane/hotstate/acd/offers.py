"""Offers that other people's scripts made for the calls of a node: a stream in the pool's slot, written with them."""

from collections.abc import AsyncIterator
from typing import Any

from redis.asyncio import Redis

from callmodel.ids import NodeId, ProviderId
from callmodel.offers import Offer
from hotstate.acd import packing
from hotstate.acd.running import Runner
from servicekit.cancellation import raise_if_cancelled

BATCH = 100


async def outstanding(runner: Runner, pool: ProviderId, node_id: NodeId) -> list[Offer]:
    """Return the offers that stand for calls of a node, by token.  Raises redis errors."""
    found = await runner.run("outstanding", pool, [0, node_id])
    return sorted((packing.offer_in(parts) for parts in found), key=lambda offer: offer.token)


async def follow(
    redis: Redis, runner: Runner, pool: ProviderId, node_id: NodeId, block_ms: int
) -> AsyncIterator[Offer]:
    """Yield what stands, then what is made.

    Raises redis errors, and ValueError for a wait that the socket's time-out would cut short.
    """
    if not 0 < block_ms <= 4000:
        raise ValueError("block_ms must be 1..4000, shorter than the socket's time-out")
    stream = packing.node_key(pool, node_id, "offers")
    newest: Any = await redis.xrevrange(stream, count=1)
    # What is made from here on is in the stream behind this entry, what was made before still stands or does not.
    last = newest[0][0] if newest else "0"
    for offer in await outstanding(runner, pool, node_id):
        yield offer
    while True:
        raise_if_cancelled()
        answer: Any = await redis.xread({stream: last}, count=BATCH, block=block_ms)
        for _, entries in answer or []:
            for last, fields in entries:  # noqa: B007 - the cursor goes on
                yield packing.offer_in(fields["offer"].split(packing.SEPARATOR))
