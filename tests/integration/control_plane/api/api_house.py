"""The control plane as its users meet it: the API's own process, real Redis, real SQLite, bootstrapped as by hand."""

import asyncio
import contextlib
import io
import math
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import wave
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from control_plane.config import ControlPlaneSettings
from control_plane.jobs.queueing import build_celery
from devstack.children import die_with
from tests.loopback import free_port

ADMIN_PASSWORD = "correct-horse-4711-battery"
USER_PASSWORD = "quiet-river-under-stars-7"
COMMAND = (sys.executable, "-m", "trunkline.cli")
NEEDED = ("run_dir", "redis_url", "store_url", "objects_url", "master_key_file")
ROLES = ("agent", "supervisor", "manager", "client")


@dataclass
class Answer:
    """One answer: status, headers, and what the body says (None for none)."""

    status: int
    headers: Mapping[str, str]
    body: Any

    @property
    def error_id(self) -> str:
        return str(self.body["error_id"])


class House:
    """Processes on free ports, in a folder of their own; `environment` overrides settings."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.redis_port, self.api_port, self.health_port = free_port(), free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.api_port}"
        self._folder = folder
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        password = folder / "admin-password"
        password.write_text(ADMIN_PASSWORD)
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("TRUNKLINE_")},
            "TRUNKLINE_RUN_DIR": str(folder / "run"),
            "TRUNKLINE_REDIS_URL": f"redis://127.0.0.1:{self.redis_port}/0",
            "TRUNKLINE_STORE_URL": f"sqlite:///{folder}/store.db",
            "TRUNKLINE_OBJECTS_URL": f"file://{folder}/objects",
            "TRUNKLINE_MASTER_KEY_FILE": f"{folder}/master.key",
            "TRUNKLINE_PKI_DIR": f"{folder}/pki",
            "TRUNKLINE_ADMIN_PASSWORD_FILE": str(password),
            "TRUNKLINE_API_PORT": str(self.api_port),
            "TRUNKLINE_HEALTH_PORT": str(self.health_port),
            # Tests sign in far more often than people do.
            "TRUNKLINE_AUTH_REQUESTS_PER_MINUTE": "100000",
            **environment,
        }

    def start(self) -> None:
        self.start_redis()
        self.admin("bootstrap")
        self.start_api()

    def start_redis(self) -> None:
        command = ("redis-server", "--port", str(self.redis_port), "--bind", "127.0.0.1", "--save", "", "--dir")
        self.spawn("redis", [*command, str(self._folder)])
        until(lambda: connects(self.redis_port))

    def start_api(self) -> None:
        self.spawn("api", [*COMMAND, "control-plane", "api"])
        until(lambda: self.readiness() == 200 or self._processes["api"].poll() is not None)
        assert self._processes["api"].poll() is None, self.log("api")

    def start_worker(self, queues: str) -> None:
        """Start a worker of these queues.  Nothing is scheduled: see `ask_for`."""
        self.spawn("worker", [*COMMAND, "worker"], TRUNKLINE_WORKER_QUEUES=queues, TRUNKLINE_HEALTH_PORT="0")

    def kill_worker(self) -> None:
        """Kill the worker and its children: a machine that is gone."""
        process = self._processes.pop("worker")
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        for pid in (process.pid, *map(int, children)):
            os.kill(pid, signal.SIGKILL)
        process.wait(timeout=10)

    def ask_for(self, task: str) -> None:
        """Have the worker do what the schedule would ask for now and then."""
        build_celery(self.settings()).send_task(task)

    def settings(self) -> ControlPlaneSettings:
        given = {name.removeprefix("TRUNKLINE_").lower(): value for name, value in self.environment.items()}
        return ControlPlaneSettings.model_validate({name: given[name] for name in NEEDED})

    def admin(self, *arguments: str) -> str:
        """Run one `trunkline admin` command; return what it printed."""
        done = subprocess.run(
            [*COMMAND, "admin", *arguments], env=self.environment, capture_output=True, text=True, timeout=180
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def readiness(self) -> int:
        """Return the status of the API's /readyz, 0 while nobody answers."""
        return self.readiness_at(self.health_port)

    def readiness_at(self, port: int) -> int:
        """The same of any of the processes."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def signal(self, name: str, number: signal.Signals) -> None:
        self._processes[name].send_signal(number)

    def exit_code(self, name: str) -> int:
        return self._processes[name].wait(timeout=20)

    def log(self, name: str) -> str:
        return (self._folder / f"{name}.log").read_text()

    def stop(self) -> None:
        for process in reversed(self._processes.values()):
            if process.poll() is None:
                process.terminate()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(timeout=20)
                process.kill()
                process.wait()

    def has_ended(self, name: str) -> bool:
        return self._processes[name].poll() is not None

    def spawn(self, name: str, command: list[str], **environment: str) -> None:
        """Start a process of the house, in its environment and these variables."""
        with (self._folder / f"{name}.log").open("ab") as log:
            self._processes[name] = subprocess.Popen(
                command,
                env={**self.environment, **environment},
                stdout=log,
                stderr=log,
                preexec_fn=die_with(os.getpid()),
            )


def until(condition: Any, seconds: float = 20) -> None:
    """Wait for what happens in other processes."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def connects(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.5):
        return True
    return False


class Client:
    """One who speaks with the API; signed in or not."""

    def __init__(self, url: str, token: str = "", refresh_token: str = "") -> None:
        self.url, self.token, self.refresh_token = url, token, refresh_token
        self.user_id = self.username = ""

    async def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: dict[str, str] | None = None,
        data: bytes | None = None,
    ) -> Answer:
        given = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        timeout = aiohttp.ClientTimeout(total=20)
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.request(
                method, f"{self.url}/api/v1{path}", json=body, data=data, headers=given | (headers or {})
            ) as answer,
        ):
            text = await answer.read()
            said = await answer.json(content_type=None) if text else None
            return Answer(answer.status, answer.headers, said)

    async def fetch(self, path: str) -> bytes:
        """Return the body of a 200 that is no JSON."""
        given = {"Authorization": f"Bearer {self.token}"}
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as session,
            session.get(f"{self.url}/api/v1{path}", headers=given) as answer,
        ):
            data = await answer.read()
            assert answer.status == 200, data
            return data

    async def get(self, path: str) -> Any:
        """Return the body of a 200."""
        answer = await self.call("GET", path)
        assert answer.status == 200, answer.body
        return answer.body

    async def make(self, path: str, body: Any) -> Any:
        """Return the body of a 201."""
        answer = await self.call("POST", path, body)
        assert answer.status == 201, answer.body
        return answer.body


async def signed_in(url: str, username: str = "admin", password: str = ADMIN_PASSWORD) -> Client:
    answer = await Client(url).call("POST", "/auth/token", {"username": username, "password": password})
    assert answer.status == 200, answer.body
    return Client(url, answer.body["access_token"], answer.body["refresh_token"])


@dataclass
class World:
    """Two tenants with everything a tenant has, and a user in each role of each."""

    url: str
    admin: Client
    ids: dict[str, dict[str, str]] = field(default_factory=dict)
    """By tenant: what its path parameters may be."""
    users: dict[tuple[str, str], Client] = field(default_factory=dict)
    """By tenant and role."""


async def build_world(url: str) -> World:
    world = World(url, await signed_in(url))
    await world.admin.make("/sites", {"site_id": "branch-1", "name": "Chengdu", "kind": "branch"})
    await world.admin.make("/trunks", trunk("carrier-a"))
    for place, tenant_id in enumerate(("acme", "bolt"), start=1):
        await _furnish(world, tenant_id, place)
    return world


async def _furnish(world: World, tenant_id: str, place: int) -> None:
    extension, number = f"{place}001", f"+8621555501{place:02}"
    admin = world.admin
    await admin.make("/tenants", {"tenant_id": tenant_id, "name": tenant_id.title()})
    await admin.make(f"/tenants/{tenant_id}/stations", {"extension": extension, "site_id": "branch-1"})
    await admin.make("/numbers", {"number": number, "tenant_id": tenant_id, "route_to": extension})
    await admin.make(f"/tenants/{tenant_id}/queues", {"queue_id": f"sales-{place}", "name": "Sales"})
    await admin.make(f"/tenants/{tenant_id}/flows", {"flow_id": f"welcome-{place}", "document": a_flow()})
    await admin.call("POST", f"/tenants/{tenant_id}/flows/welcome-{place}/publish", {"edit": 1})
    calendar = {"calendar_id": f"office-{place}", "time_zone": "Asia/Shanghai"}
    await admin.make(f"/tenants/{tenant_id}/calendars", calendar)
    await admin.make(f"/tenants/{tenant_id}/prompts", {"prompt_id": f"hello-{place}"})
    sent = await send_sound(admin, f"/tenants/{tenant_id}/prompts/hello-{place}/audio/en", a_sound())
    assert sent.status == 200, sent.body
    hook = {"url": f"https://{tenant_id}.example/hook"}
    await admin.call("PUT", f"/tenants/{tenant_id}/webhook", hook)
    vip = await admin.make(f"/tenants/{tenant_id}/vips", {"number": f"+861390000000{place}", "name": "Ms Wang"})
    mapping = await admin.call("PUT", f"/tenants/{tenant_id}/list-templates/seller-{place}", {"number": "phone"})
    assert mapping.status == 200, mapping.body
    await admin.make(f"/tenants/{tenant_id}/lists", {"list_id": f"bought-{place}"})
    a_list = [{"list_id": f"bought-{place}"}]
    await admin.make(
        f"/tenants/{tenant_id}/campaigns", {"campaign_id": f"spring-{place}", "kind": "preview", "lists": a_list}
    )
    world.ids[tenant_id] = {
        "tenant_id": tenant_id,
        "extension": extension,
        "number": number,
        "queue_id": f"sales-{place}",
        "flow_id": f"welcome-{place}",
        "prompt_id": f"hello-{place}",
        "calendar_id": f"office-{place}",
        "vip_id": vip["vip_id"],
        "list_id": f"bought-{place}",
        "template_id": f"seller-{place}",
        "campaign_id": f"spring-{place}",
        "lead_id": f"bought-{place}.1",
        "call_id": f"01990000-0000-7000-8000-00000000000{place}",
        "recording_id": f"01990000-0000-7000-8000-00000000001{place}",
    }
    for role in ROLES:
        made = await admin.make("/users", user(f"{role}.{tenant_id}", tenant_id, role))
        # The first of them is an agent.
        world.ids[tenant_id].setdefault("user_id", made["user_id"])
        world.users[(tenant_id, role)] = await signed_in(world.url, f"{role}.{tenant_id}", USER_PASSWORD)


def user(username: str, tenant_id: str, role: str) -> dict[str, Any]:
    return {
        "username": username,
        "display_name": username,
        "password": USER_PASSWORD,
        "belongs_to": f"tenant:{tenant_id}",
        "roles": {tenant_id: [role]},
    }


def trunk(trunk_id: str, **changes: Any) -> dict[str, Any]:
    return {
        "trunk_id": trunk_id,
        "name": "Carrier A",
        "gateways": [{"host": "127.0.30.1"}, {"host": "127.0.30.2", "port": 5070, "transport": "tcp"}],
        "domain": "carrier.example",
        "credentials": {"username": "hq-1", "realm": "carrier.example", "password": "from the contract"},
        "sources": ["127.0.30.1"],
        "rates": [{"prefix": "+86", "cost_per_minute": 0.05, "cost_class": "national"}],
    } | changes


def a_flow(**nodes: Any) -> dict[str, Any]:
    """Return a flow that says goodbye, or one with other nodes, of which `start` is the first."""
    return {"name": "Welcome", "start": "start", "nodes": {"start": {"kind": "hang_up"}} | nodes}


def a_sound(
    seconds: float = 1.0, hz: int = 44_100, channels: int = 2, tone: float = 440.0, loud: float = 0.2
) -> bytes:
    """Return a WAV file with a tone, as a studio would send one."""
    samples = array("h")
    for place in range(int(seconds * hz)):
        samples.extend([int(32767 * loud * math.sin(2 * math.pi * tone * place / hz))] * channels)
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(channels)
        written.setsampwidth(2)
        written.setframerate(hz)
        written.writeframes(samples.tobytes())
    return file.getvalue()


async def send_sound(client: Client, path: str, data: bytes) -> Answer:
    return await client.call("PUT", path, data=data, headers={"Content-Type": "application/octet-stream"})


def fresh(prefix: str) -> str:
    """Return an id that no other test uses."""
    return f"{prefix}-{secrets.token_hex(4)}"


def running(folder: Path, **environment: str) -> Iterator[House]:
    house = House(folder, **environment)
    try:
        house.start()
        yield house
    finally:
        house.stop()


def run(coroutine: Any) -> Any:
    """Run in a loop of its own, for fixtures that outlive a test's loop."""
    return asyncio.run(coroutine)
