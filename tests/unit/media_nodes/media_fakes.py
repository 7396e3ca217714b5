"""A switch, claims, outbox and recordings that only remember what they were told."""

import resource
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from callmodel.agentkeys import AgentOutcome
from callmodel.callstate import Call
from callmodel.campaigns.facts import ClaimTold
from callmodel.campaigns.progress import Progress, progress_of
from callmodel.directory import CallerRule, CallerRuleKind, Did, Directory, Rate, Station, Tenant, Trunk
from callmodel.dtmf import Dtmf
from callmodel.facts import AgentChanged, Fact, PlaceKept, Queued, QueueSeen
from callmodel.flows.document import Flow
from callmodel.flows.nodes import HangUpNode, MenuNode, QueueChoice, QueueNode, RingNode, RingStep, VoicemailNode
from callmodel.handdialling import Asked
from callmodel.ids import (
    E164,
    CallId,
    Extension,
    FlowId,
    LegId,
    NodeId,
    QueueId,
    RecordingId,
    SiteId,
    TenantId,
    TrunkId,
)
from callmodel.orders import (
    AskVip,
    ChangeAgent,
    ClaimTrunk,
    CloseOffer,
    DetectMachine,
    DialLink,
    DialStation,
    DialTrunk,
    HoldChannel,
    JoinQueue,
    KeepPlace,
    LeaveQueue,
    Listen,
    LookAtQueue,
    LookUp,
    OptOut,
    Play,
    TakeLead,
)
from callmodel.prompts import Speech
from callmodel.queues import Queue
from callmodel.rooms import Room
from callmodel.seats import SeatChange
from callmodel.spend import Bill
from callmodel.vips import Vip
from callmodel.wire import CallOrder, Envelope
from media_nodes.conductor import Conductor, DirectoryShelf
from media_nodes.journal import Journal
from media_nodes.ports import Full, Grant, LegGoneError, RecordingRefusedError, SwitchAwayError, SwitchState
from media_nodes.running import now_ms
from media_nodes.stasis import Arrived
from media_nodes.surroundings import Surroundings
from servicekit import tracing

ACME = TenantId("acme")
NODE = NodeId("media-1")
INSTANCE = "2026-01-01T00:00:00"
NOW = 1_790_000_001_000


SAID = (Speech("One moment."),)
HOTLINE = Flow(
    FlowId("hotline"),
    "menu",
    {
        "menu": MenuNode({"1": "sales", "2": "ben", "3": "box"}, "bye", SAID),
        "sales": QueueNode((QueueChoice(QueueId("sales")),), "bye", after="bye"),
        "ben": RingNode((RingStep("1002"), RingStep("13900001111")), "bye"),
        "box": VoicemailNode("sales", SAID),
        "bye": HangUpNode(SAID),
    },
    tenant_id=ACME,
)


def directory() -> Directory:
    return Directory(
        tenants=(
            Tenant(ACME, "Acme", "acme.test", caller_rule=CallerRule(CallerRuleKind.FIXED, (E164("+862155550100"),))),
        ),
        stations=(
            Station(ACME, Extension("1001"), SiteId("hq")),
            Station(ACME, Extension("1002"), SiteId("hq")),
        ),
        trunks=(Trunk(TrunkId("t1"), "One", (Rate("+", 0.1, "national"),)),),
        numbers=(
            Did(E164("+862155550100"), ACME, Extension("1001")),
            Did(E164("+862155550101"), ACME, flow_id=FlowId("hotline")),
        ),
        flows=(HOTLINE,),
        queues=(Queue(ACME, QueueId("sales")),),
    )


@dataclass
class FakeSwitch:
    told: list[tuple[str, ...]] = field(default_factory=list)
    rooms: list[Room] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    """The `traceparent` of each leg that was dialled, where there is one."""
    shown: list[str] = field(default_factory=list)
    """What each station's display says."""
    silent: set[str] = field(default_factory=set)
    """Legs that have agreed on no media yet."""
    gone: set[str] = field(default_factory=set)
    away: bool = False
    broken: bool = False
    no_recording: bool = False

    def _tell(self, word: str, *about: str) -> None:
        self.told.append((word, *about))
        self._refuse(*about)

    def _refuse(self, *about: str) -> None:
        if self.broken:
            raise RuntimeError("a bug")
        if self.away:
            raise SwitchAwayError("away")
        for leg_id in about:
            if leg_id in self.gone:
                raise LegGoneError(LegId(leg_id))

    async def dial_trunk(self, call_id: CallId, tenant_id: TenantId, origin: LegId | None, order: DialTrunk) -> None:
        self.said += filter(None, [tracing.traceparent()])
        self._tell("dial_trunk", order.leg_id)

    async def dial_station(
        self, call_id: CallId, tenant_id: TenantId, domain: str, origin: LegId | None, order: DialStation
    ) -> None:
        self.shown.append(order.shown)
        self._tell("dial_station", order.leg_id)

    async def dial_link(self, call_id: CallId, tenant_id: TenantId, origin: LegId | None, order: DialLink) -> None:
        self._tell("dial_link", order.leg_id)

    async def set_dtmf(self, leg_id: LegId, dtmf: Dtmf) -> None:
        self._tell("set_dtmf", leg_id, dtmf.value)

    async def dialog_of(self, leg_id: LegId) -> str:
        self._refuse(leg_id)
        return f"dialog of {leg_id}"

    async def answer(self, leg_id: LegId) -> None:
        self._tell("answer", leg_id)

    async def can_be_heard(self, leg_id: LegId) -> bool:
        return leg_id not in self.silent

    async def set_room(self, call_id: CallId, room: Room) -> None:
        self.rooms.append(room)
        self._tell("set_room", *(party.leg_id for party in room.parties))

    async def play(self, leg_id: LegId, play_id: str, files: Sequence[Path]) -> None:
        self.told.append(("play", leg_id, play_id, *(file.name for file in files)))
        self._refuse(leg_id)

    async def plays(self, leg_id: LegId, play_id: str) -> bool:
        return False

    async def stop_playing(self, leg_id: LegId, play_id: str) -> None:
        self.told.append(("stop_playing", leg_id, play_id))

    async def tap(self, leg_id: LegId, to: str, name: str = "") -> None:
        self.told.append(("tap", leg_id, to))
        self._refuse(leg_id)

    async def untap(self, leg_id: LegId, name: str = "") -> None:
        self.told.append(("untap", leg_id))

    async def pause_recording(self, customer_leg: LegId, *, paused: bool) -> None:
        self._tell("pause_recording" if paused else "resume_recording", customer_leg)

    async def start_recording(self, recording_id: RecordingId, customer_leg: LegId) -> None:
        if self.no_recording:
            raise RecordingRefusedError("disk full")
        self._tell("start_recording", recording_id)

    async def hang_up(self, leg_id: LegId, sip_code: int) -> None:
        self._tell("hang_up", leg_id)

    async def decline(self, leg_id: LegId) -> None:
        self._tell("decline", leg_id)

    async def report_transfer(self, leg_id: LegId, sip_code: int) -> None:
        self._tell("report_transfer", leg_id)

    async def end_call(self, call_id: CallId) -> None:
        self.told.append(("end_call", call_id))

    async def state(self) -> SwitchState:
        return SwitchState(INSTANCE, {}, ())

    @property
    def words(self) -> list[str]:
        return [word for word, *_ in self.told]


CAPACITY = 3


@dataclass
class FakeClaims:
    full: Full | None = None
    released: list[TrunkId] = field(default_factory=list)

    async def claim(self, tenant_id: TenantId, order: ClaimTrunk) -> Grant | Full:
        return self.full or Grant(order.offers[0].trunk_id, 0)

    async def hold(self, tenant_id: TenantId, order: HoldChannel) -> bool:
        return self.full is None

    async def release(self, tenant_id: TenantId, leg_id: LegId, trunk_id: TrunkId, bill: Bill) -> None:
        self.released.append(trunk_id)


@dataclass
class FakeOutbox:
    envelopes: list[Envelope] = field(default_factory=list)

    def put(self, envelope: Envelope) -> None:
        self.envelopes.append(envelope)

    def of_kind(self, kind: str) -> list[Envelope]:
        return [envelope for envelope in self.envelopes if envelope.kind == kind]


@dataclass
class FakeRecordings:
    room: bool = True
    expected: list[RecordingId] = field(default_factory=list)
    closed: dict[RecordingId, str | None] = field(default_factory=dict)

    def expect(self, call: Call, recording_id: RecordingId, at_ms: int) -> bool:
        self.expected.append(recording_id)
        return self.room

    def close(self, recording_id: RecordingId, refused: str | None = None) -> None:
        self.closed.setdefault(recording_id, refused)


@dataclass
class FakeLines:
    """Nobody is free; what calls tell is kept."""

    told: list[tuple[str, str]] = field(default_factory=list)
    seats: list[SeatChange] = field(default_factory=list)

    async def join(self, call: Call, order: JoinQueue) -> list[Fact]:
        self.told.append(("join", order.queue_id))
        return [Queued(Queue(ACME, order.queue_id), 0, None, now_ms())]

    async def leave(self, call: Call, order: LeaveQueue) -> None:
        self.told.append(("leave", order.queue_id))

    async def close(self, call: Call, order: CloseOffer) -> list[Fact]:
        self.told.append((order.end.value, order.agent_id))
        return []

    async def change_agent(self, order: ChangeAgent) -> Fact:
        return AgentChanged(AgentOutcome.READY, NOW)

    async def look(self, call: Call, order: LookAtQueue) -> Fact:
        return QueueSeen(order.queue_id, 0, 0, 0, 0.0, None, NOW)

    def tell(self, call: Call, changes: Iterable[SeatChange]) -> None:
        self.seats += changes


class FakeNeighbours:
    """Nodes that only keep what they were told."""

    def __init__(self) -> None:
        self.told: list[tuple[NodeId, CallOrder]] = []

    async def tell(self, node_id: NodeId, message: CallOrder) -> None:
        self.told.append((node_id, message))


@dataclass
class FakeLeads:
    """Every claim is the call's; how far calls have come is kept."""

    taken: list[str] = field(default_factory=list)
    told: list[Progress] = field(default_factory=list)

    async def ask(self, call: Call, order: TakeLead | OptOut) -> list[Fact]:
        if isinstance(order, OptOut):
            return []
        self.taken.append(call.call_id)
        return [ClaimTold(True, NOW)]

    def tell(self, before: Call | None, after: Call) -> None:
        progress = progress_of(after)
        if progress is not None and (before is None or progress != progress_of(before)):
            self.told.append(progress)

    async def tell_last(self, before: Call | None, after: Call) -> None:
        self.tell(before, after)


class FakeCallBacks:
    """Every place is kept; what came of each is remembered, by call."""

    def __init__(self) -> None:
        self.ended: dict[CallId, bool] = {}

    async def keep(self, call: Call, order: KeepPlace) -> Fact:
        return PlaceKept(CallId(f"{call.call_id}-back"), NOW)

    async def end(self, call: Call, *, reached: bool) -> None:
        self.ended.setdefault(call.call_id, reached)


class FakeLookUps:
    async def ask(self, order: LookUp) -> tuple[dict[str, str], str | None]:
        return {}, "timeout"


class FakeHandDialling:
    async def allows(self, tenant_id: TenantId, asked: Asked) -> bool:
        return False


class FakeVips:
    async def ask(self, call: Call, order: AskVip) -> Vip | None:
        return None


@dataclass
class FakeEar:
    listened: list[Listen] = field(default_factory=list)

    def listen(self, order: Listen, tell: Callable[[Fact], None]) -> None:
        self.listened.append(order)


@dataclass
class FakeMachineEar:
    detected: list[DetectMachine] = field(default_factory=list)

    def detect(self, order: DetectMachine, tell: Callable[[Fact], None]) -> None:
        self.detected.append(order)


@dataclass
class FakePlayer:
    played: list[Play] = field(default_factory=list)
    stopped: list[tuple[str, str]] = field(default_factory=list)
    over: set[str] = field(default_factory=set)
    """Names of what came to its end."""

    def play(self, tenant_id: TenantId, order: Play, tell: Callable[[Fact], None]) -> None:
        self.played.append(order)

    async def stop(self, leg_id: LegId, play_id: str) -> None:
        self.stopped.append((leg_id, play_id))

    async def plays(self, leg_id: LegId, play_id: str) -> bool:
        return play_id not in self.over and any(
            (each.leg_id, each.play_id) == (leg_id, play_id) for each in self.played
        )


@dataclass
class Stage:
    """A conductor among fakes."""

    folder: Path
    switch: FakeSwitch = field(default_factory=FakeSwitch)
    claims: FakeClaims = field(default_factory=FakeClaims)
    outbox: FakeOutbox = field(default_factory=FakeOutbox)
    recordings: FakeRecordings = field(default_factory=FakeRecordings)
    lines: FakeLines = field(default_factory=FakeLines)
    leads: FakeLeads = field(default_factory=FakeLeads)
    player: FakePlayer = field(default_factory=FakePlayer)
    ear: FakeEar = field(default_factory=FakeEar)
    machines: FakeMachineEar = field(default_factory=FakeMachineEar)
    neighbours: FakeNeighbours = field(default_factory=FakeNeighbours)
    call_backs: FakeCallBacks = field(default_factory=FakeCallBacks)
    capacity: int = CAPACITY

    def __post_init__(self) -> None:
        self.journal = Journal(self.folder)
        self.shelf = DirectoryShelf(directory())
        self.around = around = Surroundings(
            self.switch,
            self.claims,
            self.outbox,
            self.recordings,
            self.player,
            self.ear,
            self.machines,
            self.lines,
            self.neighbours,
            self.leads,
            self.call_backs,
            FakeLookUps(),
            FakeVips(),
            FakeHandDialling(),
            self.journal,
            lambda: self.shelf.current,
        )
        self.conductor = Conductor(NODE, around, self.capacity)
        self.conductor.instance = INSTANCE


def arrived(leg_id: str = "in.1", dialled: str = "13812345678", **more: Any) -> Arrived:
    values = {
        "origin": "station",
        "tenant": "acme",
        "station": "1001",
        "site": "hq",
        "trunk": "",
        "wanted_caller": "",
    } | more
    return Arrived(leg_id=LegId(leg_id), dialled=dialled, at_ms=1_790_000_000_000, **values)


@contextmanager
def files_limited_to(size: int) -> Iterator[None]:
    """Let no file grow further: the kernel then writes a part of what it can not take whole, as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


Told = Callable[[], bool]
