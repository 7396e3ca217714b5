"""Which room a call wants: derived from its legs alone, so that no phase can forget a party."""

from callmodel.callstate import Attempt, Call, Leg, Phase, Purpose
from callmodel.rooms import Mode, Music, Party, Room

NOBODY = Room()


def room_of(call: Call) -> Room:
    """Return who hears whom now.  A call that ends wants none: its legs are hung up as they are."""
    if call.phase is Phase.DIALLING:
        return _while_dialling(call)
    if call.phase is Phase.KEYED:
        return _room([Party(leg.leg_id, Mode.HEARING) for leg in call.live_legs])
    if call.phase is Phase.WAITING:
        return _while_waiting(call)
    if call.phase is Phase.IN_FLOW:
        return _while_in_flow(call)
    return _while_talking(call) if call.phase is Phase.TALKING else NOBODY


def _while_dialling(call: Call) -> Room:
    """The origin hears what the far network plays, else a ring once somebody has rung, or plays no sound."""
    origin = call.leg_of(call.origin_leg)
    attempt = next((each for each in call.attempts if each.purpose is Purpose.CONNECT), None)
    if origin is None or not origin.is_live or attempt is None:
        return NOBODY
    far = call.leg_of(attempt.leg_id)
    if far is not None and far.is_early and not far.mute:
        return Room((_caller(origin, Mode.TALKING), Party(far.leg_id)))
    rang = any(leg.ringing_ms is not None or leg.mute for leg in call.legs if leg is not origin)
    return Room((_caller(origin, Mode.RINGBACK),)) if rang else NOBODY


def _while_waiting(call: Call) -> Room:
    """Music, and between it what is said of the place."""
    served = call.served_leg
    if served is None or not served.is_answered:
        return NOBODY
    if call.lead is not None:
        # Whom we called hears nothing until an agent speaks: music would say that nobody is there.
        return Room((Party(served.leg_id, Mode.HEARING),))
    queue = call.waiting.queue if call.waiting is not None else None
    music = Music(queue.tenant_id, queue.music) if queue is not None and queue.music is not None else None
    return Room((Party(served.leg_id, Mode.HOLDING, music=music),))


def _while_in_flow(call: Call) -> Room:
    """Whoever called hears what is played, or a ring once somebody who is reached for rings."""
    origin = call.leg_of(call.origin_leg)
    legs = (call.leg_of(each.leg_id) for each in call.attempts)
    rings = any(leg is not None and leg.ringing_ms is not None for leg in legs)
    others = (leg for leg in call.legs if leg is not origin and leg.is_answered and not leg.leaving)
    parties = [Party(leg.leg_id, Mode.HEARING) for leg in others]
    if origin is not None and origin.is_live and (rings or origin.is_answered):
        parties.append(_caller(origin, Mode.RINGBACK if rings else Mode.HEARING))
    return _room(parties)


def _while_talking(call: Call) -> Room:
    talkers = [leg for leg in call.present if leg.mode is Mode.TALKING]
    others = (leg for leg in call.legs if leg.is_answered and leg.mode is not Mode.TALKING and not leg.leaving)
    parties = [Party(leg.leg_id, leg.mode, leg.to) for leg in others]
    if len(talkers) == 1 and (awaited := _awaited(call)) is not None:
        coming = call.leg_of(awaited.leg_id)
        if coming is not None and coming.is_early and not coming.mute:
            return _room([Party(talkers[0].leg_id), Party(coming.leg_id), *parties])
        # Whose phone has forgotten the call was there a moment ago: that is a pause, and nobody who is rung up.
        waits = Mode.HOLDING if awaited.purpose is Purpose.REJOIN else Mode.RINGBACK
        return _room([Party(talkers[0].leg_id, waits), *parties])
    # Two who talk: whom the other's phone put on hold hears music.  Among more, one who holds is silent, no more.
    held = [leg for leg in talkers if len(talkers) == 2 and any(other.held for other in talkers if other is not leg)]
    parties += [Party(leg.leg_id, Mode.HOLDING if leg in held else Mode.TALKING) for leg in talkers]
    return _room(parties)


def _awaited(call: Call) -> Attempt | None:
    """Return who is being rung for those who talk; a supervisor is awaited by nobody."""
    return next((each for each in call.attempts if each.is_awaited), None)


def _room(parties: list[Party]) -> Room:
    return Room(tuple(sorted(parties, key=lambda party: party.leg_id)))


def _caller(leg: Leg, mode: Mode) -> Party:
    return Party(leg.leg_id, mode, unanswered=not leg.is_answered)
