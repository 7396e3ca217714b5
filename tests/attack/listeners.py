"""Connections by the thousand from one address, which come again when they are closed, and how long others wait."""

import time
from pathlib import Path
from typing import Any

from api_house import House, signed_in
from certificates_of_tests import Authority
from edge_harness import HQ, PATIENCE, WEBSOCKETS, address, hq_edge, until
from silent import Crowd
from two_edges import PORTS, phone_at

COUNT = 4_096
TURNS = 10
AIM_SIP_SECONDS, AIM_HTTP_SECONDS = 1.0, 0.1
ATTACKER = address("66.1")


async def connections_at_an_edge(folder: Path) -> dict[str, Any]:
    """Return how long phones elsewhere take to register beside an address that holds what it gets."""
    edge = hq_edge(folder, Authority(folder / "pki"), **PATIENCE, **WEBSOCKETS, TRUNKLINE_SIP_WSS_PORT="8089")
    slowest: dict[str, float] = {}

    async def few_are_left() -> bool:
        return sum(each["src_ip"] == ATTACKER for each in await edge.rpc.call("core.tcp_list")) <= 256

    try:
        await edge.start()
        async with Crowd((HQ, PORTS["tcp"]), ATTACKER, COUNT, comes_again=True) as crowd:
            for transport in ("tcp", "tls", "ws", "wss"):
                for _ in range(TURNS):
                    began = time.monotonic()
                    async with phone_at(edge, transport=transport) as phone:
                        await phone.register()
                        took = time.monotonic() - began
                        slowest[transport] = max(slowest.get(transport, 0.0), round(took, 3))
            came = crowd.came
        async with Crowd((HQ, PORTS["tls"]), ATTACKER, COUNT):
            await until(few_are_left, "only its share is left", 5)
        return {
            "attack": f"{COUNT:,} silent connections from one address at an edge",
            "came": came,
            "slowest_registration_s": slowest,
            "aim_s": AIM_SIP_SECONDS,
            "ok": max(slowest.values()) < AIM_SIP_SECONDS and came > COUNT,
        }
    finally:
        edge.stop()


async def connections_at_the_api(folder: Path) -> dict[str, Any]:
    """Return how long users elsewhere wait beside an address that opens a thousand connections again and again."""
    house = House(folder)
    slowest = 0.0
    try:
        house.start()
        admin = await signed_in(house.url)
        request = b"GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n"
        async with Crowd(("127.0.0.1", house.api_port), ATTACKER, 1_000, comes_again=True, says=request) as crowd:
            for _ in range(TURNS):
                began = time.monotonic()
                assert (await admin.call("GET", "/sites")).status == 200
                slowest = max(slowest, time.monotonic() - began)
            came = crowd.came
        return {
            "attack": "1,000 connections with one 404 each from one address at the API",
            "came": came,
            "slowest_answer_s": round(slowest, 3),
            "aim_s": AIM_HTTP_SECONDS,
            "ok": slowest < AIM_HTTP_SECONDS and came > 1_000,
        }
    finally:
        house.stop()
