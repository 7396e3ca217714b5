"""What people ask of a call that lives, as facts: who is meant by an extension, and where a target is."""

from callmodel import facts, wire
from callmodel.callstate import Call, Leg, LegRole
from callmodel.directory import Lookups
from callmodel.endings import Ending
from callmodel.ids import Extension, LegId, QueueId
from callmodel.rooms import Mode
from callmodel.routing import LinkPlan, Plan, Refusal, plan_call

_OURS = (LegRole.AGENT, LegRole.COLLEAGUE)


def facts_of(order: wire.CallOrder, call: Call, directory: Lookups, at_ms: int) -> list[facts.Fact]:
    """Return what befalls the call by an order; nothing where it asks for what is not there."""
    match order:
        case wire.EndCall(asked_by=asked_by):
            return [facts.HangUpAsked(at_ms, asked_by)]
        case wire.TurnConsult(step=step):
            return [facts.ConsultTurned(step, at_ms)]
        case wire.PauseRecordingOfCall(paused=paused):
            return [facts.RecordingPauseAsked(paused, at_ms)]
        case wire.NameLink(leg_id=leg_id, joined=joined, party=party):
            return [facts.LinkNamed(leg_id, joined, party, at_ms)]
        case wire.ReleaseParty(leg_id=leg_id):
            return [facts.ReleaseAsked(leg_id, at_ms)]
        case wire.PickUpCall(extension=extension):
            return [facts.PickUpAsked(_plan(directory, call, extension), at_ms)]
        case wire.RejoinCall(extension=extension):
            legs = (leg for leg in call.legs if leg.is_answered and not leg.leaving)
            there = next((leg for leg in legs if leg.extension == extension), None)
            return (
                [] if there is None else [facts.RejoinAsked(_plan(directory, call, extension), there.leg_id, at_ms)]
            )
        case wire.SuperviseCall() | wire.TakeOverCall():
            return _supervision(order, call, directory, at_ms)
        case wire.TransferCall(by=by, to=to) if to.startswith(wire.TO_QUEUE):
            asker, queue_id = party_of(call, by), QueueId(to.removeprefix(wire.TO_QUEUE))
            if asker is None or directory.queue_of(call.tenant_id, queue_id) is None:
                return []
            return [facts.QueueAsked(queue_id, asker.leg_id, at_ms)]
        case wire.TransferCall(by=by) | wire.ConsultCall(by=by) | wire.JoinCall(by=by) | wire.HoldCall(by=by):
            asker = party_of(call, by)
            if asker is None or not _is_there(order, call, directory):
                return []
            return [_asked(order, asker, call, directory, at_ms)]


def asked_by_phone(
    call: Call, leg_id: LegId, to: str, dialog: str, directory: Lookups, at_ms: int
) -> facts.TransferAsked:
    """Return what befalls a call whose party's phone sent a REFER (RFC 3515).

    to: whom it names.  dialog: the other call of its own that it wants joined (RFC 3891), empty for a blind transfer.
    Only a station's phone may: whoever is outside would call on at the tenant's cost.
    """
    leg = call.leg_of(leg_id)
    plan: Plan | LinkPlan = Refusal(Ending.REJECTED)
    if leg is not None and leg.extension is not None:
        plan = LinkPlan(dialog) if dialog else plan_call(directory, call.tenant_id, to, site_id=call.site_id)
    return facts.TransferAsked(plan, leg_id, at_ms, referred=True)


def party_of(call: Call, extension: Extension | None) -> Leg | None:
    """Return the party at an extension, or, for None, the one on our side whom the call is about."""
    if extension is not None:
        return next((leg for leg in call.present if leg.extension == extension), None)
    return next((leg for leg in call.present if leg.role in _OURS), None)


def _is_there(order: wire.CallOrder, call: Call, directory: Lookups) -> bool:
    """Say whether the call's tenant has the queue: nobody lets a customer go for one that is not there."""
    if not isinstance(order, wire.TransferCall) or not order.to.startswith(wire.TO_QUEUE):
        return True
    return directory.queue_of(call.tenant_id, QueueId(order.to.removeprefix(wire.TO_QUEUE))) is not None


def _asked(
    order: wire.TransferCall | wire.ConsultCall | wire.JoinCall | wire.HoldCall,
    asker: Leg,
    call: Call,
    directory: Lookups,
    at_ms: int,
) -> facts.Fact:
    match order:
        case wire.TransferCall(to=to):
            return facts.TransferAsked(_plan(directory, call, to), asker.leg_id, at_ms)
        case wire.ConsultCall(to=to):
            return facts.ConsultAsked(_plan(directory, call, to), asker.leg_id, at_ms)
        case wire.JoinCall(to=to):
            return facts.JoinAsked(_plan(directory, call, to), asker.leg_id, at_ms)
        case wire.HoldCall(held=held):
            return facts.LegHeld(asker.leg_id, at_ms) if held else facts.LegUnheld(asker.leg_id, at_ms)


def _supervision(
    order: wire.SuperviseCall | wire.TakeOverCall, call: Call, directory: Lookups, at_ms: int
) -> list[facts.Fact]:
    supervisors = (leg for leg in call.legs if leg.is_answered and leg.role is LegRole.SUPERVISOR)
    there = next((leg for leg in supervisors if leg.extension == order.extension), None)
    if isinstance(order, wire.TakeOverCall):
        if there is None:
            return []
        talks = facts.ModeAsked(there.leg_id, Mode.TALKING, at_ms)
        return [talks, facts.ReleaseAsked(there.to, at_ms)] if there.to is not None else [talks]
    attended = party_of(call, order.of)
    if there is not None:
        return [facts.ModeAsked(there.leg_id, order.mode, at_ms, attended.leg_id if attended is not None else None)]
    if attended is None:
        return []
    return [facts.SuperviseAsked(_plan(directory, call, order.extension), order.mode, attended.leg_id, at_ms)]


def _plan(directory: Lookups, call: Call, to: str) -> Plan:
    return plan_call(directory, call.tenant_id, to, site_id=call.site_id)
