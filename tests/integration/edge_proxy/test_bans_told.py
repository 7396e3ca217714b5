"""An edge's bans as its agent tells them and as its command shows them, and how they are lifted."""

import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from digest_probe import wrong
from edge_harness import DOMAIN, HQ, REDIS, Edge, address, snapshot, until
from redis.asyncio import Redis
from sip_probe import TcpProbe, UdpProbe

from callmodel import keys
from callmodel.codec import from_wire, to_wire
from callmodel.edgebans import EdgeBans, LiftBan
from tests.integration.publishing import publish

SCANNER, OFFICE = address("65.1"), address("65.2")
EDGE_ID = "hq-edge"


@pytest.fixture
async def edge(tmp_path: Path, redis: Redis) -> AsyncIterator[Edge]:
    settings = {"TRUNKLINE_SNAPSHOT": "redis", "TRUNKLINE_REDIS_URL": f"redis://{REDIS}:6390/0"}
    made = Edge(tmp_path, environment=settings)
    made.know(snapshot())
    made.direct()
    await publish(redis, snapshot())
    try:
        await made.start("kamailio")
        await made.start_agent()
        yield made
    finally:
        made.stop()


def command(edge: Edge, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `trunkline edge bans` as an operator does on the edge's machine."""
    return subprocess.run(
        [sys.executable, "-m", "trunkline.cli", "edge", "bans", *arguments],
        env={**os.environ, **edge.settings},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


async def told(redis: Redis) -> EdgeBans:
    said = await redis.get(keys.edge_bans(EDGE_ID))
    return from_wire(EdgeBans, json.loads(said)) if said else EdgeBans(EDGE_ID, 0)


async def scan() -> None:
    scanner = await TcpProbe.open(SCANNER, (HQ, 5060))
    assert await scanner.ask("OPTIONS", f"sip:{HQ}", headers={"User-Agent": "friendly-scanner"}) == 0
    scanner.close()


async def answered(host: str) -> int:
    probe = await UdpProbe.open(host, (HQ, 5060))
    status = await probe.ask("OPTIONS", f"sip:{HQ}")
    probe.close()
    return status


async def test_ban_is_told_and_lifted_from_afar(edge: Edge, redis: Redis):
    await scan()

    async def is_told() -> tuple[object, ...]:
        return (await told(redis)).bans

    await until(is_told, "the ban is told")
    (ban,) = (await told(redis)).bans
    assert (ban.address, ban.account, ban.reason) == (SCANNER, "", "scanner")
    assert ban.until_ms - ban.since_ms == 300_000
    assert EDGE_ID in await redis.smembers(keys.EDGES)

    await redis.xadd(keys.BAN_LIFTS, {"order": json.dumps(to_wire(LiftBan(SCANNER)))})

    async def is_lifted() -> bool:
        return not (await told(redis)).bans

    await until(is_lifted, "the ban is lifted")
    assert await answered(SCANNER) == 200


async def test_order_that_nobody_can_read_hinders_no_other(edge: Edge, redis: Redis):
    await scan()
    await redis.xadd(keys.BAN_LIFTS, {"order": "{"})
    await redis.xadd(keys.BAN_LIFTS, {"order": json.dumps(to_wire(LiftBan(SCANNER)))})

    async def is_heard() -> bool:
        return await answered(SCANNER) == 200

    await until(is_heard, "the address is heard again")


async def test_command_shows_and_lifts(edge: Edge):
    await scan()
    shown = command(edge, "list")
    assert f"{SCANNER}  scanner  since " in shown.stdout
    assert "Dropped since Kamailio started: scanner 1" in shown.stdout
    assert json.loads(command(edge, "list", "--json").stdout)["bans"][0]["address"] == SCANNER

    lifted = command(edge, "lift", SCANNER)
    assert (lifted.returncode, lifted.stdout) == (0, f"{SCANNER} is heard again.\n")
    assert await answered(SCANNER) == 200
    assert command(edge, "lift", SCANNER).returncode == 1
    assert "Nobody is banned." in command(edge, "list").stdout
    assert "not an IP address" in command(edge, "lift", "everybody").stderr


async def test_command_lets_a_locked_account_in_again_and_forgets_its_strikes(edge: Edge):
    await edge.rpc.call("htable.sets", "homes", OFFICE, "1700000000")
    probe = await UdpProbe.open(OFFICE, (HQ, 5060))
    for _ in range(11):
        await wrong(probe)
    probe.close()
    account = f"1001@{DOMAIN}"
    assert f"{account} at {OFFICE}  guessing" in command(edge, "list").stdout

    assert command(edge, "lift", OFFICE, "--account", account).returncode == 0
    assert await edge.rpc.htable_get("locked", f"{OFFICE}|{account}") is None
    assert await edge.rpc.htable_get("strikes", f"{OFFICE}|{account}") is None
    assert await edge.rpc.htable_get("guesses", account) is None
