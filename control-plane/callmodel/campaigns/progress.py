"""How far a campaign's call has come, as hot state and the pacer are told of it, and what came of it in the end."""

from dataclasses import dataclass
from enum import Enum

from callmodel.callstate import Call, Leg, LegRole, Phase
from callmodel.campaigns.results import AttemptResult
from callmodel.endings import Ending
from callmodel.ids import AgentId


class LeadState(Enum):
    """How far a lead's call has come.

    `CLAIMED`: its order is on the way to a node; the claim lapses.  `TAKEN`: the node dials, or has dialled: no more
    does it lapse.  `ANSWERED`: by somebody or something, and no agent is there.  `CONNECTED`: with an agent.
    `ENDED`: to be settled.
    """

    CLAIMED = "claimed"
    TAKEN = "taken"
    ANSWERED = "answered"
    CONNECTED = "connected"
    ENDED = "ended"


@dataclass(frozen=True)
class Progress:
    """Times are milliseconds since 1970, 0 for what has not happened.  result: None while nobody can say."""

    state: LeadState
    answered_ms: int = 0
    connected_ms: int = 0
    ended_ms: int = 0
    result: AttemptResult | None = None
    agent_id: AgentId | None = None


_UNANSWERED = {
    Ending.BUSY: AttemptResult.BUSY,
    Ending.NO_ANSWER: AttemptResult.NO_ANSWER,
    Ending.REJECTED: AttemptResult.REJECTED,
    Ending.NUMBER_INVALID: AttemptResult.DEAD,
    Ending.NUMBER_UNDIALLABLE: AttemptResult.DEAD,
    Ending.ABANDONED: AttemptResult.CANCELLED,
    Ending.CLAIM_LAPSED: AttemptResult.CANCELLED,
    Ending.ORDER_EXPIRED: AttemptResult.CANCELLED,
}

_UNSURE = frozenset({Ending.ABANDONED, Ending.NODE_LOST, Ending.INTERNAL_ERROR, Ending.SPEND_LIMIT_REACHED})
"""Endings of ours that may come while a customer's phone rings."""


def progress_of(call: Call) -> Progress | None:
    """Return how far a campaign's call has come; None for another call, and before anybody was dialled."""
    if call.lead is None:
        return None
    customer = _customer_of(call)
    answered_ms = (customer.answered_ms or 0) if customer is not None else 0
    connected_ms = call.answered_ms or 0
    if call.phase is Phase.ENDED:
        ended_ms = call.ended_ms or call.started_ms
        return Progress(LeadState.ENDED, answered_ms, connected_ms, ended_ms, result_of(call), call.agent_id)
    if call.lead.machine:
        state = LeadState.CONNECTED if connected_ms else LeadState.ANSWERED
        return Progress(state, answered_ms, connected_ms, result=AttemptResult.MACHINE, agent_id=call.agent_id)
    if connected_ms:
        return Progress(LeadState.CONNECTED, answered_ms, connected_ms, agent_id=call.agent_id)
    if answered_ms:
        # While the message is heard that says so.
        abandoned = AttemptResult.ABANDONED if _is_abandoned(call) else None
        return Progress(LeadState.ANSWERED, answered_ms, result=abandoned)
    return Progress(LeadState.TAKEN) if call.attempts else None


def result_of(call: Call) -> AttemptResult | None:
    """Return what came of a campaign's call, None while it lives, and for another call."""
    if call.lead is None or call.phase is not Phase.ENDED:
        return None
    customer = _customer_of(call)
    if customer is None and call.lead.agent is not None:
        # The agent's own phone was not picked up: nobody was called.
        return AttemptResult.CANCELLED
    if customer is None or customer.answered_ms is None:
        result = _UNANSWERED.get(call.ending or Ending.INTERNAL_ERROR, AttemptResult.FAILED)
        # A phone may have rung, and its owner is not called at once again as if nothing had been.
        return AttemptResult.NO_ANSWER if customer is not None and call.ending in _UNSURE else result
    if call.lead.machine:
        return AttemptResult.MACHINE
    if call.answered_ms is not None:
        return AttemptResult.CONNECTED
    if _is_abandoned(call):
        return AttemptResult.ABANDONED
    return AttemptResult.HUNG_UP if call.ending is Ending.ABANDONED else AttemptResult.CONNECTED


def _is_abandoned(call: Call) -> bool:
    return call.answered_ms is None and call.visit is not None and call.visit.missed is not None


def _customer_of(call: Call) -> Leg | None:
    """Return the leg of whoever was dialled: of several trunks' the one that was answered, else the last."""
    legs = [leg for leg in call.legs if leg.role is LegRole.CUSTOMER]
    return next((leg for leg in legs if leg.answered_ms is not None), legs[-1] if legs else None)
