"""What waiting for a replica costs a claim: p50 with WAIT 1 against without, on the same three servers."""

import asyncio
import json
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from callmodel.ids import LegId, TenantId, TrunkId
from callmodel.orders import ClaimTrunk
from callmodel.routing import TrunkOffer
from media_nodes.claims import RedisClaims
from servicekit.redisio import ALONE, Replicas, connect
from tests.integration.redis_servers import Redises

CLAIMS, RUNS = 500, 5
ORDER = ClaimTrunk(LegId(""), LegId(""), (TrunkOffer(TrunkId("t1"), 1_000_000, "national", ()),), 1_000_000)


async def p50_of(redis: Any, replicas: Replicas, run: str) -> float:
    """Return the median of CLAIMS claims, one at a time, in milliseconds."""
    claims = RedisClaims(redis, replicas)
    took = []
    for number in range(CLAIMS):
        began = time.perf_counter()
        await claims.claim(TenantId("acme"), replace(ORDER, leg_id=LegId(f"{run}-{number}")))
        took.append((time.perf_counter() - began) * 1000)
    assert not claims._alone, "claimed in Redis"
    return statistics.median(took)


async def run_all() -> list[tuple[float, float]]:
    with tempfile.TemporaryDirectory() as folder:
        redises = Redises(Path(folder))
        try:
            await redises.start()
            redis = connect(redises.url)
            pairs = []
            for run in range(RUNS):
                # Turn about, so that what the machine does meanwhile favours neither.
                first, second = (ALONE, Replicas(1, 500)) if run % 2 else (Replicas(1, 500), ALONE)
                spent = {each.count: await p50_of(redis, each, f"{run}-{each.count}") for each in (first, second)}
                pairs.append((spent[0], spent[1]))
            await redis.aclose()
            return pairs
        finally:
            await redises.stop()


def measure() -> list[dict[str, Any]]:
    """Return the ratio waited/not waited: the median over RUNS runs."""
    pairs = asyncio.run(run_all())
    ratios = [round(waited / alone, 2) for alone, waited in pairs]
    return [
        {
            "name": "trunk claim that a replica has (WAIT 1) against one that only the master has, p50",
            "value": statistics.median(ratios),
            "unit": "ratio",
            "aim": 2.5,
            "direction": "at-most",
            "against": f"the same script without WAIT: {statistics.median(alone for alone, _ in pairs):.2f} ms, "
            f"with it {statistics.median(waited for _, waited in pairs):.2f} ms",
            "runs": ratios,
        }
    ]


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))
