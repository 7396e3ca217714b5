"""Wire shapes of calls.  Numbers of customers are masked unless somebody who may asked to see them."""

from typing import Literal

from pydantic import Field

from callmodel.cdr import CdrLeg
from callmodel.privacy import mask_number
from callmodel.wire import LiveCall, LiveLeg
from control_plane.features.calls.sealing import CallRecord
from control_plane.web import Shape

CALL_ID = r"^[0-9a-zA-Z-]{1,64}$"


class NewCall(Shape):
    """Ring the station first; when it answers, dial the number."""

    extension: str = Field(pattern=r"^[0-9]{2,6}$", description="the station that is to talk")
    number: str = Field(min_length=1, max_length=40, description="an extension, or a number as people write it")
    caller_number: str | None = Field(
        None, pattern=r"^\+[1-9][0-9]{6,14}$", description="the tenant's number to show; null leaves it to its rule"
    )


class CallAccepted(Shape):
    """The order is on its way to a media node; what becomes of it shows in the call."""

    call_id: str


class Transfer(Shape):
    extension: str = Field(pattern=r"^[0-9]{2,6}$", description="the colleague who is to take the customer over")


class Disposition(Shape):
    disposition: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$", description="the agent's word on the result")
    note: str | None = Field(None, max_length=2000)


class RevealQuery(Shape):
    reveal: Literal["numbers"] | None = Field(None, description="show full numbers; each look is audited")


class CallsQuery(RevealQuery):
    """Either `state=live`, or a day's ended calls, newest first."""

    state: Literal["live"] | None = Field(None, description="`live` for calls in progress; then leave `day` out")
    day: str | None = Field(
        None,
        pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$",
        description="UTC day in which the calls began, `YYYY-MM-DD`; today when left out",
    )
    limit: int = Field(100, ge=1, le=500, description="how many items at most")
    after: str | None = Field(None, min_length=1, max_length=2000, description="`next` of the page before")


class LegView(Shape):
    """One party's connection.  Times are milliseconds since 1970."""

    leg_id: str
    role: str
    started_ms: int
    ended_ms: int | None
    ringing_ms: int | None
    answered_ms: int | None
    extension: str | None
    site_id: str | None
    number: str | None
    trunk_id: str | None
    sip_code: int | None = Field(description="the final SIP response of a leg that was not answered")


class CallView(Shape):
    """A call in progress (`ended_ms` and `ending` are null, legs are as at its last milestone) or its record."""

    call_id: str
    tenant_id: str
    node_id: str
    direction: str
    state: str = Field(description="how far the call is; `ending` until its record is there, then `ended`")
    dialled: str
    number: str | None = Field(description="the customer's")
    caller_number: str | None = Field(description="HQ's number: shown to the callee, or dialled by the caller")
    extension: str | None
    site_id: str | None
    trunk_id: str | None
    cost_class: str | None
    recording_id: str | None
    asked_by: str | None
    trace_id: str | None = Field(description="what the call's spans and log lines are found by; null where untraced")
    started_ms: int
    answered_ms: int | None
    ended_ms: int | None
    talk_seconds: float | None
    ending: str | None
    ending_class: str | None
    disposition: str | None
    note: str | None
    legs: list[LegView]


def to_live_view(call: LiveCall, *, reveal: bool = False) -> CallView:
    """Return a call in progress as the API shows it."""
    return CallView(
        call_id=call.call_id,
        tenant_id=call.tenant_id,
        node_id=call.node_id,
        direction=call.direction,
        state=call.state,
        dialled=_shown(call.dialled, reveal),
        number=None if call.number is None else _shown(call.number, reveal),
        caller_number=call.caller_number,
        extension=call.extension,
        site_id=call.site_id,
        trunk_id=call.trunk_id,
        cost_class=call.cost_class,
        recording_id=call.recording_id,
        asked_by=None,
        trace_id=None,
        started_ms=call.started_ms,
        answered_ms=call.answered_ms,
        ended_ms=None,
        talk_seconds=None,
        ending=None,
        ending_class=None,
        disposition=None,
        note=None,
        legs=[_to_leg_view(leg, leg.role, reveal) for leg in call.legs],
    )


def to_view(record: CallRecord, *, reveal: bool = False) -> CallView:
    """Return an ended call as the API shows it."""
    cdr = record.cdr
    return CallView(
        call_id=cdr.call_id,
        tenant_id=cdr.tenant_id,
        node_id=cdr.node_id,
        direction=cdr.direction.value,
        state="ended",
        dialled=_shown(cdr.dialled, reveal),
        number=None if cdr.number is None else _shown(cdr.number, reveal),
        caller_number=cdr.caller_number,
        extension=cdr.extension,
        site_id=cdr.site_id,
        trunk_id=cdr.trunk_id,
        cost_class=cdr.cost_class,
        recording_id=cdr.recording_id,
        asked_by=cdr.asked_by,
        trace_id=cdr.trace_id,
        started_ms=cdr.started_ms,
        answered_ms=cdr.answered_ms,
        ended_ms=cdr.ended_ms,
        talk_seconds=cdr.talk_seconds,
        ending=cdr.ending.value,
        ending_class=cdr.ending_class.value,
        disposition=record.disposition,
        note=record.note,
        legs=[_to_leg_view(leg, leg.role.value, reveal) for leg in cdr.legs],
    )


def _to_leg_view(leg: CdrLeg | LiveLeg, role: str, reveal: bool) -> LegView:
    return LegView(
        leg_id=leg.leg_id,
        role=role,
        started_ms=leg.started_ms,
        ended_ms=leg.ended_ms,
        ringing_ms=leg.ringing_ms,
        answered_ms=leg.answered_ms,
        extension=leg.extension,
        site_id=leg.site_id,
        number=None if leg.number is None else _shown(leg.number, reveal),
        trunk_id=leg.trunk_id,
        sip_code=leg.sip_code,
    )


def _shown(number: str, reveal: bool) -> str:
    return number if reveal else mask_number(number)
