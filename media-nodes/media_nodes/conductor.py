"""All calls of one node: news from the switch and asked-for calls in, each handed to the call it belongs to."""

import asyncio
import logging
import secrets
from dataclasses import dataclass, replace

from callmodel import calls
from callmodel.agentkeys import KeyPlan
from callmodel.beginnings import Beginning, CallAsked, CallBackDue, CustomerCalled, StationDialled
from callmodel.callbacks import CallBack
from callmodel.callstate import Call, Phase
from callmodel.campaigns.called import CalledLead
from callmodel.campaigns.facts import LeadDue
from callmodel.campaigns.meeting import meeting_of
from callmodel.commands import asked_by_phone, facts_of
from callmodel.directory import Lookups
from callmodel.endings import Ending
from callmodel.facts import Fact, LegHungUp, LinkAsked, SpendStopped
from callmodel.ids import E164, CallId, Extension, LegId, NodeId, RecordingId, SiteId, TenantId, TrunkId, uuid7
from callmodel.linking import named_by
from callmodel.links import call_of, link_in
from callmodel.offers import Offer
from callmodel.orders import Order
from callmodel.queues import Queue
from callmodel.routing import (
    FlowPlan,
    Plan,
    Refusal,
    StationPlan,
    TrunkPlan,
    is_emergency,
    plan_call,
    plan_dialled,
    plan_inbound,
)
from callmodel.trunks import dtmf_of
from callmodel.voice.facts import EarlyMediaMeasured, VoiceMeasured
from callmodel.wire import DialLead, NodeOrder, PlaceCall
from media_nodes import telemetry
from media_nodes.journal import Entry
from media_nodes.ports import LegGoneError, SwitchAwayError, SwitchState
from media_nodes.running import RunningCall, Surveyed, now_ms
from media_nodes.stasis import Arrived, Departed, LegFact, TransferWanted
from media_nodes.surroundings import Surroundings

DEPARTED_GRACE_SECONDS = 1.0
STRAY_GRACE_SECONDS = 2.0

logger = logging.getLogger(__name__)


@dataclass
class DirectoryShelf:
    """The last directory that the control plane published, None before the first."""

    current: Lookups | None = None


class Conductor:
    """The calls of node `node_id`; beyond `capacity` it declines what comes from outside.

    Its methods return at once; calls live in the task group of `run`.
    """

    def __init__(self, node_id: NodeId, around: Surroundings, capacity: int = 100) -> None:
        self.node_id = node_id
        self._capacity = capacity
        self.draining = False
        self.instance = ""
        self._around, self._switch, self._directory = around, around.switch, around.directory
        self._calls: dict[CallId, RunningCall] = {}
        self._first_legs: dict[LegId, RunningCall] = {}
        """Those with which each call was begun or adopted."""
        self._group: asyncio.TaskGroup | None = None
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def calls(self) -> tuple[Call, ...]:
        """The calls that live here now."""
        return tuple(running.call for running in self._calls.values())

    @property
    def recording_ids(self) -> set[RecordingId]:
        """Recordings that are still being written."""
        return {call.recording_id for call in self.calls if call.recording_id is not None}

    async def run(self) -> None:
        """Hold the calls' tasks until cancelled."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            await asyncio.get_running_loop().create_future()

    async def idle(self) -> None:
        """Wait until no call lives here."""
        await self._idle.wait()

    # -- from the switch

    def hear(self, news: Arrived | Departed | TransferWanted | LegFact | VoiceMeasured | EarlyMediaMeasured) -> None:
        """Take in what the switch tells."""
        match news:
            case Arrived(origin="link"):
                self._spawn(self._link(news))
            case Arrived():
                self._arrive(news)
            case Departed(leg_id, at_ms):
                # Its LegHungUp with the reason follows nearly always; a phone whose media ceased gets none.
                fact = LegHungUp(leg_id, None, at_ms)
                asyncio.get_running_loop().call_later(DEPARTED_GRACE_SECONDS, self._tell, leg_id, fact)
            case TransferWanted(leg_id, to, at_ms, dialog):
                running, directory = self._running_of(leg_id), self._directory()
                if running is not None and directory is not None:
                    running.post(asked_by_phone(running.call, leg_id, to, dialog, directory, at_ms))
            case _:
                self._tell(news.leg_id, news)

    def survey(self, state: SwitchState, *, found: list[Entry] | None = None, away_ms: int | None = None) -> None:
        """Compare every call with what the switch holds.

        found: calls of a former conductor, to be taken over.  away_ms: when the switch went away, if it had.
        """
        self.instance = state.instance
        for entry in found or []:
            if entry.call.call_id in self._calls:
                continue
            running = RunningCall(self._around, entry.call, entry.instance)
            if entry.call.phase is Phase.ENDED:
                # All that was left to do: give back its channels, and write its record.
                self._start(running, list(entry.orders))
                continue
            running.redo(entry.orders)
            self._start(running, [])
        surveyed = Surveyed(state, now_ms(), adopted=bool(found), away_ms=away_ms)
        for running in self._calls.values():
            running.post(surveyed)
        owned = {leg.leg_id for call in self.calls for leg in call.legs}
        for leg_id in state.legs.keys() - owned:
            # Its INVITE may be among the events that we have not read yet.
            self._spawn(self._dismiss_stray(leg_id))
        for name in set(state.bridges) - self._calls.keys():
            self._spawn(self._forget_bridge(CallId(name)))

    def _arrive(self, arrived: Arrived) -> None:
        directory = self._directory()
        full = len(self._calls) >= self._capacity
        if directory is None or ((self.draining or full) and not _calls_for_help(directory, arrived)):
            # Not a call yet, and no record: it is the call of whichever node the edge tries next.
            logger.info("call declined", extra={"leg_id": arrived.leg_id, "draining": self.draining, "full": full})
            self._spawn(self._dismiss(arrived.leg_id, None))
            return
        call_id = CallId(uuid7(arrived.at_ms, secrets.randbits(74)))
        trace = telemetry.trace_below(arrived.traceparent)
        beginning: Beginning
        plan: Plan | FlowPlan | KeyPlan
        if arrived.origin == "trunk":
            caller = E164(arrived.number) if arrived.number else None
            tenant_id, plan = plan_inbound(directory, arrived.dialled, caller)
            if tenant_id is None:
                logger.warning("call to a number that nobody holds", extra={"trunk_id": arrived.trunk})
                self._spawn(self._dismiss(arrived.leg_id, 404))
                return
            beginning = CustomerCalled(
                call_id,
                tenant_id,
                self.node_id,
                arrived.leg_id,
                caller,
                E164(arrived.dialled),
                TrunkId(arrived.trunk),
                arrived.at_ms,
                trace,
                arrived.withheld,
                E164(arrived.diverted_by) if arrived.diverted_by else None,
                dtmf_of(directory, TrunkId(arrived.trunk)),
            )
        else:
            tenant_id = TenantId(arrived.tenant)
            wanted = arrived.wanted_caller or None
            site_id = SiteId(arrived.site)
            plan = plan_dialled(directory, tenant_id, arrived.dialled, site_id=site_id, wanted_caller=wanted)
            beginning = StationDialled(
                call_id,
                tenant_id,
                self.node_id,
                arrived.leg_id,
                Extension(arrived.station),
                site_id,
                arrived.dialled,
                arrived.at_ms,
                trace,
            )
        self._begin(beginning, Refusal(Ending.MEDIA_UNUSABLE) if arrived.refused else plan)

    async def _link(self, arrived: Arrived) -> None:
        """Let another call of ours have the one that it names, if it lives here; else the next node is asked.

        Only a call that the same station is in is ever found: whoever names another's is no party of it.
        """
        link = link_in(arrived.link)
        for running in tuple(self._calls.values()):
            named = None if link is None else named_by(running.call, TenantId(arrived.tenant), link)
            if link is not None and named is not None and await self._is_dialog(named, link.dialog):
                self._first_legs[arrived.leg_id] = running
                running.post(LinkAsked(arrived.leg_id, named, link, arrived.at_ms))
                return
        await self._dismiss(arrived.leg_id, None)

    async def _is_dialog(self, leg_id: LegId, dialog: str) -> bool:
        try:
            return await self._switch.dialog_of(leg_id) == dialog
        except (LegGoneError, SwitchAwayError):
            return False

    def _begin(self, beginning: Beginning, plan: Plan | FlowPlan | KeyPlan) -> None:
        if self.draining and not (isinstance(plan, TrunkPlan) and plan.is_emergency):
            plan = Refusal(Ending.DRAINING)
        call, orders = calls.begin(beginning, plan)
        if isinstance(plan, Refusal):
            logger.info("call refused", extra={"call_id": call.call_id, "ending": plan.ending.value})
        self._start(RunningCall(self._around, call, self.instance), orders)

    def _start(self, running: RunningCall, orders: list[Order]) -> None:
        self._calls[running.call.call_id] = running
        self._first_legs |= {leg.leg_id: running for leg in running.call.legs}
        self._idle.clear()
        self._spawn(self._live(running, orders))

    async def _live(self, running: RunningCall, orders: list[Order]) -> None:
        call_id = running.call.call_id
        try:
            await running.live(orders)
        finally:
            self._calls.pop(call_id, None)
            for leg in running.call.legs:
                self._first_legs.pop(leg.leg_id, None)
            if not self._calls:
                self._idle.set()
        await self._forget_bridge(call_id)

    def _tell(self, leg_id: LegId, fact: Fact) -> None:
        running = self._running_of(leg_id)
        if isinstance(fact, LegHungUp):
            self._first_legs.pop(leg_id, None)
        if running is not None:
            running.post(fact)

    def _running_of(self, leg_id: LegId) -> RunningCall | None:
        # Legs of ours are named `<call id>-<n>`; one from outside has the switch's name, and its call begins with it.
        return self._calls.get(call_of(leg_id)) or self._first_legs.get(leg_id)

    # -- from hot state

    def offer(self, call_id: CallId, fact: Fact) -> bool:
        """Take in what hot state tells a caller in line; False where the call does not live here."""
        running = self._calls.get(call_id)
        if running is not None:
            running.post(fact)
        return running is not None

    # -- from people

    def obey(self, order: NodeOrder) -> None:
        """Carry out what the control plane asked for.  An order for a call that is gone is old news."""
        match order:
            case PlaceCall():
                self._place(order)
            case DialLead():
                self._dial_lead(order)
            case _:
                running, directory = self._calls.get(order.call_id), self._directory()
                if running is not None and directory is not None and running.call.tenant_id == order.tenant_id:
                    for fact in facts_of(order, running.call, directory, now_ms()):
                        running.post(fact)

    def _place(self, order: PlaceCall) -> None:
        directory = self._directory()
        if directory is None or order.call_id in self._calls:
            return
        plan: Plan
        if order.not_after_ms is not None and now_ms() > order.not_after_ms:
            # Nobody was here to read it in time.  The agent must not be rung now; the record says why.
            plan = Refusal(Ending.ORDER_EXPIRED)
        else:
            plan = plan_call(
                directory, order.tenant_id, order.dialled, site_id=order.site_id, wanted_caller=order.caller_number
            )
            if order.is_owed and isinstance(plan, TrunkPlan):
                plan = replace(plan, asked=None)
        beginning = CallAsked(
            order.call_id,
            order.tenant_id,
            self.node_id,
            order.extension,
            order.site_id,
            order.dialled,
            order.asked_by,
            now_ms(),
            telemetry.trace_below(order.traceparent),
        )
        self._begin(beginning, plan)

    def _dial_lead(self, order: DialLead) -> None:
        directory, at_ms = self._directory(), now_ms()
        if directory is None or order.call_id in self._calls or at_ms > order.not_after_ms:
            # Nobody is dialled: the claim lapses, and the lead is called by another call.
            logger.info("lead not dialled", extra={"call_id": order.call_id, "late": at_ms > order.not_after_ms})
            return
        tenant = directory.tenant_of(order.tenant_id)
        campaign = directory.campaign_of(order.tenant_id, order.campaign_id)
        flow = None
        if tenant is not None and campaign is not None and order.agent is None:
            flow = meeting_of(directory, tenant, campaign)
        if campaign is None or (flow is None and order.agent is None):
            logger.error("campaign can not be dialled for", extra={"campaign_id": order.campaign_id})
            return
        lead = CalledLead(
            order.campaign_id,
            order.lead_id,
            campaign.pool,
            order.token,
            flow,
            campaign.opt_out_key,
            agent=order.agent,
            machines=campaign.pacing.machines,
        )
        plan = plan_call(directory, order.tenant_id, order.number, wanted_caller=order.caller_number)
        if isinstance(plan, TrunkPlan):
            plan = replace(plan, ring_timeout_seconds=campaign.pacing.ring_seconds)
        elif isinstance(plan, StationPlan):
            # A number of the tenant's own is nobody's to be sold anything.
            plan = Refusal(Ending.NUMBER_UNDIALLABLE)
        trace = telemetry.trace_below(order.traceparent)
        beginning = LeadDue(order.call_id, order.tenant_id, self.node_id, order.number, lead, at_ms, trace)
        self._begin(beginning, plan)

    def holds(self, call_id: CallId) -> bool:
        """Say whether a call lives here."""
        return call_id in self._calls

    def call_back(self, call_back: CallBack, queue: Queue, offer: Offer) -> None:
        """Call a customer back, for whom agents are reserved."""
        directory, number, shown = self._directory(), call_back.number, call_back.called_number
        if directory is None or call_back.call_id in self._calls:
            return
        plan = plan_call(directory, call_back.tenant_id, number, wanted_caller=shown)
        if isinstance(plan, Refusal) and shown is not None:
            # The number that the customer rang may be another's by now.
            plan = plan_call(directory, call_back.tenant_id, number)
        if isinstance(plan, StationPlan):
            plan = Refusal(Ending.NUMBER_UNDIALLABLE)
        trace = telemetry.trace_below(None)
        tenant_id, call_id = call_back.tenant_id, call_back.call_id
        due = CallBackDue(call_id, tenant_id, self.node_id, number, call_back, queue, offer, now_ms(), trace)
        self._begin(due, plan)

    def stop_spending(self, call_id: CallId) -> None:
        """End a call whose tenant's spend has come to the hard stop."""
        running = self._calls.get(call_id)
        if running is not None:
            running.post(SpendStopped(now_ms()))

    # -- housekeeping

    async def _dismiss_stray(self, leg_id: LegId) -> None:
        # A task, not a timer: a conductor that ends takes it along.
        await asyncio.sleep(STRAY_GRACE_SECONDS)
        if self._running_of(leg_id) is None:
            logger.warning("stray leg ended", extra={"leg_id": leg_id})
            await self._dismiss(leg_id, 503)

    async def _dismiss(self, leg_id: LegId, sip_code: int | None) -> None:
        """End a leg that belongs to no call.  sip_code: None leaves it to another node."""
        try:
            if sip_code is None:
                await self._switch.decline(leg_id)
            else:
                await self._switch.hang_up(leg_id, sip_code)
        except (LegGoneError, SwitchAwayError) as error:
            logger.debug("leg was gone", extra={"leg_id": leg_id, "error": str(error)})

    async def _forget_bridge(self, call_id: CallId) -> None:
        try:
            await self._switch.end_call(call_id)
        except SwitchAwayError as error:
            logger.debug("bridge stays for the next survey", extra={"call_id": call_id, "error": str(error)})

    def _spawn(self, work: object) -> None:
        assert self._group is not None, "the conductor does not run"
        self._group.create_task(work)  # type: ignore[arg-type]


def _calls_for_help(directory: Lookups, arrived: Arrived) -> bool:
    if arrived.origin != "station":
        return False
    return is_emergency(directory, TenantId(arrived.tenant), SiteId(arrived.site), arrived.dialled)
