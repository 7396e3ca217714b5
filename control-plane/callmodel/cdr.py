"""The call detail record: the one record of a call, with its legs inside."""

from dataclasses import dataclass

from callmodel.callstate import Call, Direction, Leg, LegRole
from callmodel.endings import Ending, EndingClass, class_of
from callmodel.ids import E164, CallId, Extension, LegId, NodeId, RecordingId, SiteId, TenantId, TrunkId


@dataclass(frozen=True)
class CdrLeg:
    leg_id: LegId
    role: LegRole
    started_ms: int
    ended_ms: int
    ringing_ms: int | None = None
    answered_ms: int | None = None
    extension: Extension | None = None
    site_id: SiteId | None = None
    number: E164 | None = None
    trunk_id: TrunkId | None = None
    sip_code: int | None = None


@dataclass(frozen=True)
class Cdr:
    """Times are milliseconds since 1970.  `number` is the customer's, `caller_number` the HQ number involved.

    `withheld`: the customer asked that nobody be shown the number.
    """

    call_id: CallId
    tenant_id: TenantId
    node_id: NodeId
    direction: Direction
    dialled: str
    started_ms: int
    ended_ms: int
    ending: Ending
    ending_class: EndingClass
    legs: tuple[CdrLeg, ...]
    answered_ms: int | None = None
    talk_seconds: float = 0.0
    extension: Extension | None = None
    site_id: SiteId | None = None
    number: E164 | None = None
    caller_number: E164 | None = None
    trunk_id: TrunkId | None = None
    cost_class: str | None = None
    recording_id: RecordingId | None = None
    asked_by: str | None = None
    trace_id: str | None = None
    withheld: bool = False
    diverted_by: E164 | None = None
    emergency: bool = False


def cdr_of(call: Call) -> Cdr:
    """Return the record of an ended call.  Raises ValueError while the call still lives."""
    if call.ended_ms is None or call.ending is None:
        raise ValueError("a call that has not ended has no CDR")
    talked_ms = call.ended_ms - call.answered_ms if call.answered_ms is not None else 0
    return Cdr(
        call_id=call.call_id,
        tenant_id=call.tenant_id,
        node_id=call.node_id,
        direction=call.direction,
        dialled=call.dialled,
        started_ms=call.started_ms,
        ended_ms=call.ended_ms,
        ending=call.ending,
        ending_class=class_of(call.ending),
        legs=tuple(_cdr_leg(leg, call.ended_ms) for leg in call.legs),
        answered_ms=call.answered_ms,
        talk_seconds=max(talked_ms, 0) / 1000,
        extension=call.extension,
        site_id=call.site_id,
        number=call.number,
        caller_number=call.caller_number,
        trunk_id=call.trunk_id,
        cost_class=call.cost_class,
        recording_id=call.recording_id,
        asked_by=call.asked_by,
        trace_id=call.trace.trace_id if call.trace is not None else None,
        withheld=call.withheld,
        diverted_by=call.diverted_by,
        emergency=call.emergency,
    )


def _cdr_leg(leg: Leg, call_ended_ms: int) -> CdrLeg:
    return CdrLeg(
        leg_id=leg.leg_id,
        role=leg.role,
        started_ms=leg.started_ms,
        ended_ms=leg.ended_ms or call_ended_ms,
        ringing_ms=leg.ringing_ms,
        answered_ms=leg.answered_ms,
        extension=leg.extension,
        site_id=leg.site_id,
        number=leg.number,
        trunk_id=leg.trunk_id,
        sip_code=leg.sip_code,
    )
