"""The script by which containers start Redis and sentinels: three hosts find each other, and ask for a password."""

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from devstack.children import Child, Spec
from servicekit.redisio import connect
from tests.loopback import free_port, own_block
from trunkline.conditions import redis_reports, tcp_open, until
from trunkline.plan import REPOSITORY

SCRIPT = REPOSITORY / "infra" / "compose" / "stores" / "start.sh"
HOSTS = tuple(own_block().address(f"14.{host}") for host in (1, 2, 3))


@pytest.fixture
async def url(tmp_path: Path) -> AsyncIterator[str]:
    port, sentinel_port = (free_port(HOSTS[0]) for _ in range(2))
    auth = tmp_path / "redis-auth.conf"
    auth.write_text("requirepass a-long-password\nmasterauth a-long-password\n")
    async with AsyncExitStack() as stack:
        for kind in ("server", "sentinel"):
            for host in HOSTS:
                data = tmp_path / host
                data.mkdir(exist_ok=True)
                env = {
                    "PATH": os.environ["PATH"], "STORE_ADDRESS": host, "REDIS_FIRST": HOSTS[0],
                    "REDIS_DATA": str(data), "REDIS_AUTH": str(auth), "REDIS_PORT": str(port),
                    "SENTINEL_PORT": str(sentinel_port),
                }  # fmt: skip
                ready = tcp_open(host, port if kind == "server" else sentinel_port)
                child = Child(
                    Spec(kind, ("sh", str(SCRIPT), kind), env, ready), data / f"{kind}.log", lambda *_: None
                )
                await child.start()
                stack.push_async_callback(child.kill)
                await child.wait_ready()
        two = [b"%b\r\n$1\r\n2\r\n" % field for field in (b"num-slaves", b"num-other-sentinels")]
        known = redis_reports(HOSTS[2], sentinel_port, "SENTINEL MASTER trunkline", *two, password="a-long-password")
        assert await until(known, 40), "a sentinel does not know all replicas and all other sentinels"
        sentinels = ",".join(f"{host}:{sentinel_port}" for host in HOSTS)
        yield f"redis+sentinel://:a-long-password@{sentinels}/trunkline/0?sentinel_password=a-long-password"


async def test_three_hosts_take_writes_with_the_password_alone(url: str):
    redis = connect(url)
    stranger = connect(url.replace(":a-long-password@", ":another@"))
    outsider = connect(url.partition("?")[0])
    try:
        assert await redis.set("made-by", "start.sh")
        assert await redis.wait(2, 5000) == 2, "both replicas have it"
        with pytest.raises(Exception, match=r"(?i)password|auth"):
            await stranger.get("made-by")
        with pytest.raises(Exception, match=r"(?i)master"):
            await outsider.get("made-by")
    finally:
        await redis.aclose()
        await stranger.aclose()
        await outsider.aclose()
