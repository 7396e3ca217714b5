"""A media node as it runs: real Redis, real Asterisk, the conductor as a process, and a simulator as the edge."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import redis

from callmodel import keys
from callmodel.directory import CallerRule, CallerRuleKind, Did, Directory, Rate, Station, Tenant, Trunk
from callmodel.ids import E164, Extension, NodeId, SiteId, TenantId, TrunkId
from callmodel.vouched import HEADER, from_header, to_header
from devstack.children import die_with
from servicekit import redisio
from simulators.call import PhoneCall
from simulators.phone import Softphone, answer_after
from tests.integration.publishing import publish
from tests.loopback import free_port, own_block

ASTERISK_ROOT = Path(os.environ.get("TRUNKLINE_CACHE", Path.home() / ".cache/trunkline")) / "asterisk-22"
BLOCK = own_block().number

ACME = TenantId("acme")
DOMAIN = "acme.trunkline.test"
HQ_NUMBER = "+862155550100"
CUSTOMER = "+8613812345678"
AGENT_HZ, CUSTOMER_HZ, COLLEAGUE_HZ = 440, 700, 1000


def directory() -> Directory:
    """Two trunks, the cheap one first; one number; three stations."""
    rate = (Rate("+", 0.10, "national"),)
    return Directory(
        tenants=(
            Tenant(
                ACME,
                "Acme",
                DOMAIN,
                caller_rule=CallerRule(CallerRuleKind.FIXED, (E164(HQ_NUMBER),)),
                ring_timeout_seconds=8,
            ),
        ),
        stations=tuple(Station(ACME, Extension(name), SiteId("branch-1")) for name in ("1001", "1002", "1003")),
        trunks=(
            Trunk(TrunkId("cheap"), "Cheap", rate, priority=1, max_channels=200),
            Trunk(TrunkId("dear"), "Dear", (Rate("+", 0.30, "national"),), priority=2, max_channels=200),
        ),
        numbers=(Did(E164(HQ_NUMBER), ACME, Extension("1001")),),
    )


def vouched_of(call: PhoneCall) -> dict[str, str]:
    """Return what the node told the edge with its INVITE."""
    assert call.invite is not None
    return from_header(call.invite.get(HEADER) or "")


async def until(condition: Callable[[], Any], seconds: float = 10.0) -> Any:
    """Return the condition's value once it is true.  Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while True:
            value = condition()
            if isinstance(value, Awaitable):
                value = await value
            if value:
                return value
            await asyncio.sleep(0.02)


class Process:
    """A child that is ended by its pid, whatever happened before."""

    def __init__(self, command: list[str], env: dict[str, str], log: Path) -> None:
        self._file = log.open("ab")
        self.child = subprocess.Popen(
            command, env=env, stdout=self._file, stderr=self._file, start_new_session=True, cwd=log.parent,
            preexec_fn=die_with(os.getpid()),
        )  # fmt: skip

    def kill(self) -> None:
        self.end(signal.SIGKILL)

    def end(self, number: signal.Signals = signal.SIGTERM, seconds: float = 10.0) -> int:
        if self.child.poll() is None:
            self.child.send_signal(number)
        try:
            return self.child.wait(seconds)
        except subprocess.TimeoutExpired:
            self.child.kill()
            return self.child.wait(5)
        finally:
            self._file.close()


class SmallDisk:
    """A file system of `megabytes` in a mount namespace: it needs no root, and goes with its holder."""

    def __init__(self, mounted: Path, megabytes: int) -> None:
        self.mounted = mounted
        mounted.mkdir()
        script = f"mount -t tmpfs -o size={megabytes}m trunkline '{mounted}' && echo ready && exec sleep infinity"
        command = ["unshare", "--map-root-user", "--mount", "sh", "-c", script]
        self._holder = subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True)
        assert self._holder.stdout is not None and self._holder.stdout.readline() == b"ready\n"
        self.command = ["nsenter", "--target", str(self._holder.pid), "--user", "--mount", "--preserve-credentials"]
        self.seen = Path(f"/proc/{self._holder.pid}/root{mounted}")
        """How it looks from outside of the namespace."""

    def fill(self) -> None:
        """Let somebody else take all the room that is left."""
        with (self.seen / "filler").open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(bytes(1 << 16))

    def make_room(self) -> None:
        (self.seen / "filler").unlink()

    def close(self) -> None:
        self._holder.kill()
        self._holder.wait()


class Node:
    """One node in `folder`, on the loopback block 127.<block>.0.0/16; with a disk of its own if it is given one."""

    def __init__(self, folder: Path, block: int, disk: SmallDisk | None = None, **settings: str) -> None:
        self.folder = folder
        self._disk = disk
        own = disk.mounted if disk else folder
        self.address, self.edge_address = f"127.{block}.11.1", f"127.{block}.10.1"
        self.redis_address = f"127.{block}.12.1"
        self.redis_port = free_port(self.redis_address)
        self.redis_url = f"redis://{self.redis_address}:{self.redis_port}/0"
        self.health_port = free_port(self.address)
        self.env = os.environ | {
            "TRUNKLINE_LOG_LEVEL": os.environ.get("TEST_LOG_LEVEL", "INFO"),
            "TRUNKLINE_RUN_DIR": str(own / "run"),
            "TRUNKLINE_REDIS_URL": self.redis_url,
            "TRUNKLINE_NODE_ID": "media-1",
            "TRUNKLINE_NODE_ADDRESS": self.address,
            "TRUNKLINE_CONTROL_ADDRESS": self.address,
            "TRUNKLINE_ARI_PORT": str(free_port(self.address)),
            "TRUNKLINE_AMI_PORT": str(free_port(self.address)),
            "TRUNKLINE_EDGE_INTERNAL": f"{self.edge_address}:5062",
            "TRUNKLINE_ASTERISK_ROOT": str(ASTERISK_ROOT),
            "TRUNKLINE_SPOOL_DIR": str(own / "spool"),
            "TRUNKLINE_HEALTH_HOST": self.address,
            "TRUNKLINE_HEALTH_PORT": str(self.health_port),
            **settings,
        }
        self.directory = directory()
        self.spool = (disk.seen if disk else folder) / "spool"
        self.processes: dict[str, Process] = {}
        self._replaced: list[Process] = []
        self.edge: Softphone
        self.redis: Any = None

    # -- life

    async def start(self) -> None:
        ((self._disk.seen if self._disk else self.folder) / "run").mkdir(parents=True, exist_ok=True)
        self.start_redis()
        self.redis = redisio.connect(self.redis_url)
        await until(self._redis_answers)
        await publish(self.redis, self.directory)
        self.start_asterisk()
        self.start_conductor()
        self.edge = self.phone("edge", AGENT_HZ, port=5062)
        await self.edge.start()
        await until(self.ready, 20)

    async def stop(self) -> None:
        with contextlib.suppress(AttributeError):
            await self.edge.close()
        for process in self._replaced:
            process.kill()
        for name in ("conductor", "asterisk"):
            if name in self.processes:
                self.processes[name].kill()
        if self.redis is not None:
            await self.redis.aclose()
        if "redis" in self.processes:
            self.processes["redis"].kill()

    def cpu_seconds(self, *names: str) -> float:
        """Return what these processes have used so far."""
        ticks = 0
        for name in names:
            fields = Path(f"/proc/{self.processes[name].child.pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def start_redis(self) -> None:
        command = ["redis-server", "--bind", self.redis_address, "--port", str(self.redis_port)]
        command += ["--dir", str(self.folder), "--appendonly", "yes", "--save", ""]
        self._start("redis", command)

    def start_asterisk(self) -> None:
        self._start("asterisk", [*self._on_disk(), sys.executable, "-m", "media_nodes.launch"])

    def start_conductor(self) -> None:
        self._start("conductor", [*self._on_disk(), sys.executable, "-m", "media_nodes.app"])

    def _on_disk(self) -> list[str]:
        return self._disk.command if self._disk else []

    def _start(self, name: str, command: list[str]) -> None:
        if name in self.processes:
            self._replaced.append(self.processes[name])
        self.processes[name] = Process(command, self.env, self.folder / f"{name}.log")

    async def _redis_answers(self) -> bool:
        with contextlib.suppress(redis.exceptions.RedisError, OSError):
            return bool(await self.redis.ping())
        return False

    async def ready(self) -> bool:
        """Ask /readyz."""
        try:
            reader, writer = await asyncio.open_connection(self.address, self.health_port)
        except OSError:
            return False
        try:
            writer.write(b"GET /readyz HTTP/1.0\r\n\r\n")
            return b" 200 " in await reader.readline()
        finally:
            writer.close()

    # -- phones

    def phone(self, user: str, hz: int, *, port: int = 0) -> Softphone:
        return Softphone(
            user, DOMAIN, proxy=(self.address, 5060), bind=self.edge_address, port=port, tone_hz=hz, trace=True
        )

    def with_trunks(self, outcomes: dict[str, Callable[[PhoneCall], Awaitable[None]]], hz: int = CUSTOMER_HZ) -> None:
        """Say what happens on the edge to an INVITE, by trunk id or by extension."""

        async def policy(call: PhoneCall) -> None:
            assert call.invite is not None
            trunk = vouched_of(call).get("trunk")
            user = call.invite.uri.partition(":")[2].partition("@")[0]
            call.play_tone(COLLEAGUE_HZ if user == "1002" else hz)
            await outcomes[trunk or user](call)

        self.edge.on_invite = policy

    async def dial(self, number: str, station: str = "1001", **more: str) -> PhoneCall:
        """Let the edge bring the call of a station."""
        vouched = {"origin": "station", "tenant": ACME, "station": station, "site": "branch-1"} | more
        return await self.edge.dial(f"sip:{number}@{self.address}", {HEADER: to_header(vouched.items())})

    async def call_in(
        self, number: str = HQ_NUMBER, caller: str = CUSTOMER, told: dict[str, str] | None = None
    ) -> PhoneCall:
        """Let a carrier bring a call.  told: what the edge says of it beside the trunk."""
        phone = self.phone(caller, CUSTOMER_HZ)
        await phone.start()
        vouched = {"origin": "trunk", "trunk": "cheap"} | (told or {})
        return await phone.dial(f"sip:{number}@{self.address}", {HEADER: to_header(vouched.items())})

    # -- what came of it

    async def facts(self) -> list[dict[str, Any]]:
        entries = await self.redis.xrange(keys.facts(ACME))
        return [json.loads(fields["m"]) for _, fields in entries]

    async def of_kind(self, kind: str) -> list[dict[str, Any]]:
        return [fact for fact in await self.facts() if fact["kind"] == kind]

    async def health(self) -> dict[str, Any]:
        """Return the heartbeat's content."""
        return dict(json.loads(await self.redis.get(keys.heartbeat(NodeId("media-1"))) or "{}"))

    async def cdr(self, count: int = 1, seconds: float = 10.0) -> dict[str, Any]:
        """Wait for so many CDRs and return the last one's body."""

        async def enough() -> list[dict[str, Any]]:
            ended = await self.of_kind("call.ended")
            return ended if len(ended) >= count else []

        ended = await until(enough, seconds)
        assert len({fact["fact_id"] for fact in ended}) == len(ended), "a call ended twice"
        return dict(ended[-1]["body"])

    async def endings(self, count: int, seconds: float = 15.0) -> dict[str, str]:
        """Wait for so many calls' ends and return them by fact id.  After a fault of Redis a fact may come twice."""

        async def enough() -> dict[str, str]:
            ended = {fact["fact_id"]: str(fact["body"]["ending"]) for fact in await self.of_kind("call.ended")}
            return ended if len(ended) >= count else {}

        return dict(await until(enough, seconds))

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")


@contextlib.asynccontextmanager
async def running(made: Node) -> AsyncIterator[Node]:
    if not ASTERISK_ROOT.is_dir():
        pytest.fail(f"no Asterisk in {ASTERISK_ROOT}: run `make setup`")
    try:
        await made.start()
        yield made
    finally:
        await made.stop()


def monotonic_ms() -> float:
    return time.monotonic() * 1000


TONES = (AGENT_HZ, CUSTOMER_HZ, COLLEAGUE_HZ, 425)


async def hears(call: PhoneCall, hz: int, seconds: float = 5.0) -> None:
    """Wait until a party hears just this tone of all that are in use.  Raises TimeoutError."""
    await call.wait_for_tones({hz}, TONES, timeout=seconds)


async def talking(node: Node) -> tuple[PhoneCall, PhoneCall]:
    """Return an agent and a customer who hear each other."""
    node.edge.calls.clear()
    node.with_trunks({"cheap": answer_after(0.0)})
    agent = await node.dial("13812345678")
    customer = await node.edge.wait_for_call()
    await hears(agent, CUSTOMER_HZ)
    await hears(customer, AGENT_HZ)
    return agent, customer
