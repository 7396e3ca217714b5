"""A switch, claims and a stream that outlive the conductors who work with them, each of whom may be killed at any
step: before or after one of its calls to the world outside, or in the midst of writing its journal.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from media_fakes import (
    ACME,
    INSTANCE,
    NODE,
    FakeCallBacks,
    FakeHandDialling,
    FakeLeads,
    FakeLookUps,
    FakeMachineEar,
    FakeNeighbours,
    FakeVips,
    directory,
)

from callmodel.agentkeys import AgentOutcome
from callmodel.agents import Seat, SeatUse
from callmodel.callstate import Call
from callmodel.directory import Did, Directory
from callmodel.facts import AgentChanged, AgentOffered, Fact, Queued, QueueSeen
from callmodel.flows.document import Flow
from callmodel.flows.nodes import CollectNode, HangUpNode, MenuNode, PlayNode, QueueChoice, QueueNode
from callmodel.ids import (
    E164,
    AgentId,
    CallId,
    Extension,
    FlowId,
    LegId,
    QueueId,
    RecordingId,
    SiteId,
    TenantId,
    TrunkId,
)
from callmodel.links import Link
from callmodel.offers import Offer, Offered, OfferEnd
from callmodel.orders import (
    ChangeAgent,
    ClaimTrunk,
    CloseOffer,
    DialLink,
    DialStation,
    DialTrunk,
    HoldChannel,
    JoinQueue,
    LeaveQueue,
    Listen,
    LookAtQueue,
    Play,
)
from callmodel.prompts import Speech
from callmodel.queues import Queue
from callmodel.rooms import Room
from callmodel.seats import SeatChange
from callmodel.spend import Bill
from callmodel.wire import Envelope
from media_nodes.conductor import Conductor
from media_nodes.journal import Entry, Journal
from media_nodes.ports import Full, Grant, LegGoneError, LegProgress, SwitchState
from media_nodes.running import now_ms
from media_nodes.surroundings import Surroundings

LINE = E164("+862155550120")
SALES, ALL = QueueId("sales"), QueueId("all")
STATIONS = (Extension("1002"), Extension("1001"))
"""At which the agents sit: the queue `sales` is offered the first one, `all` both."""
FLOW = Flow(
    FlowId("line"),
    "hello",
    {
        "hello": PlayNode("menu", (Speech("Hello."),)),
        "menu": MenuNode({"1": "sales", "2": "number", "3": "all"}, "bye", (Speech("Press a key."),), seconds=60),
        "number": CollectNode("number", "sales", "bye", (Speech("Your number, please."),)),
        "sales": QueueNode((QueueChoice(SALES),), otherwise="bye"),
        "all": QueueNode((QueueChoice(ALL),), otherwise="bye"),
        "bye": HangUpNode((Speech("Goodbye."),)),
    },
    tenant_id=ACME,
)


def known() -> Directory:
    """The directory of the fakes, with a number that leads into a flow, and queues."""
    plain = directory()
    numbers = (*plain.numbers, Did(LINE, ACME, flow_id=FLOW.flow_id))
    return replace(plain, numbers=numbers, flows=(*plain.flows, FLOW), queues=(Queue(ACME, SALES), Queue(ACME, ALL)))


class KilledError(BaseException):
    """What a SIGKILL looks like from within: nobody handles it."""


@dataclass
class World:
    """`kill_at`: the step at which the first conductor dies, None for never; `afterwards`: just after it was done."""

    folder: Path
    kill_at: int | None = None
    afterwards: bool = False
    steps: int = 0
    killed: bool = False
    legs: dict[LegId, LegProgress] = field(default_factory=dict)
    made: list[LegId] = field(default_factory=list)
    ended_by_us: list[LegId] = field(default_factory=list)
    claimed: dict[LegId, TrunkId] = field(default_factory=dict)
    facts: dict[str, Envelope] = field(default_factory=dict)
    rooms: dict[CallId, Room] = field(default_factory=dict)
    spools: dict[RecordingId, bool] = field(default_factory=dict)
    call_backs: FakeCallBacks = field(default_factory=FakeCallBacks)
    links: dict[LegId, Link] = field(default_factory=dict)
    """What calls that ask for another have said."""
    waiting: set[CallId] = field(default_factory=set)
    line: dict[CallId, Offer] = field(default_factory=dict)
    """Offers that stand."""
    tokens: int = 0
    playing: dict[LegId, str] = field(default_factory=dict)
    drowned: set[LegId] = field(default_factory=set)
    """Legs that were played something while they talked."""
    seats: dict[LegId, SeatUse] = field(default_factory=dict)
    there: list[set[LegId]] = field(default_factory=list)
    """Who was answered and there after each step of a story."""

    def step(self, *, done: bool) -> None:
        """Count a step, once before it is done and once after, and die where that was asked for."""
        if self.killed:
            return
        if not done:
            self.steps += 1
        if self.kill_at == self.steps and done is self.afterwards:
            self.killed = True
            raise KilledError

    def need(self, leg_id: LegId) -> None:
        if leg_id not in self.legs:
            raise LegGoneError(leg_id)

    @property
    def agent_is_free(self) -> bool:
        return not self.line

    def begun(self) -> int:
        return sum(fact.kind == "call.started" for fact in self.facts.values())

    def endings(self) -> list[str]:
        return [str(fact.body["ending"]) for fact in self.facts.values() if fact.kind == "call.ended"]


class Mortal:
    """The ports of one conductor, who dies when the world says so."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def _do(self, leg_id: LegId | None = None) -> None:
        # Another task's turn, as with any command over the network.
        await asyncio.sleep(0)
        self.world.step(done=False)
        if leg_id is not None:
            self.world.need(leg_id)

    async def dial_trunk(self, call_id: CallId, tenant_id: TenantId, origin: LegId | None, order: DialTrunk) -> None:
        assert order.leg_id in self.world.claimed, "dialled without a claim"
        await self._dial(order.leg_id)

    async def dial_station(
        self, call_id: CallId, tenant_id: TenantId, domain: str, origin: LegId | None, order: DialStation
    ) -> None:
        await self._dial(order.leg_id)

    async def _dial(self, leg_id: LegId) -> None:
        await self._do()
        assert leg_id not in self.world.made, "nobody's phone rings twice"
        self.world.made.append(leg_id)
        self.world.legs[leg_id] = LegProgress.SETTING_UP
        self.world.step(done=True)

    async def dial_link(self, call_id: CallId, tenant_id: TenantId, origin: LegId | None, order: DialLink) -> None:
        await self._dial(order.leg_id)
        self.world.links[order.leg_id] = order.link

    async def dialog_of(self, leg_id: LegId) -> str:
        await asyncio.sleep(0)
        self.world.need(leg_id)
        return f"dialog of {leg_id}"

    async def answer(self, leg_id: LegId) -> None:
        await self._do(leg_id)
        self.world.legs[leg_id] = LegProgress.ANSWERED
        self.world.step(done=True)

    async def can_be_heard(self, leg_id: LegId) -> bool:
        return True

    async def set_room(self, call_id: CallId, room: Room) -> None:
        await self._do()
        for party in room.parties:
            self.world.need(party.leg_id)
        self.world.rooms[call_id] = room
        self.world.step(done=True)

    async def start_recording(self, recording_id: RecordingId, customer_leg: LegId) -> None:
        await self._do(customer_leg)
        self.world.step(done=True)

    async def pause_recording(self, customer_leg: LegId, *, paused: bool) -> None:
        await self._do(customer_leg)
        self.world.step(done=True)

    def listen(self, order: Listen, tell: Callable[[Fact], None]) -> None:
        """Nobody says anything."""

    async def hang_up(self, leg_id: LegId, sip_code: int) -> None:
        await self._do(leg_id)
        del self.world.legs[leg_id]
        self.world.ended_by_us.append(leg_id)
        self.world.step(done=True)

    async def decline(self, leg_id: LegId) -> None:
        await self.hang_up(leg_id, 503)

    async def report_transfer(self, leg_id: LegId, sip_code: int) -> None:
        await self._do(leg_id)
        self.world.step(done=True)

    async def end_call(self, call_id: CallId) -> None:
        self.world.rooms.pop(call_id, None)

    async def state(self) -> SwitchState:
        return self.world_state()

    def world_state(self) -> SwitchState:
        return SwitchState(INSTANCE, dict(self.world.legs), tuple(self.world.rooms))

    # -- claims

    async def claim(self, tenant_id: TenantId, order: ClaimTrunk) -> Grant | Full:
        await self._do()
        trunk_id = self.world.claimed.setdefault(order.leg_id, order.offers[0].trunk_id)
        self.world.step(done=True)
        return Grant(trunk_id, 0)

    async def hold(self, tenant_id: TenantId, order: HoldChannel) -> bool:
        await self._do()
        self.world.claimed.setdefault(order.leg_id, order.trunk_id)
        self.world.step(done=True)
        return True

    async def release(self, tenant_id: TenantId, leg_id: LegId, trunk_id: TrunkId, bill: Bill) -> None:
        await self._do()
        self.world.claimed.pop(leg_id, None)
        self.world.step(done=True)

    # -- stream and spool

    def put(self, envelope: Envelope) -> None:
        self.world.step(done=False)
        self.world.facts.setdefault(envelope.fact_id, envelope)
        self.world.step(done=True)

    def expect(self, call: Call, recording_id: RecordingId, at_ms: int) -> bool:
        self.world.spools.setdefault(recording_id, True)
        return True

    def close(self, recording_id: RecordingId, refused: str | None = None) -> None:
        self.world.spools[recording_id] = False


class MortalPlayer:
    """What legs are played: it goes on without the conductor who wanted it."""

    def __init__(self, world: World) -> None:
        self.world = world

    def play(self, tenant_id: TenantId, order: Play, tell: Callable[[Fact], None]) -> None:
        self.world.step(done=False)
        if order.leg_id in self.world.legs:
            self.world.playing[order.leg_id] = order.play_id
        self.world.step(done=True)

    async def stop(self, leg_id: LegId, play_id: str) -> None:
        await asyncio.sleep(0)
        self.world.step(done=False)
        if self.world.playing.get(leg_id) == play_id:
            del self.world.playing[leg_id]
        self.world.step(done=True)

    async def plays(self, leg_id: LegId, play_id: str) -> bool:
        await asyncio.sleep(0)
        return self.world.playing.get(leg_id) == play_id


class MortalLines:
    """Lines with two agents, of the same conductor."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def _do(self) -> None:
        await asyncio.sleep(0)
        self.world.step(done=False)

    async def join(self, call: Call, order: JoinQueue) -> list[Fact]:
        await self._do()
        queue, line, at_ms = Queue(call.tenant_id, order.queue_id), self.world.line, now_ms()
        self.world.waiting.add(call.call_id)
        if call.call_id not in line and self.world.agent_is_free:
            self.world.tokens += 1
            seats = STATIONS if order.queue_id == ALL else STATIONS[:1]
            agents = tuple(Offered(AgentId(f"u-{name}"), Seat(call.tenant_id, name, SiteId("hq"))) for name in seats)
            line[call.call_id] = Offer(call.tenant_id, order.queue_id, call.call_id, self.world.tokens, at_ms, agents)
        self.world.step(done=True)
        offer = line.get(call.call_id)
        return [Queued(queue, 0, None, at_ms) if offer is None else AgentOffered(queue, offer, at_ms)]

    async def leave(self, call: Call, order: LeaveQueue) -> None:
        await self._do()
        self.world.waiting.discard(call.call_id)
        self.world.line.pop(call.call_id, None)
        self.world.step(done=True)

    async def close(self, call: Call, order: CloseOffer) -> list[Fact]:
        await self._do()
        offer = self.world.line.get(call.call_id)
        if offer is not None and offer.token == order.token:
            rest = tuple(each for each in offer.agents if each.agent_id != order.agent_id)
            over = order.end in (OfferEnd.ANSWERED, OfferEnd.WITHDRAWN)
            if over:
                self.world.waiting.discard(call.call_id)
            if over or not rest:
                del self.world.line[call.call_id]
            else:
                self.world.line[call.call_id] = replace(offer, agents=rest)
        self.world.step(done=True)
        waits = call.call_id in self.world.waiting
        return [Queued(Queue(call.tenant_id, order.queue_id), 0, None, now_ms())] if waits else []

    async def change_agent(self, order: ChangeAgent) -> Fact:
        return AgentChanged(AgentOutcome.READY, now_ms())

    async def look(self, call: Call, order: LookAtQueue) -> Fact:
        return QueueSeen(order.queue_id, 0, 0, 0, 0.0, None, now_ms())

    def tell(self, call: Call, changes: Iterable[SeatChange]) -> None:
        for change in changes:
            self.world.seats[change.leg_id] = change.use


class MortalJournal(Journal):
    """A journal whose process may die just before, or just after, a line is written."""

    def __init__(self, world: World) -> None:
        super().__init__(world.folder)
        self._world = world

    def write(self, entry: Entry) -> None:
        self._world.step(done=False)
        super().write(entry)
        self._world.step(done=True)


@asynccontextmanager
async def conducting(world: World) -> AsyncIterator[tuple[Conductor, Mortal, MortalJournal]]:
    """A conductor that lives until it is killed, or until the end."""
    ports, journal = Mortal(world), MortalJournal(world)
    surroundings = known()
    around = Surroundings(
        ports,
        ports,
        ports,
        ports,
        MortalPlayer(world),
        ports,
        FakeMachineEar(),
        MortalLines(world),
        FakeNeighbours(),
        FakeLeads(),
        world.call_backs,
        FakeLookUps(),
        FakeVips(),
        FakeHandDialling(),
        journal,
        lambda: surroundings,
    )
    conductor = Conductor(NODE, around)
    conductor.instance = INSTANCE
    try:
        async with asyncio.TaskGroup() as group:
            running = group.create_task(conductor.run())
            await asyncio.sleep(0)
            yield conductor, ports, journal
            running.cancel()
    except* KilledError:
        pass
