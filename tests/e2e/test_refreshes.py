"""Calls of hours: sessions are refreshed again and again through the whole chain (RFC 4028), and nothing piles up.

Stands here, and not lower, because the chain is the matter: phone, branch's edge, HQ's edge, Asterisk, carrier.  Who
refreshes does so at once here; Asterisk itself refreshes every 45 s at the soonest, and was tried by hand.
"""

import redis.asyncio

from callmodel import keys
from callmodel.ids import TenantId
from devstack.dialling import AGENT_TONES_HZ, ALL_TONES_HZ
from tests.e2e.world import World
from trunkline.conditions import until

SHORTEST = 90
ROUNDS = 6


def journals(world: World) -> dict[str, int]:
    """Return how many bytes each conductor's journal has."""
    return {str(path): path.stat().st_size for path in world.stack.run_dir.rglob("calls/journal.jsonl")}


async def claims(world: World) -> int:
    client = redis.asyncio.from_url(world.stack.environments.datastores.redis_url)
    try:
        return int(await client.zcard(keys.tenant_channels(TenantId(world.seed.tenant_id))))
    finally:
        await client.aclose()


async def test_a_call_that_both_sides_refresh_goes_on_as_it_was(world: World):
    call, record = await world.talk(world.new_number())
    assert record.line is not None and record.tone_hz is not None
    before = journals(world)
    held = await claims(world)

    for each in range(ROUNDS):
        method = ("INVITE", "UPDATE")[each % 2]
        assert await call.refresh(SHORTEST, method) >= SHORTEST
        assert await record.line.refresh(SHORTEST, method) >= SHORTEST

    await call.wait_for_tones({record.tone_hz}, ALL_TONES_HZ)
    await record.line.wait_for_tones({AGENT_TONES_HZ[0]}, ALL_TONES_HZ)
    assert before and journals(world) == before
    assert await claims(world) == held == 1
    assert len(await world.live_calls()) == 1
    await call.hang_up()
    await record.line.wait_for("ended")
    assert await until(world.no_calls, 10)
    assert await until(lambda: _none_held(world), 5), "the channel is given back"


async def _none_held(world: World) -> bool:
    return await claims(world) == 0
