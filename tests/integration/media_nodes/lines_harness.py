"""Callers in line on a real node: a number that leads into a queue, one with a menu, and the desk of its agents."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from media_harness import ACME, BLOCK, COLLEAGUE_HZ, TONES, Node, directory, running, until

from callmodel.agents import Agent, AgentState, AgentView, Seat, SeatedAgent, ServedQueue
from callmodel.directory import HQ, Did, Directory
from callmodel.flows.document import Flow
from callmodel.flows.nodes import CallBackNode, HangUpNode, MenuNode, QueueChoice, QueueNode
from callmodel.ids import E164, AgentId, Extension, FlowId, QueueId, SiteId
from callmodel.offers import QueueView
from callmodel.prompts import Speech
from callmodel.queues import Queue
from hotstate.acd import Acd
from simulators.call import PhoneCall
from simulators.tones import level_dbfs
from tests.integration.publishing import publish

SALES = QueueId("sales")
LINE, MENU, BACK = E164("+862155550120"), E164("+862155550121"), E164("+862155550122")
CARA = AgentId("u-cara")
"""Seated at 1003, and signed in by nobody but her own phone."""
ANA_HZ = 1750
"""What agents say: the music on hold has nothing like it, as it has of other tones."""
VOICES = (ANA_HZ, *TONES)
MUSIC_DBFS, SILENCE_DBFS = -45.0, -60.0
WAIT_NODE = QueueNode((QueueChoice(SALES),), otherwise="bye")
FLOWS = (
    Flow(FlowId("line"), "wait", {"wait": WAIT_NODE, "bye": HangUpNode()}, tenant_id=ACME),
    Flow(
        FlowId("menu"),
        "menu",
        {
            "menu": MenuNode({"1": "wait"}, "bye", (Speech("For sales, press one."),)),
            "wait": WAIT_NODE,
            "bye": HangUpNode((Speech("Goodbye."),)),
        },
        tenant_id=ACME,
    ),
    Flow(
        FlowId("back"),
        "book",
        {
            "book": CallBackNode(SALES, "bye", "sorry", tries=2, again_minutes=1),
            "bye": HangUpNode((Speech("We will call you."),)),
            "sorry": HangUpNode((Speech("We do not know your number."),)),
        },
        tenant_id=ACME,
    ),
)
FREE_SECONDS = 5.0
QUEUE = Queue(ACME, SALES, announces_place=False, announce_every_seconds=None, offer_seconds=4, wrap_up_seconds=2)


def known(queue: Queue = QUEUE) -> Directory:
    plain = directory()
    tenants = tuple(replace(tenant, number_key="a-key-that-nobody-guesses") for tenant in plain.tenants)
    flows = {LINE: "line", MENU: "menu", BACK: "back"}
    dids = (Did(number, ACME, flow_id=FlowId(name)) for number, name in flows.items())
    cara = Agent(CARA, HQ, queues=(ServedQueue(ACME, SALES),))
    return replace(
        plain,
        tenants=tenants,
        numbers=(*plain.numbers, *dids),
        queues=(queue,),
        flows=FLOWS,
        agents=(SeatedAgent(ACME, Extension("1003"), cara),),
    )


@asynccontextmanager
async def line_node(folder: Path) -> AsyncIterator[Node]:
    """Run a node that knows the queue and its flows."""
    made = Node(folder, BLOCK)
    made.directory = known()
    async with running(made):
        yield made


class Desk:
    """The agents of the pool, as a control plane signs them in and sees them."""

    def __init__(self, node: Node) -> None:
        self.acd = Acd(node.redis)

    async def sign_in(self, extension: str, *, ready: bool = True) -> AgentId:
        agent = Agent(AgentId(f"u-{extension}"), HQ, queues=(ServedQueue(ACME, SALES),))
        seat = Seat(ACME, Extension(extension), SiteId("branch-1"))
        await self.acd.note_pool(HQ)
        await self.acd.sign_in(agent, seat, now_ms(), ready=ready)
        return agent.agent_id

    async def view(self, agent_id: AgentId) -> AgentView:
        view = await self.acd.agent(HQ, agent_id)
        assert view is not None
        return view

    async def becomes(self, agent_id: AgentId, state: AgentState, seconds: float = 5.0) -> AgentView:
        async def is_so() -> AgentView | None:
            view = await self.view(agent_id)
            return view if view.state is state else None

        found: AgentView = await until(is_so, seconds)
        return found

    async def waiting_is(self, count: int) -> bool:
        return await self.waiting() == count

    async def waiting(self) -> int:
        return (await self.seen()).waiting

    async def seen(self) -> QueueView:
        return await self.acd.see(HQ, ACME, SALES, now_ms())


class Station:
    """A phone that rings until it is told to do something else; its calls in the order in which they came."""

    def __init__(self) -> None:
        self.calls: list[PhoneCall] = []

    async def __call__(self, call: PhoneCall) -> None:
        self.calls.append(call)
        call.ring()

    async def rings(self, count: int = 1, seconds: float = 10.0) -> PhoneCall:
        """Wait for so many calls, and return the last."""
        await until(lambda: len(self.calls) >= count, seconds)
        return self.calls[-1]


def now_ms() -> int:
    return time.time_ns() // 1_000_000


async def hears_music(call: PhoneCall, seconds: float = 10.0) -> None:
    """Wait for sound from now on that is no agent's."""

    def is_music() -> bool:
        agents = call.heard_tones(VOICES, 0.3) & {ANA_HZ, COLLEAGUE_HZ}
        return level_dbfs(call.heard(0.3)) > MUSIC_DBFS and not agents

    call.media.endpoint.reception.forget()
    await until(is_music, seconds)


async def talks_to(call: PhoneCall, hz: int, seconds: float = 5.0) -> None:
    """Wait until a caller hears just this tone from now on."""
    call.media.endpoint.reception.forget()
    await call.wait_for_tones({hz}, VOICES, timeout=seconds)


async def is_silent(call: PhoneCall) -> bool:
    """Say whether nothing is heard for longer than a voice takes breath."""
    call.media.endpoint.reception.forget()
    await asyncio.sleep(1.5)
    return level_dbfs(call.heard()) < SILENCE_DBFS


async def in_line(node: Node, desk: Desk, *callers: str) -> list[PhoneCall]:
    """Return callers who wait, one behind the other."""
    calls = []
    for count, caller in enumerate(callers, 1):
        calls.append(await node.call_in(LINE, caller))
        await until(lambda count=count: desk.waiting_is(count))
    return calls


async def published(node: Node, queue: Queue, **more: Any) -> None:
    """Publish the directory with another queue, and wait until the conductor has it."""
    before = node.log("conductor").count("directory loaded")
    node.directory = replace(node.directory, **{"queues": (queue,), **more})
    await publish(node.redis, node.directory)
    await until(lambda: node.log("conductor").count("directory loaded") > before)


async def everybody_is_free(desk: Desk, *agents: str) -> None:
    for agent in agents:
        await desk.becomes(agent, AgentState.READY, FREE_SECONDS + QUEUE.wrap_up_seconds)
    assert await desk.waiting() == 0
