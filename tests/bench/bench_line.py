"""The two sides of the bench of lines: a queue of Trunkline with its agents' phones, and one of a bare Asterisk."""

import asyncio
import contextlib
import itertools
import os
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

from callmodel.agents import Agent, AgentState, Seat, ServedQueue
from callmodel.directory import HQ
from callmodel.ids import AgentId, Extension, QueueId, SiteId, TenantId
from devstack.children import Child, Spec
from devstack.seed import NUMBERS, TENANT, sow, sow_trunk
from devstack.stack import Stack
from hotstate.acd import Acd
from media_nodes.ami import Ami, AmiAwayError, AmiError
from media_nodes.config import MediaSettings
from media_nodes.rendering import passwords_of
from servicekit import redisio
from simulators.call import PhoneCall
from simulators.carrier import Carrier
from simulators.phone import RegistrationError, Softphone
from simulators.transport import Endpoint
from trunkline import conditions as when
from trunkline.apiclient import Api
from trunkline.plan import HQ_SITE, AddressPlan, asterisk_folder

QUEUE = QueueId("bench")
OPEN_TRUNK = "open"
SNAPSHOT_SECONDS = 10.0
RING_SECONDS = 15.0
STATE_SECONDS = 10.0
BARE_LAUNCH = """
import os
from servicekit.settings import load
from media_nodes.config import MediaSettings
from media_nodes.launch import command_of
from media_nodes.rendering import render
settings = load(MediaSettings)
members = range(2, len(settings.edges) + 1)
dialplan = '''
exten => dial,1,Dial(PJSIP/edge-2)
exten => queue,1,Answer()
 same => n,Queue(bench)
exten => early,1,Queue(bench)
'''
# As good as it gets: several callers are served at once, and who waits tries again after a second, the least.
queue = '''
[general]
autofill=yes
[bench]
strategy=leastrecent
musicclass=default
timeout=15
retry=1
ringinuse=no
''' + "".join(f"member => PJSIP/edge-{n}\\n" for n in members)
conf = render(settings, extra_modules=("app_dial.so", "app_queue.so"), extra_dialplan=dialplan)
conf.with_name("queues.conf").write_text(queue)
manager = conf.with_name("manager.conf")
manager.write_text(manager.read_text().replace("write=system,call", "write=system,call,agent"))
command = command_of(settings.asterisk_root, conf)
os.execv(command[0], command)
"""


class Line(ABC):
    """A queue, those who call it, and the phones of its agents, which answer at once.  All agents begin not ready."""

    def __init__(self, carrier: Carrier, number: str, target: Endpoint, phones: list[Softphone]) -> None:
        self._carrier, self._number, self._target, self.phones = carrier, number, target, phones
        # Nobody calls twice: who did would be kept for the agent of the last time.
        self._callers = (f"+86138{n:08d}" for n in itertools.count())

    async def call(self, number: str = "") -> PhoneCall:
        """Let somebody call the queue, or another number of this side's."""
        return await self._carrier.place_call(number or self._number, next(self._callers), self._target)

    async def rung(self, agent: int) -> PhoneCall:
        """Return the agent's next call once it is answered and the caller is heard."""
        call = await self.phones[agent].wait_for_call(RING_SECONDS)
        await call.wait_for("answered", RING_SECONDS)

        async def heard() -> bool:
            return call.media.endpoint.reception.total_packets > 0

        # A phone that hangs up with its 200 still under way has, for Asterisk, never answered.
        if not await when.until(heard, STATE_SECONDS):
            raise TimeoutError(f"agent {agent} hears nobody")
        return call

    @abstractmethod
    async def free(self, agent: int) -> None:
        """Make an agent ready."""

    @abstractmethod
    async def end(self, agent: int, call: PhoneCall) -> None:
        """End an agent's call; the agent is not ready then."""


class OurLine(Line):
    """Agents write for an hour after a call, so that each is ready only when told to be."""

    def __init__(self, carrier: Carrier, target: Endpoint, phones: list[Softphone], acd: Acd) -> None:
        super().__init__(carrier, NUMBERS[0], target, phones)
        self._acd = acd

    async def sign_in(self) -> None:
        for agent, phone in enumerate(self.phones):
            serves = Agent(_agent_id(agent), HQ, queues=(ServedQueue(TenantId(TENANT), QUEUE),))
            seat = Seat(TenantId(TENANT), Extension(phone.user), SiteId(HQ_SITE))
            await self._acd.sign_in(serves, seat, _now_ms())

    async def free(self, agent: int) -> None:
        await self._acd.make_ready(HQ, _agent_id(agent), _now_ms())

    async def end(self, agent: int, call: PhoneCall) -> None:
        await call.hang_up()

        async def writes() -> bool:
            view = await self._acd.agent(HQ, _agent_id(agent))
            return view is not None and view.state is AgentState.WRAP_UP

        if not await when.until(writes, STATE_SECONDS):
            raise TimeoutError(f"agent {agent} does not write")


class BareLine(Line):
    def __init__(self, carrier: Carrier, address: str, phones: list[Softphone], ami: Ami) -> None:
        super().__init__(carrier, "queue", (address, 5060), phones)
        self._ami = ami

    async def free(self, agent: int) -> None:
        await self._pause(agent, "false")

    async def end(self, agent: int, call: PhoneCall) -> None:
        await self._pause(agent, "true")
        await call.hang_up()

    async def paused(self, agent: int) -> bool:
        """Pause an agent; False while Asterisk is not ready to."""
        try:
            await self._pause(agent, "true")
        except (AmiError, AmiAwayError):
            return False
        return True

    async def _pause(self, agent: int, paused: str) -> None:
        member = f"PJSIP/edge-{agent + 2}"
        await self._ami.action("QueuePause", {"Queue": "bench", "Interface": member, "Paused": paused})


@contextlib.asynccontextmanager
async def two_lines(folder: Path, agents: int) -> AsyncIterator[tuple[OurLine, BareLine]]:
    """Yield a queue of a whole Trunkline and one of a bare Asterisk, each with so many agents."""
    async with AsyncExitStack() as parts:
        plan = AddressPlan(100 + os.getpid() % 120)
        bare = f"127.{plan.block}.40.1"
        stack = await parts.enter_async_context(Stack(plan, folder / "stack"))
        carrier = Carrier(plan.second_carrier, port=5060, ip_authentication={plan.edge, bare})
        await parts.enter_async_context(carrier)
        yield (
            await _our_line(parts, stack, plan, carrier, agents),
            await _bare_line(parts, folder, bare, plan, carrier, agents),
        )


async def _our_line(parts: AsyncExitStack, stack: Stack, plan: AddressPlan, carrier: Carrier, agents: int) -> OurLine:
    api = await parts.enter_async_context(Api(plan.api_url, "admin", stack.admin_password))
    seed = await sow(api, plan, hq_stations=agents)
    await sow_trunk(api, OPEN_TRUNK, plan.second_carrier, credentials=None)
    tenant = f"/tenants/{TENANT}"
    settings = {"announces_place": False, "announce_every_seconds": None, "wrap_up_seconds": 3600}
    await api.post(f"{tenant}/queues", {"queue_id": QUEUE, **settings})
    waits = {"kind": "queue", "queues": [{"queue_id": QUEUE}], "otherwise": "bye"}
    flow = {"start": "wait", "nodes": {"wait": waits, "bye": {"kind": "hang_up"}}}
    made = await api.post(f"{tenant}/flows", {"flow_id": QUEUE, "document": flow})
    await api.post(f"{tenant}/flows/{QUEUE}/publish", {"edit": made["edit"]})
    await api.put(f"{tenant}/numbers/{NUMBERS[0]}/route", {"flow_id": QUEUE})
    phones = []
    for index, station in enumerate(seed.hq_stations):
        place = {"proxy": (plan.edge, 5060), "bind": plan.hq_phone(index)}
        phone = Softphone(station.extension, seed.domain, station.password, **place)  # type: ignore[arg-type]
        phones.append(await parts.enter_async_context(phone))
        assert await when.until(lambda phone=phone: registered(phone), SNAPSHOT_SECONDS), "no such station"  # type: ignore[misc]
    redis = redisio.connect(stack.environments.datastores.redis_url)
    parts.push_async_callback(redis.aclose)
    line = OurLine(carrier, (plan.edge, 5060), phones, Acd(redis))
    await line.sign_in()
    return line


async def registered(phone: Softphone) -> bool:
    """Register; False while the edge does not know the station."""
    # The station was made a moment ago: the edge's snapshot may not have it yet.
    try:
        await phone.register()
    except RegistrationError:
        return False
    return True


async def _bare_line(
    parts: AsyncExitStack, folder: Path, address: str, plan: AddressPlan, carrier: Carrier, agents: int
) -> BareLine:
    """An Asterisk that knows the carrier and each agent's phone, and has nobody beside it."""
    places = [f"127.{plan.block}.40.{11 + index}" for index in range(agents)]
    phones = [
        await parts.enter_async_context(Softphone("agent", address, proxy=(address, 5060), bind=place, port=5060))
        for place in places
    ]
    named = {
        "node_id": "bare",
        "node_address": address,
        "control_address": address,
        "edge_internal": ",".join(f"{place}:5060" for place in (carrier.address[0], *places)),
        "asterisk_root": str(asterisk_folder()),
        "spool_dir": str(folder / "bare-spool"),
        "run_dir": str(folder / "bare"),
    }
    settings = MediaSettings(**named)  # type: ignore[arg-type]
    env = os.environ | {f"TRUNKLINE_{name.upper()}": value for name, value in named.items()}
    ready = when.http_status(address, settings.ari_port, "/ari/asterisk/ping", frozenset({200, 401}))
    spec = Spec("bare", (sys.executable, "-c", BARE_LAUNCH), env, ready)
    child = Child(spec, folder / "bare.log", lambda *_: None)
    await child.start()
    parts.push_async_callback(child.stop)
    await child.wait_ready()
    ami = Ami(address, settings.ami_port, "conductor", passwords_of(settings).ami)
    group = await parts.enter_async_context(asyncio.TaskGroup())
    running = group.create_task(ami.run())
    parts.callback(running.cancel)
    line = BareLine(carrier, address, phones, ami)
    for agent in range(agents):
        assert await when.until(lambda agent=agent: line.paused(agent), STATE_SECONDS), "Queue() was not loaded"  # type: ignore[misc]
    return line


def _agent_id(agent: int) -> AgentId:
    return AgentId(f"bench-{agent}")


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
