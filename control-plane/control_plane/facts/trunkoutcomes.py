"""What became of the last calls over each trunk, from their records: in Redis, bounded, and each leg once."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis

from callmodel import keys
from callmodel.callstate import Direction, LegRole
from callmodel.ids import TrunkId
from callmodel.orders import Milestone
from callmodel.wire import Envelope

KEPT = 500
"""Outcomes of each trunk."""
KEPT_SECONDS = 86_400


@dataclass(frozen=True)
class Outcome:
    """One call over a trunk.  `at_ms`: its end.  `sip_code`: of the carrier's refusal, if it refused."""

    at_ms: int
    answered_ms: int | None
    sip_code: int | None


async def note_outcomes(redis: Redis, envelope: Envelope) -> None:
    """Keep what the record of an ended call says of its trunks; a second time is harmless.  Raises redis errors."""
    if envelope.kind != Milestone.ENDED.value:
        return
    for leg in _legs_over_trunks(envelope.body):
        key = keys.trunk_outcomes(TrunkId(leg["trunk_id"]))
        member = f"{leg['leg_id']} {leg['answered_ms'] or 0} {leg['sip_code'] or 0}"
        async with redis.pipeline(transaction=False) as pipeline:
            pipeline.zadd(key, {member: leg["ended_ms"]})
            pipeline.zremrangebyrank(key, 0, -KEPT - 1)
            pipeline.expire(key, KEPT_SECONDS)
            await pipeline.execute()


async def outcomes_of(redis: Redis, trunk_id: TrunkId) -> list[Outcome]:
    """Return the last outcomes, the newest first.  Raises redis errors."""
    # `connect` decodes every answer, which its types can not say.
    found: Any = await redis.zrange(keys.trunk_outcomes(trunk_id), 0, -1, desc=True, withscores=True)
    outcomes = []
    for member, ended_ms in found:
        _, answered_ms, sip_code = str(member).rsplit(" ", 2)
        outcomes.append(Outcome(int(ended_ms), int(answered_ms) or None, int(sip_code) or None))
    return outcomes


def _legs_over_trunks(body: dict[str, Any]) -> Iterable[dict[str, Any]]:
    """Yield the legs that we made: a customer's call to us does not tell how the carrier serves ours."""
    inbound = body["direction"] == Direction.INBOUND.value
    for leg in body["legs"]:
        if leg["trunk_id"] is not None and not (inbound and leg["role"] == LegRole.CUSTOMER.value):
            yield leg
