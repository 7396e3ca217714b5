"""Redis, facts, worker and beat as processes of their own, and the API in the test's loop."""

import asyncio
import json
import os
import secrets
import signal
import subprocess
import sys
import wave
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from aiohttp.test_utils import TestClient, TestServer
from redis.asyncio import Redis

from callmodel import keys
from callmodel.callstate import CallState, Direction, LegRole, LegState
from callmodel.cdr import Cdr, CdrLeg
from callmodel.codec import to_wire
from callmodel.directory import CallerRule, Did, Directory, Rate, Station, Tenant, Trunk
from callmodel.edgesnapshot import NodeHealth
from callmodel.endings import Ending, EndingClass
from callmodel.ids import (
    E164,
    CallId,
    Extension,
    LegId,
    NodeId,
    RecordingId,
    SiteId,
    TenantId,
    TrunkId,
    UserId,
    uuid7,
)
from callmodel.wire import Envelope, HeldCalls, RecordingSpooled
from control_plane.app import build_api
from control_plane.config import ControlPlaneSettings
from control_plane.features.auth import store as sessions
from control_plane.features.auth.store import Session
from control_plane.features.auth.tokens import issue_access_token
from control_plane.features.calls.finding import CallFinder, Search
from control_plane.features.calls.sealing import CallRecord
from control_plane.features.recordings.ledger import Entry, EntryState
from control_plane.features.recordings.store import LedgerStore
from control_plane.features.stations.store import StationRecord, StationStore
from control_plane.features.tenants.store import TenantRecord, TenantStore
from control_plane.keyring.signing import create_signing_key
from control_plane.people.accounts import Account, add_account
from control_plane.people.permissions import Role
from control_plane.resources import close_resources, open_resources
from control_plane.times import DAY_MS, now_ms
from devstack.children import die_with
from tests.integration.publishing import publish
from tests.loopback import free_port

ACME, GLOBEX = TenantId("acme"), TenantId("globex")
NODE = NodeId("node-1")
CUSTOMER = E164("+8613812345678")
HQ_NUMBER = E164("+862155550001")

DIRECTORY = Directory(
    tenants=tuple(
        Tenant(tenant, tenant, f"{tenant}.trunkline.test", caller_rule=CallerRule(numbers=(number,)))
        for tenant, number in ((ACME, HQ_NUMBER), (GLOBEX, E164("+862155550002")))
    ),
    stations=(
        Station(ACME, Extension("1001"), SiteId("branch-1")),
        Station(ACME, Extension("1002"), SiteId("branch-1")),
        Station(GLOBEX, Extension("2001"), SiteId("branch-2")),
    ),
    trunks=(Trunk(TrunkId("carrier"), "Carrier", (Rate("+86", 0.1, "national"),)),),
    numbers=(Did(HQ_NUMBER, ACME), Did(E164("+862155550002"), GLOBEX)),
)


async def until(condition: Callable[[], Awaitable[Any]], seconds: float = 20) -> Any:
    """Wait for a condition and return what it says."""
    async with asyncio.timeout(seconds):
        while not (said := await condition()):  # noqa: ASYNC110 - it happens in other processes
            await asyncio.sleep(0.02)
        return said


class House:
    """redis_url: a Redis that somebody else runs; by default the house has its own."""

    def __init__(self, folder: Path, redis_url: str = "", **environment: str) -> None:
        self.folder = folder
        self._has_redis = not redis_url
        self.redis_port = free_port()
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.environment = {
            "TRUNKLINE_RUN_DIR": str(folder / "run"),
            "TRUNKLINE_REDIS_URL": redis_url or f"redis://127.0.0.1:{self.redis_port}/0",
            "TRUNKLINE_STORE_URL": f"sqlite:///{folder / 'store.db'}",
            "TRUNKLINE_OBJECTS_URL": f"file://{folder / 'objects'}",
            "TRUNKLINE_MASTER_KEY_FILE": str(folder / "master.key"),
            "TRUNKLINE_STALE_CALL_SECONDS": "1",
            "TRUNKLINE_TAKEOVER_SECONDS": "2",
            "TRUNKLINE_VISIBILITY_SECONDS": "3",
            **environment,
        }
        self.users: dict[str, str] = {}

    async def open(self) -> None:
        if self._has_redis:
            self.start_redis()
        settings = {name.removeprefix("TRUNKLINE_").lower(): value for name, value in self.environment.items()}
        self.settings = ControlPlaneSettings(**settings)  # type: ignore[arg-type]
        create_signing_key(self.settings.signing_key_file)
        self.resources = open_resources(self.settings, signs_tokens=True)
        self.redis: Redis = self.resources.redis
        await until(self._redis_answers)
        tenants = TenantStore(self.resources.store)
        for tenant in DIRECTORY.tenants:
            await tenants.add(tenant.tenant_id, TenantRecord(tenant, now_ms()))
        self.stations = StationStore(self.resources.store, self.resources.cipher)
        for station in DIRECTORY.stations:
            record = StationRecord(
                station.tenant_id, station.extension, station.site_id, "", "rtp", "-" * 32, now_ms()
            )
            await self.stations.add(station.tenant_id, record)
        await publish(self.redis, DIRECTORY)
        self.client = TestClient(TestServer(build_api(self.resources)))
        await self.client.start_server()

    async def close(self) -> None:
        await self.client.close()
        await close_resources(self.resources)
        # How each of them stops is a test of its own.
        for name in list(self.processes):
            await asyncio.to_thread(self.kill, name)

    # -- processes

    def start_redis(self) -> None:
        self.processes["redis"] = subprocess.Popen(
            ["redis-server", "--port", str(self.redis_port), "--bind", "127.0.0.1", "--dir", str(self.folder),
             "--unixsocket", "redis.sock", "--save", "", "--appendonly", "yes", "--appendfsync", "always"],
            stdout=subprocess.DEVNULL, preexec_fn=die_with(os.getpid()),
        )  # fmt: skip

    def start(self, name: str, entry: str, **environment: str) -> int:
        """Start `module:function` as a process and return its health port."""
        module, function = entry.split(":")
        port = free_port()
        log = (self.folder / f"{name}.log").open("ab")
        self.processes[name] = subprocess.Popen(
            [sys.executable, "-c", f"from {module} import {function}; raise SystemExit({function}())"],
            env={**os.environ, **self.environment, "TRUNKLINE_HEALTH_PORT": str(port), **environment},
            stderr=log,
            start_new_session=True,
            preexec_fn=die_with(os.getpid()),
        )
        log.close()
        return port

    async def start_facts(self, name: str = "facts") -> int:
        return await self._ready(self.start(name, "control_plane.consumers:main"))

    async def start_worker(self, name: str = "worker", **environment: str) -> int:
        return await self._ready(self.start(name, "control_plane.worker:main", **environment))

    def kill(self, name: str) -> None:
        """SIGKILL a process and its children: a machine that is gone."""
        process = self.processes.pop(name)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL) if name != "redis" else process.kill()
        process.wait(10)

    def stop(self, name: str) -> int:
        process = self.processes.pop(name)
        if process.poll() is None:
            process.terminate()
        try:
            return process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return process.wait(5)

    def log_of(self, name: str) -> list[dict[str, Any]]:
        lines = (self.folder / f"{name}.log").read_text().splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    async def _ready(self, port: int) -> int:
        async def answers() -> bool:
            try:
                async with self.client.session.get(f"http://127.0.0.1:{port}/readyz") as response:
                    return response.status == 200
            except OSError:
                return False

        await until(answers, 30)
        return port

    async def _redis_answers(self) -> bool:
        try:
            return bool(await self.redis.ping())
        except OSError:
            return False

    # -- the world

    async def tell(self, kind: str, body: Any, tenant_id: TenantId = ACME, at_ms: int | None = None) -> None:
        """Put a fact on the stream, as a media node does."""
        document = body if isinstance(body, dict) else to_wire(body)
        identity = document.get("recording_id") if kind.startswith("recording") else document.get("call_id")
        envelope = Envelope(f"{identity}:{kind}", kind, tenant_id, NODE, at_ms or now_ms(), document)
        await self.redis.xadd(keys.facts(tenant_id), {"m": json.dumps(to_wire(envelope))})

    async def beat_heart(
        self, node_id: NodeId = NODE, calls: int = 0, draining: bool = False, held: Iterable[CallId] | None = None
    ) -> None:
        """Be a node's heartbeat; `held`: the calls that it names, None to name none and deny none."""
        if held is not None:
            named = HeldCalls(node_id, now_ms(), tuple(held))
            await self.redis.set(keys.held_calls(node_id), json.dumps(to_wire(named)), ex=600)
        health = NodeHealth(node_id, "127.0.0.1:5060", 100, calls, draining, now_ms())
        await self.redis.sadd(keys.NODES, node_id)  # type: ignore[misc]
        await self.redis.set(keys.heartbeat(node_id), json.dumps(to_wire(health)), ex=600)

    async def orders(self, node_id: NodeId = NODE) -> list[dict[str, Any]]:
        entries: Any = await self.redis.xrange(keys.node_orders(node_id))
        return [json.loads(fields["m"]) for _, fields in entries]

    async def token(
        self,
        name: str,
        *roles: Role,
        tenant_id: TenantId = ACME,
        is_hq_admin: bool = False,
        at: str | None = None,
        team: str | None = None,
    ) -> str:
        """Return an access token of a user made for the purpose, who is seated at a station and in a team."""
        user = UserId(uuid7(now_ms(), secrets.randbits(74)))
        held = {tenant_id: frozenset(roles)} if roles else {}
        teams = {tenant_id: frozenset({team})} if team is not None else {}
        account = Account(user, name, name, "-", "platform", is_hq_admin, held, True, 0, now_ms(), teams=teams)
        await add_account(self.resources.store, account)
        if at is not None:
            await self.stations.seat(tenant_id, Extension(at), user)
        session = Session(secrets.token_urlsafe(16), user, now_ms(), over=False, credential=None)
        await sessions.begin_session(self.resources.store, session, 3600)
        return issue_access_token(self.resources.token_key(), user, session.family, now_ms(), 900)

    async def ask(self, token: str, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {token}"}
        kwargs = {} if body is None else {"json": body}
        async with self.client.request(method, f"/api/v1{path}", headers=headers, **kwargs) as response:
            text = await response.text()
            return response.status, json.loads(text) if text else None


def new_call_id(at_ms: int | None = None) -> CallId:
    return CallId(uuid7(at_ms or now_ms(), secrets.randbits(74)))


def live_call(call_id: CallId, state: str = "claiming", tenant_id: TenantId = ACME, **details: Any) -> Cdr:
    """A call as it stands; each state is told of later than the ones before it."""
    given: dict[str, Any] = {"started_ms": now_ms(), "extension": Extension("1001"), "number": CUSTOMER, **details}
    direction = Direction(given.pop("direction", "outbound"))
    version = given.pop("version", list(CallState).index(CallState(state)) + 1)
    return Cdr(call_id, tenant_id, NODE, version, direction, CallState(state), CUSTOMER, **given)


def cdr(call_id: CallId, tenant_id: TenantId = ACME, **details: Any) -> Cdr:
    started = details.pop("started_ms", now_ms())
    ended = LegState.ENDED
    legs = (
        CdrLeg(LegId(f"{call_id}-1"), LegRole.AGENT, ended, started, ended_ms=started + 9000,
               extension=Extension("1001"), site_id=SiteId("branch-1")),
        CdrLeg(LegId(f"{call_id}-2"), LegRole.CUSTOMER, ended, started + 50, ended_ms=started + 9000, number=CUSTOMER,
               answered_ms=started + 3000, trunk_id=TrunkId("carrier"), caller_number=HQ_NUMBER,
               cost_class="national", cost_per_minute=0.1, cost_micros=10_000),
    )  # fmt: skip
    given: dict[str, Any] = {
        "direction": Direction.OUTBOUND, "dialled": "13812345678", "legs": legs, "answered_ms": started + 3000,
        "ended_ms": started + 9000, "ending": Ending.COMPLETED, "ending_class": EndingClass.SUCCESS,
        "hung_up_by": "agent", "talk_seconds": 6.0, "hold_seconds": 0.0, "ring_seconds": 2.9, "wait_seconds": 0.0,
        "extension": Extension("1001"), "site_id": SiteId("branch-1"), "number": CUSTOMER, "caller_number": HQ_NUMBER,
        "trunk_id": TrunkId("carrier"), "cost_class": "national", "cost_micros": 10_000, **details,
    }  # fmt: skip
    return Cdr(call_id, tenant_id, NODE, version=9, state=CallState.ENDED, started_ms=started, **given)


def spool(
    folder: Path,
    call_id: CallId,
    seconds: float,
    tones: tuple[float, float] = (440.0, 1000.0),
    tenant_id: TenantId = ACME,
) -> RecordingSpooled:
    """Write a WAV with one tone in each channel where a media node's recorder would."""
    recording_id = RecordingId(f"{call_id}-r1")
    path = folder / "spool" / "wav" / tenant_id / f"{recording_id}.wav"
    path.parent.mkdir(parents=True, exist_ok=True)
    moments = np.arange(int(8000 * min(seconds, 10.0))) / 8000
    block = (np.stack([np.sin(2 * np.pi * tone * moments) for tone in tones], 1) * 9000).astype("<i2").tobytes()
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(8000)
        left = int(8000 * seconds) * 4
        while left > 0:
            file.writeframesraw(block[:left])
            left -= len(block)
    return RecordingSpooled(recording_id, call_id, str(path), seconds, now_ms())


def loudest(channel: Any) -> float:
    """Return the frequency in which a channel is loudest, Hz."""
    spectrum = np.abs(np.fft.rfft(channel * np.hanning(len(channel))))
    return float(np.argmax(spectrum) * 8000 / len(channel))


def level_db(channel: Any, hertz: float) -> float:
    """Return the level of one frequency, dB relative to a full-scale square."""
    spectrum = np.abs(np.fft.rfft(channel * np.hanning(len(channel))))
    place = round(hertz * len(channel) / 8000)
    return float(20 * np.log10(spectrum[place - 3 : place + 4].max() / len(channel) + 1e-12))


async def records(house: House, tenant_id: TenantId = ACME) -> list[CallRecord]:
    """Return the records of the last two days' calls, newest first."""
    finder = CallFinder(house.resources.store, house.resources.cipher)
    search = Search(now_ms() - DAY_MS, now_ms() + DAY_MS)
    found, after = await finder.page(tenant_id, search, 500)
    while after is not None:
        more, after = await finder.page(tenant_id, search, 500, after)
        found += more
    return found


async def entry_of(house: House, recording_id: RecordingId) -> Entry | None:
    return await LedgerStore(house.resources.store).one(ACME, recording_id)


async def reaches(house: House, recording_id: RecordingId, state: EntryState, seconds: float = 20) -> Entry:
    async def there() -> Entry | None:
        entry = await entry_of(house, recording_id)
        return entry if entry is not None and entry.state is state else None

    return await until(there, seconds)
