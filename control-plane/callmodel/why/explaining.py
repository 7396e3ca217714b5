"""What went wrong with a call, in the order in which an operator wants to know it.  Pure."""

from callmodel.callstate import LegRole
from callmodel.cdr import SYSTEM, Cdr
from callmodel.endings import Ending, EndingClass
from callmodel.why import tries, voices
from callmodel.why.finding import Case, Cause, Finding, Recorded, party, seconds

_NO_CHANNEL = {
    Ending.TENANT_CHANNELS_EXHAUSTED: "The tenant had as many calls over trunks as it may have.",
    Ending.TRUNK_CHANNELS_EXHAUSTED: "All channels of the trunks that reach this number were taken.",
    Ending.NO_TRUNK: "No trunk that may be used reaches this number.",
}
_LIMITS = {
    Ending.SPEND_LIMIT_REACHED: "The tenant's spend limit of the day stood against it.",
    Ending.CALL_RATE_EXCEEDED: "The tenant, or the station, had placed too many calls in the last minute.",
    Ending.TOO_LONG: "The tenant's longest call was over.",
    Ending.DESTINATION_BLOCKED: "The tenant may not call this destination.",
}
_REFUSED = {
    Ending.NUMBER_UNDIALLABLE: "What was dialled is no number.",
    Ending.EXTENSION_UNKNOWN: "The tenant has no such extension.",
    Ending.CALLER_NUMBER_UNKNOWN: "The number to be shown is not the tenant's.",
    Ending.CALLER_NUMBER_FOREIGN: "The number to be shown is another tenant's.",
}
_OURS = {
    Ending.DRAINING: "The media node was draining and took no new calls.",
    Ending.ORDER_EXPIRED: "No media node read the order within its time, so nobody was rung.",
    Ending.NODE_LOST: "The media node's engine died under the call.",
    Ending.INTERNAL_ERROR: "The call broke on our side; the media node's log has the error.",
    Ending.FLOW_FAILED: "The flow led nowhere, or round in circles.",
}
_OTHERS = {
    Ending.ABANDONED: "The caller gave up before anybody answered.",
    Ending.STATION_UNREACHABLE: "The agent's own station did not answer.",
    Ending.BUSY: "The line was busy.",
    Ending.NO_ANSWER: "Nobody answered.",
    Ending.REJECTED: "The call was rejected.",
    Ending.MEDIA_UNUSABLE: "The description of one side's sound was refused.",
    Ending.NUMBER_INVALID: "The number does not exist.",
    Ending.UPSTREAM_FAILED: "The carriers failed.",
}
_KINDS = (
    (_NO_CHANNEL, Cause.NO_CHANNEL),
    (_LIMITS, Cause.LIMIT),
    (_REFUSED, Cause.REFUSED),
    (_OURS, Cause.OURS),
)
_CAUSES = {
    Ending.BUSY: Cause.BUSY,
    Ending.REJECTED: Cause.REJECTED,
    Ending.MEDIA_UNUSABLE: Cause.SDP_REFUSED,
    Ending.NUMBER_INVALID: Cause.NUMBER_INVALID,
    Ending.UPSTREAM_FAILED: Cause.GATEWAY_FAILED,
}


def explain(case: Case) -> tuple[Finding, ...]:
    """Return what was found in a call, what matters most first; never nothing."""
    wrong = [*tries.findings(case), *voices.findings(case), *_recording(case)]
    ended = _ending(case.cdr, wrong)
    if ended.cause in (Cause.HUNG_UP, Cause.WELL, Cause.LIVES):
        well = [] if wrong else [Finding(Cause.WELL, "Nothing wrong was found.")]
        return (*wrong, ended, *well)
    return (ended, *wrong)


def _ending(cdr: Cdr, wrong: list[Finding]) -> Finding:
    ending = cdr.ending
    if ending is None:
        return Finding(Cause.LIVES, f"The call is still in progress: {cdr.state.value}.")
    for texts, cause in _KINDS:
        if ending in texts:
            return Finding(cause, texts[ending])
    if ending is Ending.MEDIA_TIMEOUT:
        return _timed_out(cdr)
    if ending in _OTHERS:
        same = {finding.cause for finding in wrong}
        cause = _CAUSES.get(ending, Cause.NO_ANSWER)
        words = _OTHERS[ending] if cause not in same else f"The call ended as {ending.value}."
        return Finding(cause, words)
    return _hung_up(cdr, ending)


def _timed_out(cdr: Cdr) -> Finding:
    dead = [leg for leg in cdr.legs if leg.voice is not None and leg.voice.dead_since_ms is not None]
    who = " and ".join(party(leg) for leg in dead) or "One side"
    words = "Nothing was heard of one side for so long that the media node ended the call (media time-out)."
    return Finding(Cause.MEDIA_TIMEOUT, words, (f"silent at the end: {who}",))


def _hung_up(cdr: Cdr, ending: Ending) -> Finding:
    after = f" after {seconds(cdr.talk_seconds)} of talk" if cdr.talk_seconds else ""
    by = cdr.hung_up_by
    if by is None or by == SYSTEM:
        who = "A flow let the caller go" if cdr.ending_class is EndingClass.SUCCESS and cdr.flow_id else "We ended it"
        words = f"{who}{after} ({ending.value}): no party hung up."
    else:
        outside = by == LegRole.CUSTOMER.value
        words = f"The {'customer' if outside else by} hung up{after}."
    return Finding(Cause.HUNG_UP, words)


def _recording(case: Case) -> list[Finding]:
    recorded = case.recording
    if recorded is None:
        return []
    found = []
    if recorded.state == "lost":
        found.append(Finding(Cause.RECORDING_MISSING, "There is no recording.", (recorded.reason or "unknown",)))
    elif recorded.state == "expected" and case.cdr.has_ended:
        found.append(Finding(Cause.RECORDING_MISSING, "The recording has not come yet.", ("state expected",)))
    for channel in recorded.empty_channels:
        words = f"The recording's {channel} channel is empty, though that party's phone sent packets."
        found.append(Finding(Cause.RECORDING_EMPTY, words, ("a phone that was muted all the time looks the same",)))
    if recorded.is_short:
        found.append(_short(recorded))
    return found


def _short(recorded: Recorded) -> Finding:
    lengths = f"{recorded.actual_seconds or 0:.1f} s recorded of {recorded.expected_seconds or 0:.1f} s"
    return Finding(Cause.RECORDING_SHORT, "Part of the conversation is missing in the recording.", (lengths,))
