"""The legs' books: what each fact says of a leg, kept before any phase looks at it."""

from dataclasses import replace

from callmodel import facts
from callmodel.callstate import Call, Leg, LegState
from callmodel.ids import LegId
from callmodel.links import LinkedParty
from callmodel.voice.facts import EarlyMediaMeasured, VoiceMeasured


def note(call: Call, fact: facts.Fact) -> Call | None:
    """Return the call with its legs as the fact tells; None for old news, which changes nothing any more.

    Switches repeat themselves, and networks reorder.
    """
    match fact:
        case facts.LegRang(leg_id, at_ms):
            leg = call.leg_of(leg_id)
            if leg is None or leg.state is not LegState.DIALLING:
                return None
            return call.with_leg(leg_id, state=LegState.RINGING, ringing_ms=at_ms)
        case facts.LegSentEarlyMedia(leg_id):
            leg = call.leg_of(leg_id)
            if leg is None or leg.early or leg.state not in (LegState.DIALLING, LegState.RINGING):
                return None
            return call.with_leg(leg_id, early=True)
        case EarlyMediaMeasured(leg_id, sounds):
            leg = call.leg_of(leg_id)
            if leg is None or not leg.is_early or leg.mute is not sounds:
                return None
            return call.with_leg(leg_id, mute=not sounds)
        case facts.LegAnswered(leg_id, at_ms):
            leg = call.leg_of(leg_id)
            if leg is None or leg.state in (LegState.ANSWERED, LegState.ENDED):
                return None
            return answered(call, leg_id, at_ms)
        case facts.LegHungUp(leg_id, sip_code, at_ms):
            leg = call.leg_of(leg_id)
            if leg is None or not leg.is_live:
                return None
            return call.with_leg(leg_id, **_ended(leg, at_ms, sip_code), sip_call_id=fact.sip_call_id)
        case VoiceMeasured(leg_id, voice):
            leg = call.leg_of(leg_id)
            return None if leg is None or leg.voice == voice else call.with_leg(leg_id, voice=voice)
        case facts.LegHeld() | facts.LegUnheld():
            return _note_hold(call, fact)
        case facts.NodeLost(at_ms):
            gone = (replace(leg, **_ended(leg, at_ms, None)) if leg.is_live else leg for leg in call.legs)  # type: ignore[arg-type]
            return replace(call, legs=tuple(gone))
        case _:
            return call


def _note_hold(call: Call, fact: facts.LegHeld | facts.LegUnheld) -> Call | None:
    leg = call.leg_of(fact.leg_id)
    match fact:
        case facts.LegHeld(leg_id, at_ms) if leg is not None and leg.is_live and not leg.held:
            return call.with_leg(leg_id, held=True, held_since_ms=at_ms)
        case facts.LegUnheld(leg_id, at_ms) if leg is not None and leg.held:
            return call.with_leg(leg_id, **_unheld(leg, at_ms))
    return None


def party_beside(call: Call, leg_id: LegId) -> LinkedParty:
    """Return who talks with a party, as those at the other end shall know it."""
    others = [leg for leg in call.present if leg.leg_id != leg_id]
    if len(others) != 1:
        return LinkedParty()
    (other,) = others
    return LinkedParty(other.extension, other.site_id, other.station_tenant_id, other.number)


def answered(call: Call, leg_id: object, at_ms: int) -> Call:
    """Return the call with a leg answered: by its party, or, for whoever called us, by us."""
    return call.with_leg(leg_id, state=LegState.ANSWERED, answered_ms=at_ms)  # type: ignore[arg-type]


def _ended(leg: Leg, at_ms: int, sip_code: int | None) -> dict[str, object]:
    # A hold that lasts is counted by `calltimes`, up to where the ending was decided.
    code = sip_code if leg.answered_ms is None else None
    return {"state": LegState.ENDED, "ended_ms": at_ms, "sip_code": code}


def _unheld(leg: Leg, at_ms: int) -> dict[str, object]:
    since = at_ms - leg.held_since_ms if leg.held_since_ms is not None else 0
    return {"held": False, "held_since_ms": None, "held_ms": leg.held_ms + max(since, 0)}
