"""The doctor knocks at the doors of commands, and says which let a stranger in."""

import json
import subprocess
from dataclasses import replace
from pathlib import Path

from edge_harness import HQ, REDIS, Edge, address

from servicekit.redisio import connect
from trunkline import doors
from trunkline.conditions import redis_answers, rtpengine_answers, until
from trunkline.diagnosis import Level
from trunkline.doors import Door, Kind, check_doors, doors_of_environment, findings_of

CONTROL = address("17.1")


def told_of(environment: dict[str, str], run_root: Path) -> list[str]:
    return [finding.text.partition(" takes")[0] for finding in check_doors(run_root, environment)
            if finding.level is Level.WARNING]  # fmt: skip


async def test_relay_where_phones_come_is_told_of_and_one_elsewhere_is_not(hq: Edge, tmp_path: Path):
    """It asks nobody for a password; Kamailio does, wherever it is."""
    where = {"TRUNKLINE_EDGE_ADDRESS": HQ}

    assert told_of(where, tmp_path) == [f"rtpengine of this edge at {HQ}:2223"]
    hq.stop()
    hq.environment |= {"TRUNKLINE_CONTROL_ADDRESS": CONTROL}
    hq.rpc = hq.rpc_at(CONTROL)
    await hq.start("kamailio")
    hq._spawn("rtpengine", "import edge_proxy.launch as launch; launch.rtpengine()")
    assert await until(rtpengine_answers(CONTROL), 10)
    assert told_of(where | {"TRUNKLINE_CONTROL_ADDRESS": CONTROL}, tmp_path) == []


async def test_what_a_stranger_says_to_kamailio_is_understood_with_the_token(hq: Edge):
    """Else every door would look closed."""
    door = next(each for each in doors_of_environment({"TRUNKLINE_EDGE_ADDRESS": HQ}) if each.kind is Kind.RPC)
    token = json.loads((hq.run / "secrets.json").read_text())["rpc"]
    question = door.kind.value.replace(b"Content-Length", f"Authorization: Bearer {token}\r\nContent-Length".encode())

    assert not door.stands_open
    assert door.kind.opened(doors.knock(door.host, door.port, door.kind, question))


async def test_redis_without_a_password_is_told_of(redis_server: subprocess.Popen[bytes], tmp_path: Path):
    assert await until(redis_answers(REDIS, 6390), 10)
    where = {"TRUNKLINE_REDIS_URL": f"redis://{REDIS}:6390/0"}
    (tmp_path / "redis.toml").write_text(f'redis_url = "redis+sentinel://:x@{REDIS}:6390/trunkline/0"')

    assert told_of(where, tmp_path) == [f"Redis at {REDIS}:6390"]
    assert told_of({"TRUNKLINE_CONFIG": str(tmp_path / "redis.toml")}, tmp_path) == [f"Redis at {REDIS}:6390"]
    client = connect(where["TRUNKLINE_REDIS_URL"])
    await client.config_set("requirepass", "a-password")
    assert told_of(where, tmp_path) == []
    await client.aclose()


def test_nobody_at_home_lets_nobody_in():
    door = Door("Redis", Kind.REDIS, address("99.1"), 1)

    assert not list(findings_of([door, replace(door, kind=Kind.NG, outside=True)]))
