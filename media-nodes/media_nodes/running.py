"""One call's task: facts in through a bounded queue, `calls.advance`, orders out, and the journal kept."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from callmodel import calls
from callmodel.callstate import Call, CallState, Leg, LegState
from callmodel.directory import Lookups
from callmodel.endings import Ending
from callmodel.facts import Fact, LegAnswered, LegHungUp, LegRang, NodeLost, TransferAsked, TrunkGranted, TrunkRefused
from callmodel.ids import LegId, RecordingId, TrunkId
from callmodel.orders import (
    Announce,
    Answer,
    Bridge,
    ClaimTrunk,
    DialStation,
    DialTrunk,
    HangUp,
    Milestone,
    Order,
    PassEarlyMedia,
    PlayHoldMusic,
    ReleaseTrunk,
    Ring,
    StartRecording,
    StopHoldMusic,
)
from callmodel.spend import final_bill
from callmodel.wire import milestone_envelope
from media_nodes import telling
from media_nodes.journal import Entry, Journal
from media_nodes.ports import (
    Claims,
    Full,
    LegGoneError,
    LegProgress,
    Outbox,
    RecordingRefusedError,
    Recordings,
    Switch,
    SwitchAwayError,
    SwitchState,
)
from servicekit import logs

QUEUE_FACTS = 256
YOUNG_LEG_MS = 5_000
RINGING_GRACE_MS = 10_000

logger = logging.getLogger(__name__)


def now_ms() -> int:
    return time.time_ns() // 1_000_000


@dataclass(frozen=True)
class Surveyed:
    """The switch was listed: compare, and make up for what was missed.

    `adopted`: the call was read from the journal, so its last orders may never have been carried out.
    `away_ms`: when the switch was last heard, if it had been away.
    """

    state: SwitchState
    at_ms: int
    adopted: bool = False
    away_ms: int | None = None


@dataclass(frozen=True)
class Surroundings:
    """What every call needs of the world outside."""

    switch: Switch
    claims: Claims
    outbox: Outbox
    recordings: Recordings
    journal: Journal
    directory: Callable[[], Lookups | None]
    instance: Callable[[], str]


class RunningCall:
    """A call that lives on this node.  `post` from anywhere, `live` once."""

    def __init__(self, around: Surroundings, call: Call, instance: str) -> None:
        self.call = call
        self.instance = instance
        self.referrer: LegId | None = None
        """The leg whose phone asked for a transfer and waits to hear of it."""
        self._around = around
        self._queue: asyncio.Queue[Fact | Surveyed] = asyncio.Queue(QUEUE_FACTS)
        self._next: deque[Fact] = deque()
        self._undone: tuple[Order, ...] = ()
        self._written: Call | None = None

    def post(self, fact: Fact | Surveyed) -> None:
        """Let the call know; returns at once."""
        try:
            self._queue.put_nowait(fact)
        except asyncio.QueueFull:
            # The next survey makes up for it.
            logger.error("call does not keep up", extra={"call_id": self.call.call_id})

    async def live(self, orders: Iterable[Order]) -> None:
        """Carry out the first orders, then take facts until the call has ended."""
        telling.enter(self.call)
        with logs.bind(call_id=self.call.call_id, tenant_id=self.call.tenant_id):
            try:
                await self._carry_out(tuple(orders))
                while self.call.state is not CallState.ENDED:
                    await self._take(self._next.popleft() if self._next else await self._queue.get())
            except Exception:  # the top of one call: whatever breaks it must not break the others
                logger.exception("call broke")
                await self._break_off()
        self._around.journal.forget(self.call.call_id)
        telling.tell_of(self.call)
        if self.call.recording_id is not None:
            self._around.recordings.close(self.call.recording_id)

    async def _take(self, fact: Fact | Surveyed) -> None:
        if isinstance(fact, Surveyed):
            await self._compare(fact)
            return
        before = self.call
        self.call, orders = calls.advance(before, fact)
        if self.referrer is not None and before.transfer_leg is not None and self.call.transfer_leg is None:
            await self.report_transfer(succeeded=self.referrer not in (self.call.origin_leg, self.call.far_leg))
        if isinstance(fact, TransferAsked) and self.call.transfer_leg is None:
            # Between colleagues, or before anybody talks: nothing comes of it, and the phone waits to hear so.
            await self.report_transfer(succeeded=False)
        await self._carry_out(tuple(orders))

    async def report_transfer(self, *, succeeded: bool) -> None:
        """Let the phone that asked for a transfer know; one that hung up need not."""
        leg_id, self.referrer = self.referrer, None
        if leg_id is None:
            return
        try:
            await self._around.switch.report_transfer(leg_id, succeeded=succeeded)
        except (LegGoneError, SwitchAwayError) as error:
            logger.debug("nobody to tell of the transfer", extra={"leg_id": leg_id, "error": str(error)})

    async def _carry_out(self, orders: tuple[Order, ...]) -> None:
        for batch in _batches(orders):
            if len(batch) == 1:
                await self._do(batch[0])
            else:
                await asyncio.gather(*(self._do(order) for order in batch))
        # A fact that waits already makes another step at once: one entry for both.
        changed = self._written is not self.call and self._written != self.call
        if self.call.state is not CallState.ENDED and not self._next and (changed or orders):
            self._written = self.call
            self._around.journal.write(Entry(self.call, orders, self.instance))

    async def _do(self, order: Order) -> None:
        try:
            with telling.span_of(self.call, order):
                await self._act(order)
        except LegGoneError as gone:
            # A leg that could not even be dialled failed on our side, and another trunk may be tried.
            code = 503 if isinstance(order, DialTrunk | DialStation) else None
            self._next.append(LegHungUp(gone.leg_id, code, now_ms()))
        except SwitchAwayError as error:
            logger.warning("switch is away", extra={"order": type(order).__name__, "error": str(error)})
            self._undone += (order,)

    async def _act(self, order: Order) -> None:
        call, switch = self.call, self._around.switch
        match order:
            case Announce(milestone):
                self._announce(milestone)
            case ClaimTrunk():
                await self._claim(order)
            case ReleaseTrunk(trunk_id):
                await self._release(trunk_id)
            case DialTrunk():
                await switch.dial_trunk(call.call_id, call.tenant_id, self._origin_of(order.leg_id), order)
            case DialStation(leg_id):
                domain = self._domain()
                await switch.dial_station(call.call_id, call.tenant_id, domain, self._origin_of(leg_id), order)
            case Ring(leg_id):
                await switch.ring(leg_id, answered=self._is_answered(leg_id))
            case PassEarlyMedia(leg_id, from_leg_id):
                answered = self._is_answered(leg_id)
                await switch.pass_early_media(call.call_id, leg_id, from_leg_id, answered=answered)
            case Answer(leg_id):
                await switch.answer(leg_id)
            case Bridge(first, second):
                await switch.bridge(call.call_id, first, second)
            case PlayHoldMusic(leg_id) | StopHoldMusic(leg_id):
                await switch.hold_music(leg_id, playing=isinstance(order, PlayHoldMusic))
            case StartRecording(recording_id, customer_leg):
                await self._record(recording_id, customer_leg)
            case HangUp(leg_id, sip_code):
                await switch.hang_up(leg_id, sip_code)

    async def _claim(self, order: ClaimTrunk) -> None:
        answer = await self._around.claims.claim(self.call.tenant_id, self.call.call_id, order)
        if isinstance(answer, Full):
            self._next.append(TrunkRefused(answer.ending, now_ms()))
        else:
            self._next.append(TrunkGranted(answer.trunk_id, answer.rotation, now_ms()))

    async def _release(self, trunk_id: TrunkId) -> None:
        bill = final_bill(self.call, trunk_id, now_ms())
        await self._around.claims.release(self.call.tenant_id, self.call.call_id, trunk_id, bill)

    async def _record(self, recording_id: RecordingId, customer_leg: LegId) -> None:
        recordings = self._around.recordings
        if not recordings.expect(self.call, recording_id, now_ms()):
            return
        try:
            await self._around.switch.start_recording(recording_id, customer_leg)
        except RecordingRefusedError as error:
            recordings.close(recording_id, refused=str(error))

    def _announce(self, milestone: Milestone) -> None:
        self._around.outbox.put(milestone_envelope(self.call, milestone, now_ms()))

    async def _compare(self, surveyed: Surveyed) -> None:
        """Feed in what was missed, then do again what may have been left undone."""
        if surveyed.state.instance != self.instance:
            # Its calls ended with it, not when its successor was there to be asked.
            await self._take(NodeLost(surveyed.away_ms or surveyed.at_ms))
            return
        undone, self._undone = self._undone, ()
        for leg in self.call.live_legs:
            fact = self._missed(leg, surveyed)
            if fact is not None:
                logger.info("made up for a missed event", extra={"leg_id": leg.leg_id, "fact": type(fact).__name__})
                await self._take(fact)
        # A leg that was to be dialled and is not there counts as gone: nobody's phone shall ring twice.
        again = tuple(order for order in undone if not isinstance(order, DialTrunk | DialStation))
        if again and self.call.state is not CallState.ENDED:
            await self._carry_out(again)

    def _missed(self, leg: Leg, surveyed: Surveyed) -> Fact | None:
        at_ms = surveyed.at_ms
        progress = surveyed.state.legs.get(leg.leg_id)
        if progress is None:
            young = at_ms - leg.started_ms < YOUNG_LEG_MS and not surveyed.adopted
            return None if young else LegHungUp(leg.leg_id, None, at_ms)
        if progress is LegProgress.ANSWERED and leg.state is not LegState.ANSWERED:
            return LegAnswered(leg.leg_id, at_ms)
        if progress is LegProgress.RINGING and leg.state is LegState.DIALLING:
            return LegRang(leg.leg_id, at_ms)
        return None

    def redo(self, orders: tuple[Order, ...]) -> None:
        """Keep the orders of a former conductor's last step to be done again after the first survey."""
        self._undone = orders

    async def _break_off(self) -> None:
        """Let everybody go and write the record of a call that we could not conduct."""
        for leg in self.call.live_legs:
            try:
                await self._around.switch.hang_up(leg.leg_id, 500)
            except Exception as error:  # what broke the call may break this too, and its record must be written
                logger.warning("leg not ended", extra={"leg_id": leg.leg_id, "error": type(error).__name__})
        at_ms = now_ms()
        legs = tuple(
            leg if leg.ended_ms else replace(leg, state=LegState.ENDED, ended_ms=at_ms) for leg in self.call.legs
        )
        if self.call.trunk_held and self.call.trunk_id:
            await self._release(self.call.trunk_id)
        ending = self.call.ending or Ending.INTERNAL_ERROR
        ended_ms = self.call.ended_ms or at_ms
        self.call = replace(self.call, legs=legs, state=CallState.ENDED, ending=ending, ended_ms=ended_ms)
        self._announce(Milestone.ENDED)

    def _origin_of(self, leg_id: LegId) -> LegId | None:
        origin = self.call.leg_of(self.call.origin_leg)
        return origin.leg_id if origin is not None and origin.is_live and origin.leg_id != leg_id else None

    def _is_answered(self, leg_id: LegId) -> bool:
        leg = self.call.leg_of(leg_id)
        return leg is not None and leg.state is LegState.ANSWERED

    def _domain(self) -> str:
        directory = self._around.directory()
        tenant = directory.tenant_of(self.call.tenant_id) if directory is not None else None
        return tenant.domain if tenant is not None else "invalid"


def _batches(orders: tuple[Order, ...]) -> list[list[Order]]:
    """Group what may happen at once: recording and answer before the bridge, and all hang-ups together."""
    batches: list[list[Order]] = []
    for order in orders:
        last = batches[-1][-1] if batches else None
        both_before = isinstance(order, Answer) and isinstance(last, StartRecording)
        if both_before or (isinstance(order, HangUp) and isinstance(last, HangUp)):
            batches[-1].append(order)
        elif isinstance(order, ClaimTrunk | DialStation) and isinstance(last, Announce):
            # The phone waits, the stream need not: it is written to while Redis or Asterisk think.
            batches[-1].insert(0, order)
        else:
            batches.append([order])
    return batches
