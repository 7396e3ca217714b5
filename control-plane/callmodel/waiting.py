"""The phase in which a caller is in line for an agent: hears music and the place, and is offered to who is free.

Who is free, and whose turn it is, hot state decides; this phase rings whom it reserved, and tells what came of it.
"""

from dataclasses import replace

from callmodel import attempts, closing, dialling, facts, flowing, line, orders, timers
from callmodel.agents import Seat
from callmodel.beginnings import CallBackDue
from callmodel.callstate import Call, Leg, Phase, Purpose, TimerName
from callmodel.endings import Ending, ending_of
from callmodel.ids import AgentId, LegId, QueueId
from callmodel.offers import OfferEnd
from callmodel.placewords import place_prompts
from callmodel.prompts import Audio, Prompt
from callmodel.queues import Queue, SkillNeed, widenings_of
from callmodel.routing import StationPlan
from callmodel.staysinline import ClosedOffer, RungAgent, Waiting

Step = attempts.Step

AWAY = "away"
AWAY_MS = 10_000
AGAIN_MS = 1_000
MOST_CLOSED = 20


def enter(
    call: Call,
    queue_id: QueueId,
    at_ms: int,
    *,
    priority: int = 0,
    needs: tuple[SkillNeed, ...] = (),
    wanted_agents: tuple[AgentId, ...] = (),
    by_flow: bool = False,
) -> Step:
    """Get in line; who was in line of another queue already has waited since then."""
    call, answered = attempts.answer_origin(call, at_ms)
    since_ms = at_ms - call.waited_ms
    waiting = Waiting(queue_id, priority, since_ms, at_ms, needs, wanted_agents, by_flow=by_flow)
    call = replace(call, phase=Phase.WAITING, waiting=waiting, queue_id=queue_id)
    joined: list[orders.Order] = [_join(call, waiting), orders.Announce(orders.Milestone.QUEUED)]
    longest = flowing.longest_wait_seconds(call) if call.lead is not None and by_flow else None
    if longest is not None:
        # The law counts from the answer, whether hot state answers or not.
        call, timer = timers.start(call, TimerName.LONGEST_WAIT, at_ms + longest * 1000)
        joined += timer
    return call, [*answered, *joined]


def begin_offered(call: Call, due: CallBackDue) -> Step:
    """Begin with the agents who are reserved for a customer that is called back."""
    back = due.call_back
    stay = Waiting(back.queue_id, back.priority, back.since_ms, due.at_ms, back.needs, queue=due.queue)
    call = replace(call, phase=Phase.WAITING, waiting=stay, waited_ms=due.at_ms - back.since_ms)
    call, rung = _offered(call, stay, facts.AgentOffered(due.queue, due.offer, due.at_ms))
    return call, [*rung, orders.Announce(orders.Milestone.QUEUED)]


def given_back(due: CallBackDue) -> list[orders.Order]:
    """Let the place and its agents go, of a customer who can not be called."""
    return [*withdrawn(facts.AgentOffered(due.queue, due.offer, due.at_ms)), orders.LeaveQueue(due.queue.queue_id)]


def advance(call: Call, fact: facts.Fact) -> Step:
    """Wait, ring whoever is offered, and go on to talk or to what follows an unanswered wait."""
    waiting = call.waiting
    assert waiting is not None
    match fact:
        case facts.Queued(queue=queue) if queue.queue_id == waiting.queue_id:
            return _placed(call, waiting, fact)
        case facts.NotQueued(queue_id, reason, at_ms) if queue_id == waiting.queue_id:
            return _not_placed(call, waiting, reason, at_ms)
        case facts.LineLost():
            # With the line its tokens are forgotten too.
            return replace(call, waiting=replace(waiting, closed=())), [_join(call, waiting)]
        case facts.AgentOffered():
            return _offered(call, waiting, fact)
        case facts.LegRang(leg_id) if waiting.rung_as(leg_id) is not None:
            return call, [orders.Announce(orders.Milestone.RINGING)]
        case facts.LegAnswered(leg_id, at_ms):
            return _answered(call, waiting, leg_id, at_ms)
        case facts.LegHungUp(leg_id, _, at_ms):
            return _hung_up(call, waiting, leg_id, at_ms)
        case facts.Played(play_id=play_id) if play_id == call.playing:
            return replace(call, playing=None), []
        case facts.TimerFired(name, at_ms):
            rung = timers.gone_off(call, name, at_ms)
            return (call, []) if rung is None else _due(rung, waiting, name, at_ms)
        case _:
            return call, []


def leave(call: Call, outcome: str, at_ms: int) -> Step:
    """Wait no more.  outcome: why, as a flow's queue node has it: `waited`, `full`, `unknown`, `away`."""
    by_flow = call.waiting is not None and call.waiting.by_flow
    call, given = _alone(call, at_ms)
    call, more = flowing.resume(call, outcome, at_ms) if by_flow else closing.end(call, Ending.NO_ANSWER, at_ms)
    return call, [*given, *more]


def withdrawn(fact: facts.AgentOffered) -> list[orders.Order]:
    """Give back agents who were reserved for a caller who does not wait there any more."""
    offer = fact.offer
    end = OfferEnd.WITHDRAWN
    return [orders.CloseOffer(offer.queue_id, each.agent_id, offer.token, end) for each in offer.agents]


def _placed(call: Call, waiting: Waiting, fact: facts.Queued) -> Step:
    """Take in the place; at first set the clocks, and now and then tell the caller of it."""
    queue, is_new = fact.queue, waiting.queue is None
    if waiting.by_flow and not waiting.rung:
        waited_seconds = (fact.at_ms - waiting.entered_ms) / 1000
        outcome = flowing.overflowing(
            call,
            waited_seconds,
            ahead=fact.ahead,
            estimate_seconds=fact.estimate_seconds,
            signed_in=fact.signed_in,
        )
        if outcome is not None:
            return leave(call, outcome, fact.at_ms)
    waiting = replace(waiting, queue=queue, ahead=fact.ahead)
    call, given = _within_longest_wait(call, waiting, queue) if is_new else (call, [])
    call = replace(call, waiting=waiting)
    widens_ms = min((each for each in widenings_of(queue, waiting.entered_ms) if each > fact.at_ms), default=None)
    if widens_ms is not None:
        call, timer = timers.start(call, TimerName.RELAXATION, widens_ms)
        given += timer
    is_heard = call.lead is None and call.call_back is None
    every_seconds = queue.announce_every_seconds if is_heard else None
    is_set = any(timer.name is TimerName.ANNOUNCEMENT for timer in call.timers)
    if every_seconds is None or is_set or waiting.rung:
        return call, given
    prompts, waiting = _said(call, waiting, queue, fact)
    call, played = _play(replace(call, waiting=waiting), prompts)
    call, timer = timers.start(call, TimerName.ANNOUNCEMENT, fact.at_ms + every_seconds * 1000)
    return call, [*given, *played, *timer]


def _within_longest_wait(call: Call, waiting: Waiting, queue: Queue) -> Step:
    """Set the clock of the longest wait, with the first word of the queue: a place, or an offer."""
    limits = (queue.longest_wait_seconds, flowing.longest_wait_seconds(call) if waiting.by_flow else None)
    longest = min((each for each in limits if each is not None), default=None)
    if longest is None:
        return call, []
    return timers.start(call, TimerName.LONGEST_WAIT, waiting.entered_ms + longest * 1000)


def _not_placed(call: Call, waiting: Waiting, reason: str, at_ms: int) -> Step:
    """While hot state is away, who is in line or was handed over stays, and who comes tries again for a while."""
    stays = waiting.queue is not None or call.answered_ms is not None
    patient = stays or at_ms - waiting.entered_ms < AWAY_MS
    if reason != AWAY or not patient:
        return leave(call, reason, at_ms)
    return timers.start(call, TimerName.RELAXATION, at_ms + AGAIN_MS)


def _said(call: Call, waiting: Waiting, queue: Queue, fact: facts.Queued) -> tuple[tuple[Prompt, ...], Waiting]:
    place = place_prompts(call.language, fact.ahead, fact.estimate_seconds) if queue.announces_place else ()
    if not queue.comfort or waiting.queue is None:
        return place, waiting
    comfort = Audio(queue.comfort[waiting.comforted % len(queue.comfort)])
    return (*place, comfort), replace(waiting, comforted=waiting.comforted + 1)


def _due(call: Call, waiting: Waiting, name: TimerName, at_ms: int) -> Step:
    if name is TimerName.LONGEST_CALL:
        return closing.end(call, Ending.TOO_LONG, at_ms)
    if name is TimerName.LONGEST_WAIT:
        return leave(call, "waited", at_ms)
    # Asked again, hot state matches anew and tells the place of now.
    return call, [_join(call, waiting)]


def _offered(call: Call, waiting: Waiting, fact: facts.AgentOffered) -> Step:
    """Ring whoever is reserved, and stop ringing whom a newer offer does not name."""
    queue, offer = fact.queue, fact.offer
    newest = max((each.token for each in waiting.rung), default=0)
    if queue.queue_id != waiting.queue_id:
        return call, withdrawn(fact)
    named = {each.agent_id for each in offer.agents}
    untold = [each for each in waiting.closed if each.token == offer.token and each.agent_id in named]
    if untold:
        # Old news, or it never came there how the offer ended.
        return call, [orders.CloseOffer(queue.queue_id, each.agent_id, each.token, each.end) for each in untold]
    if offer.token <= newest:
        return call, []
    call, given = _within_longest_wait(call, waiting, queue) if waiting.queue is None else (call, [])
    kept = [replace(each, token=offer.token) for each in waiting.rung if each.agent_id in named]
    for each in waiting.rung:
        attempt = call.attempt_of(each.leg_id)
        if each.agent_id not in named and attempt is not None:
            call, stopped = attempts.given_up(call, attempt, closing.GIVEN_UP)
            given += stopped
    ringing = {each.agent_id for each in kept}
    for agent_id, seat in ((each.agent_id, each.seat) for each in offer.agents if each.agent_id not in ringing):
        call, rung = attempts.bring(call, Purpose.OFFER, _plan(call, queue, seat), fact.at_ms, by=call.origin_leg)
        kept.append(RungAgent(agent_id, offer.token, call.attempts[-1].leg_id))
        given += rung
    return replace(call, waiting=replace(waiting, queue=queue, rung=tuple(kept))), given


def _plan(call: Call, queue: Queue, seat: Seat) -> StationPlan:
    records = call.plan is not None and call.plan.records
    other = None if seat.tenant_id == call.tenant_id else seat.tenant_id
    return StationPlan(seat.extension, seat.site_id, queue.offer_seconds, records, other)


def _answered(call: Call, waiting: Waiting, leg_id: LegId, at_ms: int) -> Step:
    agent, attempt = waiting.rung_as(leg_id), call.attempt_of(leg_id)
    if agent is None or attempt is None:
        # They picked up as they were given up.
        return call, [orders.HangUp(leg_id, closing.NORMAL)]
    call, closed = _alone(attempts.without(call, attempt), at_ms, answered=leg_id)
    call = replace(call, agent_id=agent.agent_id)
    go_on = dialling.talk if call.call_back is None else dialling.reach
    call, given = go_on(call, leg_id, at_ms)
    return call, [*given, *closed]


def _alone(call: Call, at_ms: int, *, answered: LegId | None = None) -> Step:
    """Take the caller out of line, and stop what is played and whoever rings; who has answered stays."""
    served = call.served_leg
    given: list[orders.Order] = []
    if call.playing is not None and served is not None:
        given = [orders.StopPlaying(served.leg_id, call.playing)]
    for attempt in [each for each in call.attempts if each.purpose is Purpose.OFFER]:
        call, stopped = attempts.given_up(call, attempt, closing.GIVEN_UP)
        given += stopped
    call, closed = line.left(replace(call, playing=None), at_ms, answered=answered)
    return call, [*given, *closed]


def _hung_up(call: Call, waiting: Waiting, leg_id: LegId, at_ms: int) -> Step:
    agent, attempt, leg = waiting.rung_as(leg_id), call.attempt_of(leg_id), call.leg_of(leg_id)
    if leg is not None and leg is call.served_leg:
        return closing.end(call, Ending.ABANDONED, at_ms, by=leg_id)
    if agent is None or attempt is None or leg is None:
        return call, []
    end = _end_of(leg)
    closed = (*waiting.closed, ClosedOffer(agent.agent_id, agent.token, end))[-MOST_CLOSED:]
    others = replace(waiting, rung=tuple(each for each in waiting.rung if each is not agent), closed=closed)
    call = replace(attempts.without(call, attempt), waiting=others)
    return call, [line.closed(waiting, agent, end)]


def _end_of(leg: Leg) -> OfferEnd:
    """Return why an agent's phone did not answer; 480 is what the edge says of one that is not there."""
    ending = ending_of(attempts.code_of(leg))
    if ending in (Ending.BUSY, Ending.REJECTED):
        return OfferEnd.DECLINED
    return OfferEnd.UNREACHABLE if leg.ringing_ms is None else OfferEnd.NO_ANSWER


def _join(call: Call, waiting: Waiting) -> orders.JoinQueue:
    # Whoever hands a customer over to a queue means others than themselves; whom we called waits for nobody's own.
    return orders.JoinQueue(
        waiting.queue_id,
        waiting.priority,
        waiting.since_ms,
        waiting.needs,
        waiting.wanted_agents,
        to_last_agent=waiting.by_flow and call.lead is None,
    )


def _play(call: Call, prompts: tuple[Prompt, ...]) -> Step:
    served = call.served_leg
    if not prompts or served is None:
        return call, []
    return attempts.play(call, served.leg_id, "w", prompts)
