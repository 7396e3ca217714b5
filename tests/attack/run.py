# ruff: noqa: E402 - the edge of the tests is imported by path
"""Attacks a real edge in full: each way past the rules that was ever found, beside its benign twin, 100,000 mutated
requests over its transports, 100,000 twisted messages that all who come after it must read alike, a flood beside
others' calls, a stranger's packets into every call, and connections by the thousand, at the API too; writes
var/attack.json.

`make test` runs each at a smaller size; this takes minutes, and its figures are those of docs/performance.md.
"""

import argparse
import asyncio
import json
import re
import subprocess
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
INTEGRATION = HERE.parent / "integration"
sys.path[:0] = [str(HERE.parents[1]), str(INTEGRATION / "edge_proxy"), str(INTEGRATION / "control_plane" / "api")]

from certificates_of_tests import Authority
from edge_harness import (
    DOMAIN,
    HQ,
    NODE,
    PATIENCE,
    USUAL_LIMITS,
    WEBSOCKETS,
    address,
    hq_edge,
    snapshot,
    station,
    until,
)
from fuzzed_edges import differential
from sip_probe import UdpProbe

from simulators.phone import Softphone
from tests.attack.barrage import SHARES, Barrage
from tests.attack.edge_watch import vitals_of
from tests.attack.flood import Flood, beside_a_flood, set_up_times
from tests.attack.listeners import connections_at_an_edge, connections_at_the_api
from tests.attack.strangers import (
    PRIVATE,
    Stranger,
    all_ports,
    behind_nat,
    calls_among_strangers,
    rewriting,
)
from tests.attack.wires import Target

RESULT = HERE.parents[1] / "var" / "attack.json"
DIFFERENCES = RESULT.with_name("differential.json")
"""Each kind of difference, and of what passes only for Asterisk to drop it, with examples in hexadecimal."""
ATTACKERS = {name: address(f"67.{1 + n}") for n, name in enumerate(SHARES)}
FLOODER, PHONE = address("71.1"), address("10.11")
GROWTH_BYTES = 4_000_000
"""Over some thirty processes and all requests: forty bytes a request would not pass.

The heap of a worker moves up and down by half a megabyte with the longest messages.
"""
SETTLE_SECONDS = 15
FLOOD_RATIO = 1.2
ROUNDS, CALLS = 6, 25
STRANGERS_CALLS = 50


async def mutated_requests(folder: Path, count: int, seed: int) -> dict[str, Any]:
    """Return what a real edge made of so many mutated requests, and whether it stood them."""
    edge = hq_edge(folder, Authority(folder / "pki"), **PATIENCE, **WEBSOCKETS)
    try:
        await edge.start()
        node = await UdpProbe.open(NODE, (HQ, 5062))
        # What is only ever made once, and the room that each worker keeps for the longest message it has seen.
        await Barrage(Target(HQ), ATTACKERS, DOMAIN, seed + 1).run(count)
        await asyncio.sleep(SETTLE_SECONDS)  # transactions and connections live a while longer
        before = await vitals_of(edge.rpc)
        barrage = Barrage(Target(HQ), ATTACKERS, DOMAIN, seed)
        began = time.monotonic()
        sent = await barrage.run(count)
        took = time.monotonic() - began
        await asyncio.sleep(SETTLE_SECONDS)
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


async def flood_beside_calls(folder: Path) -> dict[str, Any]:
    """Return what a flood of a thousand requests a second costs the calls of others, at an edge's usual limits."""
    edge = hq_edge(folder, Authority(folder / "pki"), **USUAL_LIMITS)

    async def dropped() -> bool:
        return await edge.rpc.htable_get("flooding", FLOODER) is not None

    try:
        await edge.start()
        phone = Softphone("1001", DOMAIN, "pw-1001", proxy=(HQ, 5060), bind=PHONE)
        node = Softphone("node", "trunkline.test", proxy=(HQ, 5062), bind=NODE, port=5060)
        async with node, phone:
            measure = partial(set_up_times, phone, node)
            met = partial(until, dropped, "the flood is met")
            found = await beside_a_flood(measure, Flood(HQ, FLOODER), met, rounds=ROUNDS, calls=CALLS)
        name = "flood of 1,000 requests/s from one address"
        return {"attack": name, **found, "aim": FLOOD_RATIO, "ok": found["ratio_p50"] <= FLOOD_RATIO}
    finally:
        edge.stop()


async def twisted_messages(folder: Path, count: int, seed: int) -> dict[str, Any]:
    """Return how many twisted messages passed, and in how many of them Kamailio, pjsip and we read another thing."""
    found = await differential(folder, count, seed)
    DIFFERENCES.parent.mkdir(exist_ok=True)
    DIFFERENCES.write_text(json.dumps(found, indent=2) + "\n")
    differ = {kind["what"]: kind["count"] for kind in found["read_differently"]}
    return {
        "attack": f"twisted messages, seed {seed}",
        **{name: found[name] for name in ("sent", "passed", "seconds", "well_formed_that_did_not_pass")},
        "read_differently": differ,
        "sent_on_by_nobody_known": len(found["strays"]),
        "dropped_by_asterisk": found["dropped_by_asterisk"],
        "ok": not differ and not found["strays"] and not found["well_formed_that_did_not_pass"],
    }


async def strangers_packets(folder: Path) -> dict[str, Any]:
    """Return what a stranger hears of fifty calls, and they of him: phones at known addresses, and behind NATs."""
    edge = hq_edge(folder, Authority(folder / "pki"), **PATIENCE)
    extensions = [str(3000 + number) for number in range(STRANGERS_CALLS)]
    edge.know(snapshot(stations=tuple(station(each) for each in extensions)))
    behind = {"nat": (PRIVATE, 5060), "open_media": rewriting(behind_nat)}
    rounds: dict[str, dict[str, int]] = {}
    try:
        await edge.start()
        async with Softphone("node", "trunkline.test", proxy=(HQ, 5062), bind=NODE, port=5060, tone_hz=700) as node:
            for name, kind in (("known addresses", {}), ("behind a NAT that changes ports", behind)):
                async with AsyncExitStack() as open_phones:
                    phones = [
                        Softphone(each, DOMAIN, f"pw-{each}", proxy=(HQ, 5060), bind=address(f"74.{1 + place}"),
                                  tone_hz=440, **kind)
                        for place, each in enumerate(extensions)
                    ]  # fmt: skip
                    for phone in phones:
                        await open_phones.enter_async_context(phone)
                        await phone.register()
                    stranger = Stranger(address("72.1"))
                    open_phones.callback(stranger.close)
                    rounds[name] = await calls_among_strangers(phones, node, stranger, HQ, lambda: all_ports(edge.ng))
        ok = all(
            each["heard_both_ways"] == each["calls"] == STRANGERS_CALLS
            and each["strangers_packets_heard"] == each["packets_to_the_stranger"] == 0
            for each in rounds.values()
        )
        return {"attack": "a stranger's packets into every call", "rounds": rounds, "ok": ok}
    finally:
        edge.stop()


WAYS = (
    "edge_proxy/test_door.py", "edge_proxy/test_door_of_a_branch.py", "edge_proxy/test_toll_fraud.py",
    "edge_proxy/test_digest.py", "edge_proxy/test_guessing.py", "edge_proxy/test_bans.py",
    "edge_proxy/test_sdp_refused.py", "edge_proxy/test_media_strangers.py", "edge_proxy/test_doors.py",
    "edge_proxy/test_numbers_in_logs.py", "media_nodes/test_not_past_the_conductor.py",
    "control_plane/api/test_api_passwords.py",
)  # fmt: skip
"""What was done by hand once: each way in, beside the twin that must go on."""


async def ways_in() -> dict[str, Any]:
    """Return how many ways past the rules were tried, each with its benign twin, and how many led somewhere."""
    files = [str(INTEGRATION / name) for name in WAYS]
    # No `-q` beside the one that the project sets: pytest would leave out how many there were.
    ran = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "pytest", "-rfE", *files, stdout=subprocess.PIPE, cwd=HERE.parents[1]
    )
    said = (await ran.communicate())[0].decode(errors="replace")
    counted = {word: int(number) for number, word in re.findall(r"([0-9]+) (passed|failed|error|rerun)", said)}
    led_somewhere = re.findall(r"^(?:FAILED|ERROR) (\S+)", said, re.MULTILINE)
    ok = ran.returncode == 0 and counted.get("passed", 0) > 0
    return {"attack": "ways past the rules, and their twins", **counted, "led_somewhere": led_somewhere, "ok": ok}


ATTACKS = ("ways", "mutated", "differential", "flood", "strangers", "connections", "api")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=100_000, help="mutated requests, and twisted messages")
    parser.add_argument("--seed", type=int, default=4475, help="another seed is another hundred thousand")
    parser.add_argument("--only", choices=ATTACKS, action="append", help="one of them")
    chosen = parser.parse_args()
    results = []
    with tempfile.TemporaryDirectory(prefix="trunkline-attack-") as folder:
        for name in chosen.only or ATTACKS:
            place = Path(folder) / name
            place.mkdir()
            match name:
                case "ways":
                    attack = ways_in()
                case "flood":
                    attack = flood_beside_calls(place)
                case "differential":
                    attack = twisted_messages(place, chosen.requests, chosen.seed)
                case "strangers":
                    attack = strangers_packets(place)
                case "connections":
                    attack = connections_at_an_edge(place)
                case "api":
                    attack = connections_at_the_api(place)
                case _:
                    attack = mutated_requests(place, chosen.requests, chosen.seed)
            results.append(asyncio.run(attack))
            print(json.dumps(results[-1], indent=2), flush=True)
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(results, indent=2) + "\n")
    return 0 if all(result["ok"] for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
