"""Nodes by which a caller leaves something behind: a message, or the wish to be called back."""

from dataclasses import replace

from callmodel import attempts, facts, orders
from callmodel.callbacks import HOUR_MS
from callmodel.callstate import Call
from callmodel.endings import Ending
from callmodel.flows.looking import LOOK_MS
from callmodel.flows.nodes import CallBackNode, VoicemailNode
from callmodel.flows.speaking import let_go
from callmodel.flows.stage import (
    Turn,
    caller_of,
    hush,
    is_due,
    is_said,
    say,
    visit_of,
    wait,
    with_visit,
)
from callmodel.flows.visit import Doing
from callmodel.ids import RecordingId
from callmodel.prompts import BEEP

END_KEY = "#"
SHORTEST_MESSAGE_MS = 2000
"""Of a caller who hangs up before that, there is nothing to be listened to."""


def enter_voicemail(call: Call, node: VoicemailNode, at_ms: int) -> Turn:
    """Greet, then record."""
    return say(call, node.prompts, at_ms, then=(BEEP,)) or _record(call, node, at_ms)


def hear_message(call: Call, node: VoicemailNode, fact: facts.Fact) -> Turn:
    """Record until `#`, or until it has lasted long enough; `#` also skips the greeting."""
    records = visit_of(call).recording_since_ms is not None
    if is_said(call, fact) or is_due(call, fact):
        if not records:
            return _record(call, node, fact.at_ms).after(*hush(call))
        recording = visit_of(call).doing is Doing.RECORDING
        return _thank(call, node, fact.at_ms) if recording else let_go(call, fact.at_ms).after(*hush(call))
    match fact:
        case facts.DigitPressed(leg_id, digit, at_ms) if leg_id == caller_of(call).leg_id and digit == END_KEY:
            if not records:
                return _record(call, node, at_ms).after(*hush(call))
            return _thank(call, node, at_ms) if visit_of(call).doing is Doing.RECORDING else Turn(call)
        case _:
            return Turn(call)


def enter_call_back(call: Call, node: CallBackNode, at_ms: int) -> Turn:
    """Have the place kept, if there is a number to call."""
    if call.number is None or call.withheld:
        return Turn(call, goto=node.otherwise)
    visit = visit_of(call)
    kept = orders.KeepPlace(
        node.queue_id,
        call.number,
        since_ms=at_ms - call.waited_ms,
        until_ms=at_ms + node.hours * HOUR_MS,
        priority=visit.priority,
        needs=visit.needs,
        tries=node.tries,
        again_minutes=node.again_minutes,
    )
    asked = with_visit(replace(call, queue_id=node.queue_id), doing=Doing.KEEPING, result=Ending.CALL_BACK)
    return wait(asked, LOOK_MS, at_ms).after(kept)


def hear_call_back(call: Call, node: CallBackNode, fact: facts.Fact) -> Turn:
    """Go on once the place is kept; where nobody can say so, people follow the call up."""
    if visit_of(call).doing is not Doing.KEEPING:
        return Turn(call)
    match fact:
        case facts.PlaceKept(call_id):
            return Turn(with_visit(call, call_back=call_id), goto=node.next)
        case _ if is_due(call, fact):
            return Turn(call, goto=node.next)
        case _:
            return Turn(call)


def ending_of(call: Call, at_ms: int) -> Ending:
    """Return how the call of a caller ends who hangs up in a flow."""
    visit = visit_of(call)
    since = visit.recording_since_ms
    if since is not None and visit.result is None and at_ms - since >= SHORTEST_MESSAGE_MS:
        return Ending.VOICEMAIL
    if visit.result is not None:
        return visit.result
    return Ending.COMPLETED if call.answered_ms is not None else Ending.ABANDONED


def _record(call: Call, node: VoicemailNode, at_ms: int) -> Turn:
    call, answered = attempts.answer_origin(call, at_ms)
    recording_id = RecordingId(f"{call.call_id}-v1")
    call = with_visit(call, doing=Doing.RECORDING, recording_since_ms=at_ms, mailbox=node.mailbox)
    call = replace(call, recording_id=recording_id)
    start = orders.StartRecording(recording_id, caller_of(call).leg_id)
    return wait(call, node.seconds * 1000, at_ms).after(*answered, start)


def _thank(call: Call, node: VoicemailNode, at_ms: int) -> Turn:
    """The message is over: what is said now is no part of it."""
    call = with_visit(call, doing=None, result=Ending.VOICEMAIL)
    turn = say(call, node.thanks, at_ms)
    if turn is None:
        return let_go(call, at_ms)
    paused = orders.PauseRecording(caller_of(call).leg_id, paused=True)
    return replace(turn, call=replace(turn.call, recording_paused=True)).after(paused)
