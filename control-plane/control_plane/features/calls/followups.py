"""Calls from outside that no person took: each is a task until somebody has called back.  Pure."""

from dataclasses import dataclass
from enum import Enum

from callmodel.callstate import Direction
from callmodel.cdr import Cdr
from callmodel.endings import Ending


class FollowUpKind(Enum):
    """What is left to do: call back whom nobody spoke with, or listen to a message first."""

    MISSED = "missed"
    VOICEMAIL = "voicemail"


@dataclass(frozen=True)
class Reason:
    """Why a call is followed up: `no-answer`, `abandoned`, how the caller left a queue, or any other ending."""

    kind: FollowUpKind
    reason: str


SERVED = frozenset({Ending.SELF_SERVED})
"""Nobody spoke with the caller, who has what was wanted."""


def reason_of(cdr: Cdr) -> Reason | None:
    """Return why an ended call is followed up, None for one that needs nothing more."""
    if cdr.ending is None:
        return None
    if cdr.direction is not Direction.INBOUND:
        # The last of the calls back that did not reach the customer.
        was_last = cdr.call_back is not None and cdr.missed is not None
        return Reason(FollowUpKind.MISSED, Ending.CALL_BACK.value) if was_last else None
    if cdr.ending is Ending.CALL_BACK and cdr.call_back is not None:
        # The customer's place in line is kept, and becomes a call by itself.
        return None
    if cdr.ending is Ending.VOICEMAIL:
        return Reason(FollowUpKind.VOICEMAIL, cdr.missed or cdr.ending.value)
    if cdr.answered_ms is not None or cdr.ending in SERVED:
        return None
    return Reason(FollowUpKind.MISSED, cdr.missed or cdr.ending.value)
