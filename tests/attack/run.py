# ruff: noqa: E402 - the edge of the tests is imported by path
"""Attacks a real edge in full: 100,000 mutated requests over its transports; writes var/attack.json.

`make test` runs each at a smaller size; this takes minutes, and its figures are those of docs/performance.md.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE.parent / "integration" / "edge_proxy")]

from certificates_of_tests import Authority
from edge_harness import DOMAIN, HQ, NODE, Edge, address, snapshot
from sip_probe import UdpProbe

from conftest import tls_files
from tests.attack.barrage import Barrage
from tests.attack.edge_watch import vitals_of
from tests.attack.wires import Target

RESULT = HERE.parents[1] / "var" / "attack.json"
ATTACKERS = {"udp": address("67.1"), "tcp": address("67.2"), "tls": address("67.3")}
PATIENCE = {"TRUNKLINE_FLOOD_REQUESTS_PER_SECOND": "100000", "TRUNKLINE_STRIKES_ALLOWED": "100000000"}
GROWTH_BYTES = 8_000_000
SETTLE_SECONDS = 15


async def mutated_requests(folder: Path, count: int, seed: int) -> dict[str, Any]:
    """Return what a real edge made of so many mutated requests, and whether it stood them."""
    authority = Authority(folder / "pki")
    edge = Edge(folder, environment=tls_files(authority, authority.for_edge(HQ)) | PATIENCE)
    edge.know(snapshot())
    edge.direct(f"sip:{NODE}:5060")
    try:
        await edge.start()
        node = await UdpProbe.open(NODE, (HQ, 5062))
        await Barrage(Target(HQ), ATTACKERS, DOMAIN, seed + 1).run(2_000)  # what is only ever made once
        before = await vitals_of(edge.rpc)
        barrage = Barrage(Target(HQ), ATTACKERS, DOMAIN, seed)
        began = time.monotonic()
        sent = await barrage.run(count)
        took = time.monotonic() - began
        await asyncio.sleep(SETTLE_SECONDS)  # transactions and connections live a while longer
        after = await vitals_of(edge.rpc)
        node.close()
        failures = edge.log().read_text(errors="replace").count("script failed")
        grown = after.growth_over(before)
        calls = sum("INVITE" in node.answers.get_nowait() for _ in range(node.answers.qsize()))
        return {
            "attack": "mutated requests",
            "sent": sent,
            "seconds": round(took, 1),
            "answers": barrage.answers.by_status(),
            "successes_that_must_not_be": sum(barrage.answers.wrong.values()),
            "calls_at_the_media_node": calls,
            "script_failures": failures,
            "same_processes": after.same_processes(before),
            "growth": grown,
            "ok": not barrage.answers.wrong
            and not calls
            and not failures
            and after.same_processes(before)
            and max(grown.values()) < GROWTH_BYTES,
        }
    finally:
        edge.stop()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=100_000, help="mutated requests")
    parser.add_argument("--seed", type=int, default=4475, help="another seed is another hundred thousand")
    chosen = parser.parse_args()
    results = []
    with tempfile.TemporaryDirectory(prefix="trunkline-attack-") as folder:
        results.append(asyncio.run(mutated_requests(Path(folder) / "mutated", chosen.requests, chosen.seed)))
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(results, indent=2) + "\n")
    print(json.dumps(results, indent=2))
    return 0 if all(result["ok"] for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
