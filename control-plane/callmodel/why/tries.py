"""What became of each leg that was dialled and not answered: who refused it, who was silent, who is not there."""

import re

from callmodel.cdr import CdrLeg
from callmodel.ladder import HeadKind
from callmodel.why.finding import OF_PARTIES, Case, Cause, Finding, party, seconds

_ASKED = re.compile(r"asks gateway ([0-9]+) of trunk (\S+): (\S+)")
_NOT_REGISTERED = "no phone is registered"
_WRONG_PASSWORD = "wrong password"
_SILENT = "gave no sign of ringing"
_MEDIA_REFUSED, _REFUSED = "has its media at", "refused: "
SDP_REFUSED, BUSY, NOT_ACCEPTABLE = 488, (486, 600), (488, 606)


def findings(case: Case) -> list[Finding]:
    """Return what became of the legs that nobody answered, in their order."""
    tried = [leg for leg in case.cdr.legs if leg.sip_code is not None and leg.answered_ms is None]
    return [finding for leg in tried for finding in _of_leg(case, leg)]


def _of_leg(case: Case, leg: CdrLeg) -> list[Finding]:
    notes, code = case.notes_of(leg), leg.sip_code
    if any(note.startswith(_NOT_REGISTERED) for note in notes):
        return [_unregistered(case, leg)]
    if code in NOT_ACCEPTABLE:
        return [_refused_description(case, leg)]
    if gateways := _gateways(case, leg):
        return [_gateway_finding(leg, gateways)]
    who, by = party(leg), _said_by(case, leg)
    if code in BUSY:
        return [Finding(Cause.BUSY, f"{who} was busy.", by)]
    if code in (403, 603, 607, 608):
        return [Finding(Cause.REJECTED, f"{who} rejected the call, or their carrier did.", by)]
    if code in (404, 410, 484, 604):
        return [Finding(Cause.NUMBER_INVALID, "The number does not exist, as the far end says.", by)]
    if code in (408, 480, 487):
        return [_unanswered(leg, by)]
    return [Finding(Cause.GATEWAY_FAILED, f"{who} could not be reached: {code}.", by)]


def _unanswered(leg: CdrLeg, by: tuple[str, ...]) -> Finding:
    if leg.ringing_ms is None or leg.ended_ms is None:
        return Finding(Cause.NO_ANSWER, f"{party(leg)} was not reached: nothing rang.", by)
    rang = seconds((leg.ended_ms - leg.ringing_ms) / 1000)
    return Finding(Cause.NO_ANSWER, f"{party(leg)} did not answer: the phone rang for {rang}.", by)


def _unregistered(case: Case, leg: CdrLeg) -> Finding:
    """A phone that is not there: nearly always switched off, or set up with a wrong password."""
    wrong = [head for head in case.heads if head.words.startswith(_WRONG_PASSWORD)]
    if wrong:
        words = f"No phone is registered at {leg.extension}: one tried with a wrong password."
        return Finding(Cause.WRONG_PASSWORD, words, (f"{wrong[-1].words}, {len(wrong)} times",))
    words = f"No phone is registered at {leg.extension}: it is off, or has no way to us."
    return Finding(Cause.NOT_REGISTERED, words, case.notes_of(leg))


def _refused_description(case: Case, leg: CdrLeg) -> Finding:
    notes = case.notes_of(leg)
    why = [note for note in notes if _MEDIA_REFUSED in note]
    ours = any(note.startswith((_REFUSED, f"answered {SDP_REFUSED}")) for note in notes)
    who = "The edge" if ours else party(leg)
    words = f"{who} refused the description of the sound ({leg.sip_code}): the two sides do not fit together."
    return Finding(Cause.SDP_REFUSED, words, (*why, *_descriptions(case, leg)) or _said_by(case, leg))


def _descriptions(case: Case, leg: CdrLeg) -> tuple[str, ...]:
    return tuple(f"{head.sender} {head.address}: {head.sdp}" for head in case.heads_of(leg) if head.sdp)


def _gateways(case: Case, leg: CdrLeg) -> list[tuple[str, str]]:
    """Return each gateway that a leg asked, with what came of it; empty where the first one's own word stands."""
    asked: list[list[str]] = []
    for head in case.heads_of(leg):
        if found := _ASKED.search(head.words):
            asked.append([f"gateway {found[1]} of trunk {found[2]}, {found[3]}", "no answer"])
        elif asked and _SILENT in head.words:
            asked[-1][1] = head.words
        elif asked and head.kind is HeadKind.RESPONSE and head.sender in OF_PARTIES and "(INVITE)" in head.words:
            asked[-1][1] = head.words.removesuffix(" (INVITE)")
    failed = leg.sip_code is not None and leg.sip_code >= 500
    return [(who, what) for who, what in asked] if failed or len(asked) > 1 else []


def _gateway_finding(leg: CdrLeg, gateways: list[tuple[str, str]]) -> Finding:
    trunk = leg.trunk_id or "the trunk"
    number = "its only gateway" if len(gateways) == 1 else f"{len(gateways)} gateways were tried"
    words = f"Trunk {trunk} did not take the call ({leg.sip_code}): {number}."
    return Finding(Cause.GATEWAY_FAILED, words, tuple(f"{who}: {what}" for who, what in gateways))


def _said_by(case: Case, leg: CdrLeg) -> tuple[str, ...]:
    """Return whose word a refusal was: the last final response in the leg's dialog."""
    said = [
        head
        for head in case.heads_of(leg)
        if head.kind is HeadKind.RESPONSE and head.sender in OF_PARTIES and head.words[:1] in "3456"
    ]
    if said:
        return (f"{said[-1].sender} {said[-1].address} said {said[-1].words}",)
    ours = [note for note in case.notes_of(leg) if note.startswith("answered ")]
    return (f"the edge itself {ours[-1]}",) if ours else (f"final response {leg.sip_code}",)
