"""One call's task: facts in through a bounded queue, `calls.advance`, orders out, and the journal kept."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace

from callmodel import calls, facts, orders, playback, seats, wire
from callmodel.callstate import Call, Leg, LegState, Phase, Timer, TimerName
from callmodel.endings import Ending
from callmodel.facts import Fact
from callmodel.ids import LegId, RecordingId, TenantId, TrunkId
from callmodel.links import call_of
from callmodel.orders import Order
from callmodel.routing import Plan, Refusal, plan_call
from callmodel.spend import final_bill
from callmodel.wantedroom import room_of
from callmodel.wire import milestone_envelope
from media_nodes import telemetry
from media_nodes.batching import batches
from media_nodes.journal import Entry
from media_nodes.ports import (
    Full,
    LegGoneError,
    LegProgress,
    RecordingRefusedError,
    SwitchAwayError,
    SwitchState,
)
from media_nodes.surroundings import Surroundings
from servicekit import logs

QUEUE_FACTS = 256
MOST_UNREAD_KEYS, MOST_KEYS_A_SECOND = 64, 32
YOUNG_LEG_MS = 5_000
_DIALLING = orders.DialTrunk | orders.DialStation | orders.DialLink
_SOUND = orders.Play | orders.StopPlaying | orders.Listen | orders.DetectMachine

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


class RunningCall:
    """A call that lives on this node.  `post` from anywhere, `live` once."""

    def __init__(self, around: Surroundings, call: Call, instance: str) -> None:
        self.call = call
        self.instance = instance
        self._around = around
        self._queue: asyncio.Queue[Fact | Surveyed] = asyncio.Queue(QUEUE_FACTS)
        self._next: deque[Fact] = deque()
        self._undone: tuple[Order, ...] = ()
        self._timers: dict[TimerName, asyncio.TimerHandle] = {}
        self._keys = (0, 0)
        """The second in which one was pressed last, and how many in it."""
        self._seated: Call | None = None
        """As hot state was last told of its legs."""

    def post(self, fact: Fact | Surveyed) -> None:
        """Let the call know; returns at once."""
        if isinstance(fact, facts.DigitPressed) and self._is_flood(fact.at_ms // 1000):
            return
        try:
            self._queue.put_nowait(fact)
        except asyncio.QueueFull:
            # The next survey makes up for it.
            logger.error("call does not keep up", extra={"call_id": self.call.call_id})

    def _is_flood(self, second: int) -> bool:
        """Say whether keys come faster than anybody dials, and would crowd out everything else."""
        self._keys = (second, self._keys[1] + 1 if self._keys[0] == second else 1)
        return self._keys[1] > MOST_KEYS_A_SECOND or self._queue.qsize() >= MOST_UNREAD_KEYS

    async def live(self, first: Iterable[Order]) -> None:
        """Carry out the first orders, then take facts until the call has ended."""
        telemetry.enter(self.call)
        with logs.bind(call_id=self.call.call_id, tenant_id=self.call.tenant_id):
            for timer in self.call.timers:
                self._set(timer)
            try:
                await self._carry_out(tuple(first))
                while self.call.phase is not Phase.ENDED:
                    await self._take(self._next.popleft() if self._next else await self._queue.get())
                while self._next:
                    # A trunk that was granted just as the last leg went is given back.
                    await self._take(self._next.popleft())
            except Exception:  # the top of one call: whatever breaks it must not break the others
                logger.exception("call broke")
                await self._break_off()
        for name in tuple(self._timers):
            self._clear(name)
        # Before it is forgotten here: whoever takes over would not know that its lead may be called again.
        await self._around.leads.tell_last(self._seated, self.call)
        self._around.journal.forget(self.call.call_id)
        telemetry.tell_of(self.call)
        if self.call.recording_id is not None:
            self._around.recordings.close(self.call.recording_id)

    async def _take(self, fact: Fact | Surveyed) -> None:
        if isinstance(fact, Surveyed):
            await self._compare(fact)
            return
        if isinstance(fact, facts.LegSentEarlyMedia) and not await self._can_be_heard(fact.leg_id):
            fact = facts.LegRang(fact.leg_id, fact.at_ms)
        before = self.call
        self.call, given = calls.advance(before, fact)
        if given or self.call != before:
            await self._carry_out(tuple(given))

    async def _carry_out(self, given: tuple[Order, ...]) -> None:
        """Write down what is to be done, then do it: whoever takes over can do it again, and knows the call."""
        self._around.journal.write(Entry(self.call, (*self._undone, *given), self.instance))
        # After it is written: what a call of which nothing is known told of its legs, nobody would take back.
        self._around.lines.tell(self.call, seats.changes(self._seated, self.call))
        self._around.leads.tell(self._seated, self.call)
        self._seated = self.call
        for batch in batches(given):
            if len(batch) == 1:
                await self._do(batch[0])
            else:
                await asyncio.gather(*(self._do(order) for order in batch))

    async def _do(self, order: Order) -> None:
        try:
            with telemetry.span_of(self.call, order):
                await (self._sound(order) if isinstance(order, _SOUND) else self._act(order))
        except LegGoneError as gone:
            # A leg that could not even be dialled failed on our side, and another trunk may be tried.
            code = 503 if isinstance(order, _DIALLING) else None
            self._next.append(facts.LegHungUp(gone.leg_id, code, now_ms()))
        except SwitchAwayError as error:
            logger.warning("switch is away", extra={"order": type(order).__name__, "error": str(error)})
            self._undone += (order,)

    async def _act(self, order: Order) -> None:
        call, switch = self.call, self._around.switch
        match order:
            case orders.Announce():
                self._announce(order)
            case orders.ClaimTrunk():
                await self._claim(order)
            case orders.ReleaseTrunk(leg_id, trunk_id):
                await self._release(leg_id, trunk_id)
            case orders.DialTrunk() | orders.DialStation() | orders.DialLink():
                await self._dial(order)
            case orders.NameLink(node_id, leg_id, _, party):
                message = wire.NameLink(call_of(leg_id), call.tenant_id, leg_id, call.call_id, party)
                await self._around.neighbours.tell(node_id, message)
            case orders.SetDtmf(leg_id, dtmf):
                await switch.set_dtmf(leg_id, dtmf)
            case orders.Answer(leg_id):
                await switch.answer(leg_id)
            case orders.SetRoom(room):
                await switch.set_room(call.call_id, room)
            case orders.StartRecording(recording_id, leg_id):
                await self._record(recording_id, leg_id)
            case orders.PauseRecording(leg_id, paused):
                await self._pause(leg_id, paused=paused)
            case orders.ReportTransfer(leg_id, sip_code):
                telemetry.tell_transfer(sip_code)
                await switch.report_transfer(leg_id, sip_code)
            case orders.SetTimer(timer):
                self._set(timer)
            case orders.HangUp(leg_id, sip_code):
                await switch.hang_up(leg_id, sip_code)
            case _:
                self._next += await self._ask(order)

    async def _dial(self, order: orders.DialTrunk | orders.DialStation | orders.DialLink) -> None:
        call, switch, origin = self.call, self._around.switch, self._origin_of(order.leg_id)
        match order:
            case orders.DialTrunk():
                await switch.dial_trunk(call.call_id, call.tenant_id, origin, order)
            case orders.DialStation():
                # An agent of several tenants sits at a station of one; the call stays its own tenant's.
                home = order.tenant_id or call.tenant_id
                await switch.dial_station(call.call_id, home, self._domain(home), origin, order)
            case orders.DialLink():
                await switch.dial_link(call.call_id, call.tenant_id, origin, order)

    async def _ask(self, order: Order) -> list[Fact]:
        """Ask who knows: the answers are facts."""
        call, lines = self.call, self._around.lines
        match order:
            case orders.JoinQueue():
                return await lines.join(call, order)
            case orders.LeaveQueue():
                await lines.leave(call, order)
            case orders.KeepPlace():
                return [await self._around.call_backs.keep(call, order)]
            case orders.EndCallBack(reached):
                await self._around.call_backs.end(call, reached=reached)
            case orders.CloseOffer():
                return await lines.close(call, order)
            case orders.ChangeAgent():
                return [await lines.change_agent(order)]
            case orders.LookAtQueue():
                return [await lines.look(call, order)]
            case orders.TakeLead() | orders.OptOut():
                return await self._around.leads.ask(call, order)
            case orders.LookUp(look_up_id):
                answer, problem = await self._around.look_ups.ask(order)
                return [facts.LookedUp(look_up_id, answer, now_ms(), problem)]
            case orders.AskVip(look_up_id):
                return [facts.VipTold(look_up_id, await self._around.vips.ask(call, order), now_ms())]
            case orders.HoldChannel(leg_id, trunk_id):
                held = await self._around.claims.hold(call.tenant_id, order)
                return [facts.ChannelHeld(leg_id, trunk_id, held, now_ms())]
            case orders.FindWay(target):
                return [facts.WayFound(target, self._way_to(target), now_ms())]
        return []

    def _way_to(self, target: str) -> Plan:
        directory, call = self._around.directory(), self.call
        if directory is None:
            return Refusal(Ending.INTERNAL_ERROR)
        return plan_call(directory, call.tenant_id, target, site_id=call.site_id)

    async def _sound(self, order: Order) -> None:
        match order:
            case orders.Play():
                self._around.player.play(self.call.tenant_id, order, self.post)
            case orders.StopPlaying(leg_id, play_id):
                await self._around.player.stop(leg_id, play_id)
            case orders.Listen():
                self._around.ear.listen(order, self.post)
            case orders.DetectMachine():
                self._around.machines.detect(order, self.post)

    async def _claim(self, order: orders.ClaimTrunk) -> None:
        if order.asked is not None and not await self._around.hand_dialling.allows(self.call.tenant_id, order.asked):
            self._next.append(facts.TrunkRefused(order.leg_id, Ending.NOT_TO_BE_DIALLED, now_ms()))
            return
        answer = await self._around.claims.claim(self.call.tenant_id, order)
        if isinstance(answer, Full):
            self._next.append(facts.TrunkRefused(order.leg_id, answer.ending, now_ms()))
        else:
            self._next.append(facts.TrunkGranted(order.leg_id, answer.trunk_id, answer.rotation, now_ms()))

    async def _release(self, leg_id: LegId, trunk_id: TrunkId) -> None:
        bill = final_bill(self.call, leg_id, trunk_id, now_ms())
        await self._around.claims.release(self.call.tenant_id, leg_id, trunk_id, bill)

    async def _record(self, recording_id: RecordingId, customer_leg: LegId) -> None:
        recordings = self._around.recordings
        if not recordings.expect(self.call, recording_id, now_ms()):
            return
        try:
            await self._around.switch.start_recording(recording_id, customer_leg)
        except RecordingRefusedError as error:
            recordings.close(recording_id, refused=str(error))

    async def _pause(self, customer_leg: LegId, *, paused: bool) -> None:
        try:
            await self._around.switch.pause_recording(customer_leg, paused=paused)
        except RecordingRefusedError as error:
            # A card number may be spoken now: somebody must hear of it.
            extra = {"alarm": "recording-not-paused", "paused": paused, "error": str(error)}
            logger.error("recording not paused or resumed", extra=extra)

    async def _can_be_heard(self, leg_id: LegId) -> bool:
        try:
            return await self._around.switch.can_be_heard(leg_id)
        except SwitchAwayError:
            return False

    def _set(self, timer: Timer) -> None:
        self._clear(timer.name)
        loop = asyncio.get_running_loop()
        seconds = max(timer.due_ms - now_ms(), 0) / 1000
        self._timers[timer.name] = loop.call_later(seconds, self._go_off, timer)

    def _go_off(self, timer: Timer) -> None:
        # The loop's clock and the wall's are two: by the call's own clock the moment has come.
        self.post(facts.TimerFired(timer.name, max(now_ms(), timer.due_ms)))

    def _clear(self, name: TimerName) -> None:
        if (handle := self._timers.pop(name, None)) is not None:
            handle.cancel()

    def _announce(self, announce: orders.Announce) -> None:
        # Two of one step carry their own numbers.
        call = replace(self.call, version=announce.version)
        self._around.outbox.put(milestone_envelope(call, announce.milestone, now_ms()))

    async def _compare(self, surveyed: Surveyed) -> None:
        """Do again what may have been left undone, feed in what was missed, and give an adopted call its room."""
        if surveyed.state.instance != self.instance:
            # Its calls ended with it, not when its successor was there to be asked.
            await self._take(facts.NodeLost(surveyed.away_ms or surveyed.at_ms))
            return
        undone, self._undone = self._undone, ()
        never_dialled = {order.leg_id for order in undone if isinstance(order, _DIALLING)}
        # A leg that was to be dialled and is not there counts as gone: nobody's phone shall ring twice.
        again = tuple(order for order in undone if not isinstance(order, _DIALLING))
        if again:
            await self._carry_out(again)
        for leg in self.call.live_legs:
            fact = self._missed(leg, surveyed, never_dialled)
            if fact is not None:
                logger.info("made up for a missed event", extra={"leg_id": leg.leg_id, "fact": type(fact).__name__})
                await self._take(fact)
        for fact in await self._unheard():
            logger.info("made up for a missed event", extra={"fact": type(fact).__name__})
            await self._take(fact)
        if surveyed.adopted and self.call.phase is not Phase.ENDED:
            await self._carry_out((orders.SetRoom(room_of(self.call)),))

    def _missed(self, leg: Leg, surveyed: Surveyed, never_dialled: set[LegId]) -> Fact | None:
        at_ms = surveyed.at_ms
        progress = surveyed.state.legs.get(leg.leg_id)
        if progress is None:
            young = at_ms - leg.started_ms < YOUNG_LEG_MS and not surveyed.adopted
            # Whom a campaign calls may have been rung all the same: better not called than twice.
            code = 503 if leg.leg_id in never_dialled and self.call.lead is None else None
            return None if young else facts.LegHungUp(leg.leg_id, code, at_ms)
        if progress is LegProgress.ANSWERED and leg.state is not LegState.ANSWERED:
            return facts.LegAnswered(leg.leg_id, at_ms)
        if progress is LegProgress.RINGING and leg.state is LegState.DIALLING:
            return facts.LegRang(leg.leg_id, at_ms)
        return None

    async def _unheard(self) -> list[Fact]:
        """Return what the call waits for and nobody will tell any more: a prompt's end, a moment that has come."""
        at_ms = now_ms()
        unheard: list[Fact] = [
            facts.TimerFired(each.name, at_ms) for each in self.call.timers if each.due_ms <= at_ms
        ]
        if (played := playback.playing_in(self.call)) is None:
            return unheard
        try:
            plays = await self._around.player.plays(*played)
        except SwitchAwayError:
            return unheard
        return unheard if plays else [facts.Played(*played, at_ms), *unheard]

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
        # The domain's own end of a call whose legs are all gone, whatever state it broke in.
        self.call, given = calls.advance(
            replace(self.call, phase=Phase.ENDING, ending=self.call.ending or Ending.INTERNAL_ERROR),
            facts.NodeLost(at_ms),
        )
        for order in given:
            await self._do(order)

    def _origin_of(self, leg_id: LegId) -> LegId | None:
        """Return a leg that is there already: the new one takes its codec, and the edge that it came by."""
        origin = self.call.leg_of(self.call.origin_leg)
        there = [leg for leg in (origin, *self.call.present) if leg is not None and leg.is_live]
        return next((leg.leg_id for leg in there if leg.leg_id != leg_id), None)

    def _domain(self, tenant_id: TenantId) -> str:
        directory = self._around.directory()
        tenant = directory.tenant_of(tenant_id) if directory is not None else None
        return tenant.domain if tenant is not None else "invalid"
